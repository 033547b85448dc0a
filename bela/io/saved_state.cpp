// Presets and the last sound as JSON, and back.
#include "io/saved_state.h"

#include <cstring>

#include "io/foot_text.h"
#include "io/id.h"
#include "io/number.h"
#include "io/saved_feet.h"

namespace pedal {
namespace {

constexpr double kFormat = 1.0;

std::string ParamsToJson(const float* params) {
  std::string text = "{";
  for (int p = 0; p < protocol::kNumParams; ++p) {
    text +=
        (p ? "," : "") + Quoted(protocol::kParams[p].id) + ":" + NumberText(params[p]);
  }
  return text + "}";
}

// A parameter that is not there keeps its default; one of a later pedal is left out.
void ParamsFromJson(const JSONValue* object, float* params) {
  for (int p = 0; p < protocol::kNumParams; ++p) {
    const protocol::Param& param = protocol::kParams[p];
    double value = 0.0;
    params[p] = param.initial;
    if (!GetNumber(object, Widen(param.id).c_str(), &value)) continue;
    const double low = static_cast<double>(param.min),
                 high = static_cast<double>(param.max);
    params[p] = static_cast<float>(value < low ? low : value > high ? high : value);
  }
}

bool GetId(const JSONValue* object, const wchar_t* name, char* id) {
  std::string text;
  if (!GetText(object, name, &text) || !IsId(text)) return false;
  std::strncpy(id, text.c_str(), kIdSize - 1);
  return true;
}

bool GetBlock(const JSONValue* object, int* block) {
  double value = 0.0;
  if (!GetNumber(object, L"block", &value)) return false;
  *block = static_cast<int>(value);
  return value == 1.0 || value == 16.0;
}

// What is wrong with the preset, or "".
std::string PresetFromJson(const JSONValue* object, Preset* preset) {
  if (!GetId(object, L"id", preset->id))
    return "id: expected 1 to 31 of a-z, 0-9 and -";
  if (!GetId(object, L"effect", preset->effect)) return "effect: expected an id";
  if (!GetBlock(object, &preset->block)) return "block: expected 1 or 16";
  std::string name = preset->id;
  GetText(object, L"name", &name);
  for (char& c : name)
    if (c < ' ' || c > '~') c = '?';
  std::strncpy(preset->name, name.c_str(), kNameSize - 1);
  ParamsFromJson(Member(object, L"params"), preset->params);
  return "";
}

// The rows of the foot map that hold while `preset` sounds, as a member; "" for none.
std::string OverridesToJson(const Overrides& overrides, const char* preset) {
  std::string rows;
  for (int i = 0; i < overrides.count; ++i)
    if (std::strcmp(overrides.rows[i].preset, preset) == 0)
      rows += (rows.empty() ? "" : ",") + RowToJson(overrides.rows[i].row);
  return rows.empty() ? "" : ",\"feet\":[" + rows + "]";
}

void OverridesFromJson(const JSONValue* object, const char* preset,
                       Overrides* overrides, std::vector<std::string>* dropped) {
  const JSONArray* rows = GetArray(object, L"feet");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    Gesture row;
    std::string wrong = RowFromJson((*rows)[i], &row);
    if (wrong.empty() && !overrides->Set(preset, row))
      wrong = TextOf(Reason::kMapFull, "", -1);
    if (!wrong.empty() && dropped)
      dropped->push_back("preset \"" + std::string(preset) + "\": feet: row " +
                         std::to_string(i + 1) + ": " + wrong);
  }
}

}  // namespace

std::string ToJson(const Setlist& setlist) {
  std::string text = "{\"format\":1,\"kept\":[";
  std::string comma;
  for (int p = 0; p < protocol::kNumParams; ++p) {
    if (!setlist.kept[p]) continue;
    text += comma + Quoted(protocol::kParams[p].id);
    comma = ",";
  }
  text += "],\"presets\":[";
  for (int i = 0; i < setlist.count; ++i) {
    const Preset& preset = setlist.presets[i];
    text += i ? ",\n" : "\n";
    text += "{\"id\":" + Quoted(preset.id) + ",\"name\":" + Quoted(preset.name) +
            ",\"effect\":" + Quoted(preset.effect) +
            ",\"block\":" + std::to_string(preset.block) +
            ",\"params\":" + ParamsToJson(preset.params) +
            OverridesToJson(setlist.overrides, preset.id) + "}";
  }
  return text + "]}\n";
}

std::string FromJson(const std::string& text, Setlist* setlist,
                     std::vector<std::string>* dropped) {
  const JsonPointer root = ParseJson(text);
  double format = 0.0;
  if (!GetNumber(root.get(), L"format", &format) || format != kFormat)
    return "format: expected 1";
  const JSONArray* presets = GetArray(root.get(), L"presets");
  const JSONArray* kept = GetArray(root.get(), L"kept");
  if (!presets || presets->size() > kMaxPresets)
    return "presets: expected a list of at most 32";
  Setlist list;
  for (const JSONValue* object : *presets) {
    Preset preset;
    const std::string wrong = PresetFromJson(object, &preset);
    const std::string where = "preset " + std::to_string(list.count + 1) + ": ";
    if (!wrong.empty()) return where + wrong;
    if (list.Find(preset.id) >= 0) return where + "id: found twice";
    list.Save(preset);
    OverridesFromJson(object, preset.id, &list.overrides, dropped);
  }
  for (int p = 0; kept && p < protocol::kNumParams; ++p) {
    list.kept[p] = false;
    for (const JSONValue* id : *kept)
      if (id->IsString() && Narrow(id->AsString()) == protocol::kParams[p].id)
        list.kept[p] = true;
  }
  *setlist = list;
  return "";
}

std::string ToJson(const State& state, const std::string& bank) {
  return "{\"format\":1,\"effect\":" + Quoted(state.effect) +
         ",\"bypass\":" + std::to_string(state.bypass) +
         ",\"block\":" + std::to_string(state.block) +
         ",\"preset\":" + Quoted(state.preset) + ",\"bank\":" + Quoted(bank.c_str()) +
         ",\"params\":" + ParamsToJson(state.params) + "}\n";
}

bool FromJson(const std::string& text, State* state, std::string* bank) {
  const JsonPointer root = ParseJson(text);
  State found;
  double format = 0.0, bypass = 0.0;
  if (!GetNumber(root.get(), L"format", &format) || format != kFormat) return false;
  if (!GetId(root.get(), L"effect", found.effect)) return false;
  if (!GetBlock(root.get(), &found.block)) return false;
  if (!GetNumber(root.get(), L"bypass", &bypass)) return false;
  found.bypass = bypass != 0.0;
  GetId(root.get(), L"preset", found.preset);
  ParamsFromJson(Member(root.get(), L"params"), found.params);
  char id[kIdSize] = "";
  GetId(root.get(), L"bank", id);
  *bank = id;
  *state = found;
  return true;
}

}  // namespace pedal
