// Banks and models from hostile or clumsy hands.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "io/bank_cost.h"
#include "io/bank_loader.h"
#include "io/sha256.h"

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json Rows(int height, int width) {
  return json(std::vector<std::vector<double>>(
      static_cast<std::size_t>(height),
      std::vector<double>(static_cast<std::size_t>(width), 0.1)));
}

json Row(int width) {
  return json(std::vector<double>(static_cast<std::size_t>(width), 0.01));
}

json Lstm(int in, int units) {
  return {{"type", "lstm"},
          {"activation", ""},
          {"shape", {nullptr, nullptr, units}},
          {"weights", {Rows(in, 4 * units), Rows(units, 4 * units), Row(4 * units)}}};
}

json DenseLayer(int in, int out) {
  return {{"type", "dense"},
          {"activation", ""},
          {"shape", {nullptr, nullptr, out}},
          {"weights", {Rows(in, out), Row(out)}}};
}

json Model() {
  return {{"in_shape", {nullptr, nullptr, 1}},
          {"layers", {Lstm(1, 4), DenseLayer(4, 1)}}};
}

json CascadeModel() {
  const json poles = {0.5, 0.9};
  return {{"in_shape", {nullptr, nullptr, 17}},
          {"layers",
           {{{"type", "hints"},
             {"shape", {nullptr, nullptr, 3}},
             {"weights", {Rows(1, 3), Row(3)}}},
            {{"type", "taps"},
             {"taps", 4},
             {"shape", {nullptr, nullptr, 6}},
             {"weights", {poles, Rows(3, 2)}}},
            {{"type", "cascade"},
             {"activation", "algebraic"},
             {"shape", {nullptr, nullptr, 4}},
             {"weights",
              {Rows(6, 2), Row(2), poles, Row(2), Rows(3, 2), Rows(3, 2), Rows(3, 2),
               Rows(18, 2)}}},
            {{"type", "mix"},
             {"shape", {nullptr, nullptr, 16}},
             {"weights", {Row(10), poles, poles, Rows(3, 10)}}}}}};
}

std::string CascadeProblem(const json& model) {
  pedal::ModelSpec spec;
  return pedal::ParseModel(model.dump(), 16, 1, &spec);
}

json BankJson() {
  return {{"format", 1},
          {"name", "mine"},
          {"sample_rate_hz", 44100},
          {"effects",
           {{{"id", "one"},
             {"models",
              {{{"block", 1},
                {"file", "one.json"},
                {"sha256", pedal::Sha256(Model().dump())},
                {"gain_db", 0.0},
                {"conditioning", json::array()}}}}}}}};
}

std::string Problem(const json& model) {
  pedal::ModelSpec spec;
  return pedal::ParseModel(model.dump(), 1, 0, &spec);
}

std::string BankProblem(const json& bank) {
  pedal::BankEntry entry;
  return pedal::ParseBank(bank.dump(), &entry);
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A folder that goes away with the test.
struct Folder {
  fs::path path =
      fs::temp_directory_path() / ("pedal-test-" + std::to_string(std::rand()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
  }
};

}  // namespace

TEST_CASE("a good model and a good bank are read") {
  CHECK(Problem(Model()) == "");
  CHECK(BankProblem(BankJson()) == "");
}

TEST_CASE("a model's fault is named with layer, found and expected") {
  json model = Model();
  model["layers"][0]["weights"][0][0].erase(0);
  CHECK(Problem(model) == "layer 0: kernel: found 15 numbers, expected 16");
  model = Model();
  model["layers"][1]["type"] = "conv2d";
  CHECK(Problem(model) ==
        "layer 1: type: found conv2d, expected lstm, gru, dense, conv1d, activation, "
        "prelu or batchnorm");
  model = Model();
  model["layers"][0]["weights"][2][3] = "x";
  CHECK(Contains(Problem(model), "not a finite number"));
  model = Model();
  model["layers"][0]["weights"][2][3] = 1e300;
  CHECK(Contains(Problem(model), "not a finite number"));
  model = Model();
  model["in_shape"][2] = 3;
  CHECK(Contains(Problem(model), "in_shape: found 3, expected 1 frames"));
  model = Model();
  model["layers"][0]["shape"][2] = 129;
  CHECK(Contains(Problem(model), "shape"));
  model = Model();
  model["layers"] = {Lstm(1, 4), Lstm(4, 4), DenseLayer(4, 1)};
  CHECK(Problem(model) == "");
  for (int more = 0; more < 14; ++more) model["layers"].push_back(DenseLayer(1, 1));
  CHECK(Contains(Problem(model), "more than 16 layers"));
  model["layers"].push_back(DenseLayer(1, 1));
  CHECK(Contains(Problem(model), "expected 1 to 16 of them"));
  model = Model();
  model["layers"] = {Lstm(1, 4)};
  CHECK(Contains(Problem(model), "last layer"));
}

TEST_CASE("an output capacitor is read, and its fault named") {
  const auto with = [](json pole, json depth, int size) {
    json model = Model();
    const json shape = {nullptr, nullptr, size}, weights = {pole, depth};
    model["layers"].push_back(
        {{"type", "couplers"}, {"shape", shape}, {"weights", weights}});
    return model;
  };
  const json pole = {0.9, 0.99}, depth = {-0.5, -0.5};
  CHECK(Problem(with(pole, depth, 1)) == "");
  CHECK(Problem(with({0.9, 1.0}, depth, 1)) == "a coupler's pole is not in [0, 1)");
  CHECK(Problem(with({0.9, -0.1}, depth, 1)) == "a coupler's pole is not in [0, 1)");
  CHECK(Problem(with(pole, depth, 16)) == "layer 2: shape: expected [..., 1]");
  CHECK(Problem(with(json::array(), depth, 1)) ==
        "layer 2: pole: expected 1 to 8 of them");
  CHECK(Problem(with(pole, {-0.5}, 1)) ==
        "layer 2: depth: found 1 numbers, expected 2");
  json model = with(pole, depth, 1);
  std::swap(model["layers"][1], model["layers"][2]);
  CHECK(Contains(Problem(model), "layer 1: type: found couplers, expected lstm, gru"));
}

TEST_CASE("a cascade is read, and its fault named with layer, found and expected") {
  CHECK(CascadeProblem(CascadeModel()) == "");
  json model = CascadeModel();
  model["layers"][2]["weights"][2][1] = 1.0;
  CHECK(CascadeProblem(model) ==
        "layer 2: pole: found 1, expected 0 or above, below 1");
  model = CascadeModel();
  model["layers"][2]["weights"][3][0] = -0.5;
  CHECK(CascadeProblem(model) == "layer 2: slew: found -0.5, expected 0 or above");
  model = CascadeModel();
  model["layers"][1]["weights"][0][0] = -1e-9;
  CHECK(Contains(CascadeProblem(model), "layer 1: pole: found -"));
  model = CascadeModel();
  model["layers"][1]["taps"] = 17;
  CHECK(CascadeProblem(model) == "layer 1: taps: expected 1 to 16");
  model = CascadeModel();
  model["layers"][2]["activation"] = "tanh";
  CHECK(CascadeProblem(model) == "layer 2: activation: found tanh, expected algebraic");
  model = CascadeModel();
  model["layers"][3]["weights"][0].push_back(1.0);
  CHECK(CascadeProblem(model) == "layer 3: mix: found 11 numbers, expected 10");
  model = CascadeModel();
  model["layers"][3]["weights"][1] = json::array();
  CHECK(CascadeProblem(model) == "layer 3: pole: expected 1 to 16 of them");
  model = CascadeModel();
  model["layers"][3]["weights"][1][0] = 1.5;
  CHECK(Contains(CascadeProblem(model), "layer 3: pole: found 1.5, expected 0"));
  model = CascadeModel();
  model["layers"][2]["weights"].erase(5);
  CHECK(CascadeProblem(model) == "layer 2: weights: expected 8 arrays");
  model = CascadeModel();
  model["layers"][2]["weights"][7].erase(17);
  CHECK(CascadeProblem(model) == "layer 2: reweight: found 17 rows, expected 18");
  model = CascadeModel();
  model["layers"][2]["weights"][6].erase(0);
  CHECK(CascadeProblem(model) == "layer 2: stretch: found 2 rows, expected 3");
  model = CascadeModel();
  model["layers"][1]["weights"].erase(1);
  CHECK(CascadeProblem(model) == "layer 1: weights: expected 2 arrays");
  model = CascadeModel();
  model["layers"].erase(0);
  CHECK(Contains(CascadeProblem(model), "expected hints, taps, 1 to 8 cascades"));
  model = CascadeModel();
  model["layers"][2] = DenseLayer(6, 4);
  CHECK(CascadeProblem(model) == "layer 2: type: found dense, expected cascade");
  model = CascadeModel();
  model["in_skip"] = 1;
  CHECK(CascadeProblem(model) == "there is more than the cascade");
  model = CascadeModel();
  model["layers"][3]["weights"][0][2] = 1e300;
  CHECK(Contains(CascadeProblem(model), "layer 3: mix: found a value that is not"));
}

TEST_CASE("text that is no model is refused, whatever it is") {
  pedal::ModelSpec spec;
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{"),
        std::string("nan"), std::string("\0\1\2", 3), std::string(100000, '['),
        Model().dump().substr(0, 200)})
    CHECK(pedal::ParseModel(text, 1, 0, &spec) != "");
}

TEST_CASE("a bank's fault is named with effect, field and what was expected") {
  json bank = BankJson();
  bank["sample_rate_hz"] = 48000;
  CHECK(BankProblem(bank) == "sample_rate_hz: found 48000, expected 44100");
  bank = BankJson();
  bank["format"] = 2;
  CHECK(BankProblem(bank) == "format: found 2, expected 1");
  bank = BankJson();
  for (const char* file :
       {"../one.json", "/etc/passwd", "a/b.json", "", ".hidden", "A.json"}) {
    bank["effects"][0]["models"][0]["file"] = file;
    CHECK(Contains(BankProblem(bank), "plain name inside the folder"));
  }
  bank = BankJson();
  for (const char* id :
       {"", "clean", "Big", "sp ace", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    bank["effects"][0]["id"] = id;
    CHECK(Contains(BankProblem(bank), "effect 1 id"));
  }
  bank = BankJson();
  bank["effects"].push_back(bank["effects"][0]);
  CHECK(BankProblem(bank) == "two effects are called one");
  bank = BankJson();
  bank["effects"][0]["models"][0]["gain_db"] = 1e9;
  CHECK(Contains(BankProblem(bank), "gain_db"));
  bank = BankJson();
  bank["effects"][0]["models"][0]["conditioning"] = {"volume"};
  CHECK(Contains(BankProblem(bank), "found volume, expected a parameter"));
}

TEST_CASE(
    "a folder without a bank, an empty file and a missing model are one line each") {
  const Folder folder;
  std::string wrong;
  CHECK_FALSE(pedal::LoadBank(folder.path.string(), "mine", &wrong));
  CHECK(Contains(wrong, "bank.json: can't be opened"));
  folder.Write("bank.json", "");
  CHECK_FALSE(pedal::LoadBank(folder.path.string(), "mine", &wrong));
  CHECK(Contains(wrong, "bank.json: is empty"));
  folder.Write("bank.json", BankJson().dump());
  CHECK_FALSE(pedal::LoadBank(folder.path.string(), "mine", &wrong));
  CHECK(Contains(wrong, "one.json: can't be opened"));
  folder.Write("one.json", Model().dump());
  CHECK(pedal::LoadBank(folder.path.string(), "mine", &wrong));
  folder.Write("one.json", std::string((16 << 20) + 1, ' '));
  CHECK_FALSE(pedal::LoadBank(folder.path.string(), "mine", &wrong));
  CHECK(Contains(wrong, "larger than 16 MB"));
}

TEST_CASE(
    "a bank that costs more than 80 % of its period is refused, saying by how much") {
  CHECK(pedal::CostProblem("b", 18.0f, 1) == "");
  CHECK(Contains(pedal::CostProblem("b", 25.0f, 1),
                 "takes 25 us a period, expected at most 18 us"));
}
