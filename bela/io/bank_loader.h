// Reads a bank folder into what the engine plays. Every error names file, field, found
// and expected.
#pragma once
#include <memory>
#include <string>

#include "engine/bank.h"

namespace pedal {

// One model file's text (RTNeural JSON) -> *spec; frames and conditioning come from the
// bank's entry. Returns "" or what is wrong, without the file's name.
std::string ParseModel(const std::string& json, int frames, int conditioning,
                       ModelSpec* spec);

// What bank.json says of one model.
struct ModelEntry {
  int block = 1;
  std::string file;
  std::string sha256;  // of the file: 64 hexadecimal digits
  float gain_db = 0.0f;
  std::vector<protocol::ParamId> knobs;
};
struct EffectEntry {
  std::string id;
  std::vector<ModelEntry> models;
};
struct BankEntry {
  std::string name;
  std::vector<EffectEntry> effects;
};

// The text of a bank.json -> *entry. Returns "" or what is wrong, without the file's
// name.
std::string ParseBank(const std::string& json, BankEntry* entry);

// Loads a folder. Returns nullptr and sets *wrong to one line, which calls it `label`,
// where it can't be played. Reads files, allocates, and runs each model until it rests.
// [loader]
std::unique_ptr<Bank> LoadBank(const std::string& folder, const std::string& label,
                               std::string* wrong);

}  // namespace pedal
