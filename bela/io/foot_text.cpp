// Rows of the foot map as text, and back.
#include "io/foot_text.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "controls/board_pins.h"
#include "io/addresses.h"
#include "io/intents.h"
#include "io/number.h"

namespace pedal {
namespace {

constexpr int kNumKinds = sizeof board::kGestureKinds / sizeof *board::kGestureKinds;

std::string ActText(const Act& act) {
  if (act.kind == IntentKind::kNothing) return "";
  std::string text = AddressOf(act.kind);
  switch (act.kind) {
    case IntentKind::kEffectSelect:
    case IntentKind::kPresetLoad:
      return text + " " + act.id;
    case IntentKind::kBypass:
    case IntentKind::kModelBlock:
      return text + " " + std::to_string(act.value);
    case IntentKind::kParamSet:
      return text + " " + protocol::kParams[static_cast<int>(act.param)].id + " " +
             NumberText(act.number);
    default:
      return text;
  }
}

template <std::size_t count>
bool IsOneOf(const char* const (&words)[count], const std::string& word) {
  for (const char* known : words)
    if (word == known) return true;
  return false;
}

// A word that is a number as a whole is one.
void AddWord(const std::string& word, Message* message) {
  char* end = nullptr;
  const double number = std::strtod(word.c_str(), &end);
  if (*end)
    message->Text(word);
  else
    message->args.push_back({'f', number, std::string()});
}

int NumArgs(const std::string& address) {
  for (const protocol::Message& row : protocol::kMessages)
    if (address == row.address) return row.num_args;
  return 0;
}

// text: an address and its arguments, apart by spaces; "" asks for nothing.
RowProblem ReadAct(const std::string& text, Act* act) {
  Message message;
  std::istringstream words(text);
  std::string word;
  words >> message.address;
  if (message.address.empty()) return {};
  if (!IsOneOf(board::kFootAddresses, message.address))
    return {Reason::kNotForFeet, message.address};
  // An id of digits alone is text all the same.
  const bool id =
      message.address == "/effect/select" || message.address == "/preset/load";
  while (words >> word) {
    if (id)
      message.Text(word);
    else
      AddWord(word, &message);
  }
  Intent intent;
  const bool enough = static_cast<int>(message.args.size()) == NumArgs(message.address);
  if (!enough || ReadIntent(message, Rights(), &intent) == Verdict::kDropped)
    return {Reason::kBadMessage, message.address};
  act->kind = intent.kind;
  act->param = intent.param;
  act->value = intent.value;
  act->number = intent.number;
  std::memcpy(act->id, intent.id, kIdSize);
  return {};
}

int FindSwitch(const std::string& name) {
  for (int i = 0; i < board::kNumFootswitches; ++i)
    if (name == board::kFootswitches[i].name) return i;
  return -1;
}

std::string Line(const std::string& preset, const Gesture& row) {
  const RowText text = ToText(row);
  return preset + "\t" + text.kind + "\t" + text.switches + "\t" + text.message + "\t" +
         text.off;
}

std::string Switches() {
  std::string names;
  for (const board::Footswitch& footswitch : board::kFootswitches)
    names += (names.empty() ? "" : ", ") + std::string(footswitch.name);
  return names;
}

// "preset "solo": footswitch "bypass"" of a conflict.
std::string Where(const std::string& preset, int index) {
  const bool known = index >= 0 && index < board::kNumFootswitches;
  const std::string name = known ? board::kFootswitches[index].name : "";
  return (preset.empty() ? "" : "preset \"" + preset + "\": ") + "footswitch \"" +
         name + "\" ";
}

}  // namespace

RowText ToText(const Gesture& row) {
  RowText text;
  text.kind = board::kGestureKinds[static_cast<int>(row.kind)];
  text.switches = board::kFootswitches[row.first].name;
  if (row.second >= 0)
    text.switches += std::string("+") + board::kFootswitches[row.second].name;
  text.message = ActText(row.on);
  text.off = ActText(row.off);
  return text;
}

RowProblem ReadSwitches(const std::string& kind, const std::string& switches,
                        Gesture* row) {
  int number = 0;
  while (number < kNumKinds && kind != board::kGestureKinds[number]) ++number;
  if (number == kNumKinds) return {Reason::kBadMessage, kind};
  row->kind = static_cast<GestureKind>(number);
  const std::size_t plus = switches.find('+');
  const std::string first = switches.substr(0, plus);
  row->first = FindSwitch(first);
  row->second = -1;
  if (row->first < 0) return {Reason::kUnknownSwitch, first};
  if (plus != std::string::npos) {
    row->second = FindSwitch(switches.substr(plus + 1));
    if (row->second < 0) return {Reason::kUnknownSwitch, switches.substr(plus + 1)};
  }
  const Gesture* rows[] = {row};
  return {ProblemOf(rows, 1, board::kNumFootswitches).reason, switches};
}

RowProblem ReadRow(const RowText& text, Gesture* row) {
  *row = Gesture();
  RowProblem problem = ReadSwitches(text.kind, text.switches, row);
  if (problem.reason == Reason::kNone) problem = ReadAct(text.message, &row->on);
  if (problem.reason == Reason::kNone) problem = ReadAct(text.off, &row->off);
  if (problem.reason != Reason::kNone) return problem;
  const bool nothing = row->on.kind == IntentKind::kNothing;
  const bool two =
      row->kind == GestureKind::kLatch || row->kind == GestureKind::kMomentary;
  if (nothing && row->off.kind != IntentKind::kNothing)
    return {Reason::kNeedsMessage, ""};
  if (two && !nothing && row->off.kind == IntentKind::kNothing)
    return {Reason::kNeedsOff, ""};
  // A momentary switch tells off by itself; any other waits for what is never so.
  const std::string first = AddressOf(row->on.kind);
  if (row->kind != GestureKind::kMomentary && row->off.kind != IntentKind::kNothing &&
      IsOneOf(board::kFootSteps, first))
    return {Reason::kNeverOff, first};
  return {};
}

std::string MapText(const FootMap& own, const Overrides& overrides) {
  std::string text;
  for (int i = 0; i < own.count; ++i) text += (i ? "\n" : "") + Line("", own.rows[i]);
  for (int i = 0; i < overrides.count; ++i)
    text += (text.empty() ? "" : "\n") +
            Line(overrides.rows[i].preset, overrides.rows[i].row);
  return text;
}

std::string TextOf(Reason reason, const std::string& word, int value) {
  switch (reason) {
    case Reason::kUnknownSwitch:
      return "no footswitch \"" + word + "\"; there are " + Switches();
    case Reason::kWrongSwitches:
      return "found \"" + word +
             "\"; a chord takes two different switches joined by +, any other gesture "
             "one";
    case Reason::kNotForFeet:
      return word +
             " is not for the feet; they select effects, presets, blocks and "
             "parameters, and bypass";
    case Reason::kBadMessage:
      return word + ": expected the arguments of that message, each in its range";
    case Reason::kNeedsMessage:
      return "expected a message; /gesture/clear takes a row out";
    case Reason::kNeedsOff:
      return "expected a message for off too";
    case Reason::kNeverOff:
      return word + " is never already so, off would never come; pick another message";
    case Reason::kUnknownRow:
      return "no such row; /gestures/get lists them";
    case Reason::kMapFull:
      return "the foot map is full; expected at most " + std::to_string(kMaxGestures) +
             " rows, " + std::to_string(kMaxOverridesOfOne) + " of a preset, " +
             std::to_string(kMaxOverrides) + " of all presets";
    case Reason::kTwoPresses:
      return Where(word, value) + "has two gestures that act on its press; keep one";
    case Reason::kTwoChords:
      return Where(word, value) + "is in two chords; keep one";
    case Reason::kTwoAlike:
      return Where(word, value) + "has the same gesture twice; keep one";
    case Reason::kMomentaryWaits:
      return Where(word, value) +
             "is momentary and cannot wait for another gesture; keep one";
    default:
      return "";
  }
}

}  // namespace pedal
