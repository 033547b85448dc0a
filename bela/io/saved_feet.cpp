// The pedal's own foot map and its expression pedal as JSON, and back.
#include "io/saved_feet.h"

#include "controls/board_pins.h"
#include "io/foot_text.h"
#include "io/number.h"

namespace pedal {
namespace {

constexpr double kFormat = 1.0;

// A span that no sweep can have given is none.
void ReadSpan(const JSONValue* object, Expression* pedal) {
  double low = 0.0, high = 0.0;
  if (!GetNumber(object, L"low", &low) || !GetNumber(object, L"high", &high)) return;
  const double span = low < high ? high - low : low - high;
  const double most = low < high ? high : low, least = low < high ? low : high;
  const bool good =
      least >= 0.0 && most <= 1.0 && span >= static_cast<double>(Sweep::kLeast);
  if (!good) return;
  pedal->low = static_cast<float>(low);
  pedal->high = static_cast<float>(high);
}

// "" moves nothing; one of a later pedal keeps the default.
void ReadParam(const JSONValue* object, Expression* pedal) {
  std::string id;
  if (!GetText(object, L"param", &id)) return;
  if (id.empty()) pedal->param = -1;
  for (int p = 0; p < protocol::kNumParams; ++p)
    if (id == protocol::kParams[p].id) pedal->param = p;
}

// "" and adds the row, or why it cannot be one of the map.
std::string AddRow(const JSONValue* list, FootMap* feet) {
  Gesture row;
  const std::string wrong = RowFromJson(list, &row);
  if (!wrong.empty()) return wrong;
  if (row.on.kind == IntentKind::kNothing) return TextOf(Reason::kNeedsMessage, "", -1);
  const Conflict conflict = ConflictWith(*feet, Overrides(), "", row);
  if (conflict.reason != Reason::kNone)
    return TextOf(conflict.reason, "", conflict.index);
  return feet->Set(row) ? "" : TextOf(Reason::kMapFull, "", -1);
}

}  // namespace

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

Controls FactoryControls() {
  Controls controls;
  for (const Gesture& row : board::kGestures) controls.feet.Set(row);
  for (const board::Knob& knob : board::kKnobs)
    if (knob.swept) controls.expression.param = static_cast<int>(knob.param);
  return controls;
}

std::string RowToJson(const Gesture& row) {
  const RowText text = ToText(row);
  return "[" + Quoted(text.kind) + "," + Quoted(text.switches) + "," +
         Quoted(text.message) + "," + Quoted(text.off) + "]";
}

std::string RowFromJson(const JSONValue* list, Gesture* row) {
  std::string fields[4];
  if (!list || !list->IsArray() || list->AsArray().size() != 4)
    return "expected gesture, switches, message and off";
  for (std::size_t i = 0; i < 4; ++i) {
    const JSONValue* field = list->AsArray()[i];
    if (!field->IsString()) return "expected text";
    fields[i] = Narrow(field->AsString());
  }
  const RowProblem problem = ReadRow({fields[0], fields[1], fields[2], fields[3]}, row);
  return TextOf(problem.reason, problem.word, -1);
}

std::string ToJson(const Controls& controls) {
  const Expression& pedal = controls.expression;
  const char* param = pedal.param < 0 ? "" : protocol::kParams[pedal.param].id;
  std::string text = "{\"format\":1,\"expression\":{\"param\":" + Quoted(param) +
                     ",\"low\":" + NumberText(pedal.low) +
                     ",\"high\":" + NumberText(pedal.high) + "},\"feet\":[";
  for (int i = 0; i < controls.feet.count; ++i)
    text += (i ? ",\n" : "\n") + RowToJson(controls.feet.rows[i]);
  return text + "]}\n";
}

std::string FromJson(const std::string& text, Controls* controls,
                     std::vector<std::string>* dropped) {
  const JsonPointer root = ParseJson(text);
  double format = 0.0;
  if (!GetNumber(root.get(), L"format", &format) || format != kFormat)
    return "format: expected 1";
  Controls found = FactoryControls();
  const JSONValue* expression = Member(root.get(), L"expression");
  ReadSpan(expression, &found.expression);
  ReadParam(expression, &found.expression);
  if (const JSONArray* rows = GetArray(root.get(), L"feet")) {
    found.feet = FootMap();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const std::string wrong = AddRow((*rows)[i], &found.feet);
      if (!wrong.empty())
        dropped->push_back("feet: row " + std::to_string(i + 1) + ": " + wrong);
    }
  }
  *controls = found;
  return "";
}

}  // namespace pedal
