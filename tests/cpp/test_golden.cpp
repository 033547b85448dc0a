// Golden vectors in float64, of the factory bank (training/export.py) and of random
// cascades (training/reference.py): the kernel on this very processor plays the model.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/model.h"
#include "io/bank_loader.h"

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path kBank = fs::path(PEDAL_ROOT) / "pedal" / "banks" / "factory";

std::string Text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Energy of the error over energy of the wish without its mean, in dB.
double ErrorDb(const std::vector<double>& wish, const std::vector<float>& found) {
  double mean = 0.0, error = 0.0, energy = 0.0;
  for (double w : wish) mean += w / static_cast<double>(wish.size());
  for (std::size_t i = 0; i < wish.size(); ++i) {
    error += std::pow(found[i] - wish[i], 2);
    energy += std::pow(wish[i] - mean, 2);
  }
  return 10.0 * std::log10(error / energy);
}

std::vector<float> Play(const pedal::Model& model, const json& golden) {
  const std::vector<float> in = golden["input"];
  float conditioning[pedal::kMaxConditioning] = {};
  for (int k = 0; k < model.conditioning(); ++k)
    conditioning[k] = golden["conditioning"][static_cast<std::size_t>(k)];
  pedal::AlignedFloats state;
  state.Prepare(static_cast<std::size_t>(model.state_size()));
  std::vector<float> out(in.size());
  for (std::size_t i = 0; i < in.size(); i += static_cast<std::size_t>(model.frames()))
    model.Process(&in[i], conditioning, &out[i], state.data());
  return out;
}

}  // namespace

TEST_CASE("every model of the factory bank gives its golden output to -90 dB") {
  pedal::BankEntry entry;
  REQUIRE(pedal::ParseBank(Text(kBank / "bank.json"), &entry) == "");
  int seen = 0;
  for (const pedal::EffectEntry& effect : entry.effects) {
    for (const pedal::ModelEntry& file : effect.models) {
      INFO(file.file);
      pedal::ModelSpec spec;
      const int knobs = static_cast<int>(file.knobs.size());
      REQUIRE(pedal::ParseModel(Text(kBank / file.file), file.block, knobs, &spec) ==
              "");
      pedal::Model model;
      model.Prepare(spec);
      const json golden = json::parse(Text(kBank / "golden" / file.file));
      CHECK(ErrorDb(golden["output"], Play(model, golden)) < -90.0);
      ++seen;
    }
  }
  CHECK(seen == 8);
}

TEST_CASE("random cascades give their golden output to -90 dB") {
  const fs::path file = fs::path(PEDAL_ROOT) / "tests/cpp/golden/cascades.json";
  for (const json& golden : json::parse(Text(file))) {
    const int knobs = static_cast<int>(golden["conditioning"].size());
    pedal::ModelSpec spec;
    REQUIRE(pedal::ParseModel(golden["model"].dump(), 16, knobs, &spec) == "");
    pedal::Model model;
    model.Prepare(spec);
    const double error_db = ErrorDb(golden["output"], Play(model, golden));
    INFO(error_db);
    CHECK(error_db < -90.0);
  }
}
