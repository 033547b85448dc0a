// Messages from clients become intents: address, number and kinds of arguments, ranges,
// choices.
#include "io/intents.h"

#include <cmath>
#include <cstring>

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

// ASCII [a-z0-9-], 1 to 31 of them: what an id may be.
bool IsId(const std::string& text) {
  if (text.empty() || text.size() >= kIdSize) return false;
  for (char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return true;
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

// Messages with one argument at most.
Verdict ReadOne(MessageId id, const Message& message, const Arg* args, Intent* intent) {
  double value = 0.0;
  switch (id) {
    case MessageId::kEffectSelect:
      intent->kind = IntentKind::kEffectSelect;
      if (message.args[0].type != 's' || !IsId(message.args[0].text))
        return Verdict::kDropped;
      std::strncpy(intent->id, message.args[0].text.c_str(), kIdSize - 1);
      return Verdict::kTaken;
    case MessageId::kEffectNext:
      intent->kind = IntentKind::kEffectNext;
      return Verdict::kTaken;
    case MessageId::kEffectClean:
      intent->kind = IntentKind::kEffectClean;
      return Verdict::kTaken;
    case MessageId::kStateGet:
      intent->kind = IntentKind::kStateGet;
      return Verdict::kTaken;
    case MessageId::kFaultInject:
      if (message.args[0].type != 's' || !IsWord(args[0], message.args[0].text))
        return Verdict::kDropped;
      intent->kind = message.args[0].text == "nan" ? IntentKind::kInjectNan
                                                   : IntentKind::kInjectOverload;
      return Verdict::kTaken;
    case MessageId::kBypass:
      intent->kind = IntentKind::kBypass;
      break;
    case MessageId::kModelBlock:
      intent->kind = IntentKind::kModelBlock;
      break;
    default:
      return Verdict::kDropped;
  }
  const Verdict verdict =
      CheckNumber(args[0], message.args[0], args[0].min, args[0].max, &value);
  if (verdict != Verdict::kDropped) intent->value = static_cast<int>(value);
  return verdict;
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
  const Verdict verdict = id == MessageId::kParamSet
                              ? ReadParamSet(message, row.args, intent)
                              : ReadOne(id, message, row.args, intent);
  if (verdict == Verdict::kDropped || !ReadOptions(message, own, rights, intent))
    return Verdict::kDropped;
  return verdict;
}

}  // namespace pedal
