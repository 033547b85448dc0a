// Messages from clients become intents: address, number and kinds of arguments, ranges,
// choices.
#include "io/intents.h"

#include <cmath>
#include <cstring>

#include "io/addresses.h"
#include "io/foot_text.h"
#include "io/id.h"

namespace pedal {
namespace {

using protocol::Arg;
using protocol::MessageId;

constexpr double kLargestFloat = 3.4028234663852886e38;

// By the bits, as -ffast-math makes comparisons with NaN unreliable.
bool IsNumber(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const bool finite = (bits & 0x7ff0000000000000u) != 0x7ff0000000000000u;
  return finite && x >= -kLargestFloat && x <= kLargestFloat;
}

bool IsChoice(const Arg& arg, double value) {
  for (int i = 0; i < arg.num_choices; ++i)
    if (arg.choices[i] == value) return true;
  return arg.num_choices == 0;
}

bool IsWord(const Arg& arg, const std::string& text) {
  for (int i = 0; i < arg.num_words; ++i)
    if (text == arg.words[i]) return true;
  return arg.num_words == 0;
}

Verdict CheckNumber(const Arg& arg, const MessageArg& found, double min, double max,
                    double* value) {
  if (found.type != 'i' && found.type != 'f') return Verdict::kDropped;
  if (!IsNumber(found.number)) return Verdict::kDropped;
  *value = found.number;
  if (arg.type == 'i' && std::floor(*value) != *value) return Verdict::kDropped;
  if (!IsChoice(arg, *value)) return Verdict::kDropped;
  if (*value >= min && *value <= max) return Verdict::kTaken;
  if (!arg.clamp) return Verdict::kDropped;
  *value = *value < min ? min : max;
  return Verdict::kClamped;
}

int FindParam(const std::string& id) {
  for (int p = 0; p < protocol::kNumParams; ++p)
    if (id == protocol::kParams[p].id) return p;
  return -1;
}

int FindMessage(const std::string& address) {
  for (int m = 0; m < protocol::kNumMessages; ++m)
    if (protocol::kMessages[m].to_engine && address == protocol::kMessages[m].address)
      return m;
  return -1;
}

Verdict ReadParamSet(const Message& message, const Arg* args, Intent* intent) {
  const int param = FindParam(message.args[0].text);
  if (message.args[0].type != 's' || param < 0) return Verdict::kDropped;
  double value = 0.0;
  const Verdict verdict = CheckNumber(
      args[1], message.args[1], static_cast<double>(protocol::kParams[param].min),
      static_cast<double>(protocol::kParams[param].max), &value);
  intent->kind = IntentKind::kParamSet;
  intent->param = static_cast<protocol::ParamId>(param);
  intent->number = static_cast<float>(value);
  return verdict;
}

// Copies the argument that is an id; false where it is none.
bool ReadId(const MessageArg& arg, Intent* intent) {
  if (arg.type != 's' || !IsId(arg.text)) return false;
  std::strncpy(intent->id, arg.text.c_str(), kIdSize - 1);
  return true;
}

// A name is at most 31 characters of printable ASCII; "" is none.
bool ReadName(const MessageArg& arg, Intent* intent) {
  if (arg.type != 's' || arg.text.size() >= kNameSize) return false;
  for (char c : arg.text)
    if (c < ' ' || c > '~') return false;
  std::strncpy(intent->name, arg.text.c_str(), kNameSize - 1);
  return true;
}

Verdict ReadFault(const Message& message, const Arg* args, Intent* intent) {
  if (message.args[0].type != 's' || !IsWord(args[0], message.args[0].text))
    return Verdict::kDropped;
  const std::string& word = message.args[0].text;
  intent->kind = word == "nan"        ? IntentKind::kInjectNan
                 : word == "overload" ? IntentKind::kInjectOverload
                 : word == "underrun" ? IntentKind::kInjectUnderrun
                                      : IntentKind::kInjectBurn;
  return Verdict::kTaken;
}

// A console: its key, and to subscribe the seconds of its lease and its token.
Verdict ReadMonitor(MessageId id, const Message& message, const Arg* args,
                    Intent* intent) {
  double values[3] = {};
  const int count = id == MessageId::kMonitorSubscribe ? 3 : 1;
  for (int i = 0; i < count; ++i)
    if (CheckNumber(args[i], message.args[static_cast<std::size_t>(i)], args[i].min,
                    args[i].max, &values[i]) != Verdict::kTaken)
      return Verdict::kDropped;
  intent->kind = KindOf(id);
  intent->value = static_cast<int>(values[0]);
  intent->number = static_cast<float>(values[1]);
  intent->token = static_cast<int>(values[2]);
  return Verdict::kTaken;
}

// A scope is a preset's id, or empty for the pedal's own map. What is wrong with a row
// is told when its turn comes, as nothing is wrong with the message.
Verdict ReadGesture(MessageId id, const Message& message, Intent* intent) {
  const std::vector<MessageArg>& args = message.args;
  const std::size_t own = id == MessageId::kGestureSet ? 5 : 3;
  for (std::size_t i = 0; i < own; ++i)
    if (args[i].type != 's') return Verdict::kDropped;
  if (!IsWord(protocol::kGestureSetArgs[1], args[1].text)) return Verdict::kDropped;
  intent->kind = KindOf(id);
  if (!args[0].text.empty() && !ReadId(args[0], intent)) {
    intent->wrong = Reason::kUnknownPreset;
    return Verdict::kTaken;
  }
  const RowProblem problem =
      id == MessageId::kGestureSet
          ? ReadRow({args[1].text, args[2].text, args[3].text, args[4].text},
                    &intent->gesture)
          : ReadSwitches(args[1].text, args[2].text, &intent->gesture);
  intent->wrong = problem.reason;
  std::strncpy(intent->name, problem.word.c_str(), kNameSize - 1);
  return Verdict::kTaken;
}

// A parameter's id, or empty for none.
Verdict ReadExpressionParam(const MessageArg& arg, Intent* intent) {
  intent->kind = IntentKind::kExpressionParam;
  intent->value = FindParam(arg.text);
  const bool good = arg.type == 's' && (arg.text.empty() || intent->value >= 0);
  return good ? Verdict::kTaken : Verdict::kDropped;
}

// Its text is kept apart from the intent (io/presets.h).
Verdict ReadRestore(const MessageArg& arg, Intent* intent) {
  intent->kind = IntentKind::kPresetsRestore;
  return arg.type == 's' ? Verdict::kTaken : Verdict::kDropped;
}

// The other messages: ids, a name, at most one number.
Verdict ReadPlain(MessageId id, const Message& message, const protocol::Message& row,
                  Intent* intent) {
  intent->kind = KindOf(id);
  for (std::size_t i = 0; i < static_cast<std::size_t>(row.num_args); ++i) {
    const Arg& arg = row.args[i];
    const MessageArg& found = message.args[i];
    double value = 0.0;
    bool good = true;
    if (id == MessageId::kParamKeep && i == 0) {
      const int param = found.type == 's' ? FindParam(found.text) : -1;
      intent->param = static_cast<protocol::ParamId>(param < 0 ? 0 : param);
      good = param >= 0;
    } else if (arg.type == 's') {
      good = std::strcmp(arg.name, "name") == 0 ? ReadName(found, intent)
                                                : ReadId(found, intent);
    } else {
      good = CheckNumber(arg, found, arg.min, arg.max, &value) == Verdict::kTaken;
      if (good) intent->value = static_cast<int>(value);
    }
    if (!good) return Verdict::kDropped;
  }
  return Verdict::kTaken;
}

Verdict ReadOwn(MessageId id, const Message& message, const protocol::Message& row,
                Intent* intent) {
  switch (id) {
    case MessageId::kParamSet:
      return ReadParamSet(message, row.args, intent);
    case MessageId::kFaultInject:
      return ReadFault(message, row.args, intent);
    case MessageId::kMonitorSubscribe:
    case MessageId::kMonitorLeave:
      return ReadMonitor(id, message, row.args, intent);
    case MessageId::kGestureSet:
    case MessageId::kGestureClear:
      return ReadGesture(id, message, intent);
    case MessageId::kExpressionParam:
      return ReadExpressionParam(message.args[0], intent);
    case MessageId::kPresetsRestore:
      return ReadRestore(message.args[0], intent);
    default:
      return ReadPlain(id, message, row, intent);
  }
}

// The arguments after the message's own: request, at.
bool ReadOptions(const Message& message, std::size_t first, const Rights& rights,
                 Intent* intent) {
  double values[protocol::kNumIntentOptions] = {};
  for (std::size_t i = first; i < message.args.size(); ++i) {
    const Arg& arg = protocol::kIntentOptionArgs[i - first];
    if (CheckNumber(arg, message.args[i], arg.min, arg.max, &values[i - first]) !=
        Verdict::kTaken)
      return false;
  }
  intent->request = static_cast<int>(values[0]);
  intent->time = static_cast<SampleTime>(values[1]);
  return rights.timed || intent->time == kNow;
}

}  // namespace

Verdict ReadIntent(const Message& message, const Rights& rights, Intent* intent) {
  const int index = FindMessage(message.address);
  if (index < 0) return Verdict::kDropped;
  const protocol::Message& row = protocol::kMessages[index];
  const std::size_t own = static_cast<std::size_t>(row.num_args);
  if (message.args.size() < own ||
      message.args.size() > own + protocol::kNumIntentOptions)
    return Verdict::kDropped;
  *intent = Intent();
  const MessageId id = static_cast<MessageId>(index);
  if (id == MessageId::kFaultInject && !rights.faults) return Verdict::kDropped;
  const Verdict verdict = ReadOwn(id, message, row, intent);
  if (verdict == Verdict::kDropped || !ReadOptions(message, own, rights, intent))
    return Verdict::kDropped;
  return verdict;
}

}  // namespace pedal
