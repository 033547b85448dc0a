// Banks on disk for tests: folders that go away with the test, small random models.
#pragma once
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "io/sha256.h"

namespace bank_folder {

using nlohmann::json;
namespace fs = std::filesystem;

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A folder that goes away with the test.
struct Folder {
  fs::path path;
  Folder() {
    static int number = 0;
    path = fs::temp_directory_path() /
           ("pedal-" + std::to_string(getpid()) + "-" + std::to_string(++number));
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

inline void Write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// Random rows of a size that keeps a network lively, not chaotic.
class Draw {
 public:
  explicit Draw(unsigned seed) : rng_(seed) {}

  json Row(int width, float scale) {
    std::vector<double> row;
    for (int i = 0; i < width; ++i)
      row.push_back(static_cast<double>(scale) * normal_(rng_));
    return row;
  }
  json Rows(int height, int width, float scale) {
    json rows = json::array();
    for (int i = 0; i < height; ++i) rows.push_back(Row(width, scale));
    return rows;
  }

 private:
  std::mt19937 rng_;
  std::normal_distribution<double> normal_;
};

// An LSTM and a dense layer for frames of 1 or 16 and up to one knob.
inline json ModelJson(int units, int frames, int knobs, unsigned seed) {
  Draw draw(seed);
  const json lstm = {{"type", "lstm"},
                     {"activation", ""},
                     {"shape", {nullptr, nullptr, units}},
                     {"weights",
                      {draw.Rows(frames + knobs, 4 * units, 0.4f),
                       draw.Rows(units, 4 * units, 0.3f), draw.Row(4 * units, 0.1f)}}};
  const json dense = {
      {"type", "dense"},
      {"activation", ""},
      {"shape", {nullptr, nullptr, frames}},
      {"weights", {draw.Rows(units, frames, 0.4f), draw.Row(frames, 0)}}};
  return {{"in_shape", {nullptr, nullptr, frames + knobs}},
          {"in_skip", 1},
          {"layers", {lstm, dense}}};
}

// The row of bank.json for a model whose file has this text.
inline json ModelRow(const std::string& file, const std::string& text, int block,
                     int knobs) {
  return {{"block", block},
          {"file", file},
          {"sha256", pedal::Sha256(text)},
          {"gain_db", -3.0},
          {"conditioning", knobs ? json({"drive"}) : json::array()}};
}

inline json BankJson(const std::string& name, const json& effects) {
  return {
      {"format", 1}, {"name", name}, {"sample_rate_hz", 44100}, {"effects", effects}};
}

// A bank of these effects, each with both blocks; the seed makes its sound.
inline void WriteBank(const fs::path& folder, const std::string& name,
                      const std::vector<std::string>& ids, unsigned seed,
                      int units = 4) {
  fs::create_directories(folder);
  json effects = json::array();
  for (const std::string& id : ids) {
    json models = json::array();
    for (int block : {1, 16}) {
      const std::string file = id + "-" + std::to_string(block) + ".json";
      const std::string text = ModelJson(units, block, block == 1, ++seed).dump();
      Write(folder / file, text);
      models.push_back(ModelRow(file, text, block, block == 1));
    }
    effects.push_back({{"id", id}, {"models", models}});
  }
  Write(folder / "bank.json", BankJson(name, effects).dump());
}

}  // namespace bank_folder
