// bank.json -> what it says of each effect and model, with every field checked.
#include <cmath>
#include <cstdio>

#include "engine/timing.h"
#include "io/bank_loader.h"
#include "io/id.h"
#include "io/json.h"

namespace pedal {
namespace {

std::string Show(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

// A plain file name: it can't leave the folder.
bool IsFileName(const std::string& text) {
  if (text.empty() || text.size() > 255 || text[0] == '.') return false;
  for (char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
          c == '_'))
      return false;
  return true;
}

bool IsHash(const std::string& text) {
  return text.size() == 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string ReadKnobs(const JSONValue* model, std::vector<protocol::ParamId>* knobs) {
  const JSONArray* names = GetArray(model, L"conditioning");
  if (!names)
    return Member(model, L"conditioning") ? "conditioning: is not an array" : "";
  if (names->size() > kMaxConditioning)
    return "conditioning: expected at most 4 parameters";
  for (const JSONValue* name : *names) {
    const std::string id = name->IsString() ? Narrow(name->AsString()) : "?";
    int found = -1;
    for (int p = 0; p < protocol::kNumParams; ++p)
      if (id == protocol::kParams[p].id) found = p;
    if (found < 0) return "conditioning: found " + id + ", expected a parameter";
    knobs->push_back(static_cast<protocol::ParamId>(found));
  }
  return "";
}

std::string ReadModel(const JSONValue* model, ModelEntry* entry) {
  double block = 0.0, gain_db = 0.0;
  if (!GetNumber(model, L"block", &block) || (block != 1.0 && block != 16.0))
    return "block: expected 1 or 16";
  entry->block = static_cast<int>(block);
  if (!GetText(model, L"file", &entry->file) || !IsFileName(entry->file))
    return "file: expected a plain name inside the folder";
  if (!GetText(model, L"sha256", &entry->sha256) || !IsHash(entry->sha256))
    return "sha256: expected 64 hexadecimal digits";
  if (!GetNumber(model, L"gain_db", &gain_db) || !(std::fabs(gain_db) <= 60.0))
    return "gain_db: expected -60 to 60";
  entry->gain_db = static_cast<float>(gain_db);
  return ReadKnobs(model, &entry->knobs);
}

std::string ReadEffect(const JSONValue* effect, EffectEntry* entry) {
  if (!GetText(effect, L"id", &entry->id) || !IsId(entry->id) || entry->id == "clean")
    return "id: expected 1 to 31 of [a-z0-9-], not clean";
  const JSONArray* models = GetArray(effect, L"models");
  if (!models || models->empty() || models->size() > 2)
    return "\"" + entry->id + "\": models: expected one or two";
  for (const JSONValue* model : *models) {
    ModelEntry read;
    const std::string wrong = ReadModel(model, &read);
    if (!wrong.empty()) return "\"" + entry->id + "\": " + wrong;
    if (!entry->models.empty() && entry->models[0].block == read.block)
      return "\"" + entry->id + "\": two models of block " + std::to_string(read.block);
    entry->models.push_back(std::move(read));
  }
  return "";
}

}  // namespace

std::string ParseBank(const std::string& json, BankEntry* entry) {
  const JsonPointer root = ParseJson(json);
  if (!root || !root->IsObject()) return "is not a JSON object";
  double format = 0.0, rate_hz = 0.0;
  if (!GetNumber(root.get(), L"format", &format) || format != 1.0)
    return "format: found " + Show(format) + ", expected 1";
  if (!GetText(root.get(), L"name", &entry->name) || !IsId(entry->name))
    return "name: expected 1 to 31 of [a-z0-9-]";
  if (!GetNumber(root.get(), L"sample_rate_hz", &rate_hz) || rate_hz != kSampleRate)
    return "sample_rate_hz: found " + Show(rate_hz) + ", expected 44100";
  const JSONArray* effects = GetArray(root.get(), L"effects");
  if (!effects || effects->empty() || effects->size() > kMaxEffects)
    return "effects: expected 1 to 32";
  for (std::size_t i = 0; i < effects->size(); ++i) {
    EffectEntry effect;
    const std::string wrong = ReadEffect((*effects)[i], &effect);
    if (!wrong.empty()) return "effect " + std::to_string(i + 1) + " " + wrong;
    for (const EffectEntry& other : entry->effects)
      if (other.id == effect.id) return "two effects are called " + effect.id;
    entry->effects.push_back(std::move(effect));
  }
  return "";
}

}  // namespace pedal
