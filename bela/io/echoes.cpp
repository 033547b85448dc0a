// The engine's events become messages for clients: one function a kind.
#include "io/echoes.h"

#include "io/addresses.h"
#include "io/foot_text.h"
#include "io/saved_state.h"

namespace pedal {
namespace {

// Why an intent changed nothing.
std::string ReasonText(const Event& event, const Surroundings& around) {
  switch (event.reason) {
    case Reason::kUnknownEffect:
      return "unknown effect; the bank has " + around.effects + ",clean";
    case Reason::kSuperseded:
      return "superseded by a later one";
    case Reason::kNoModel:
      return "no model sounds";
    case Reason::kUnknownPreset:
      return "unknown preset; /presets/get lists them";
    case Reason::kSetlistFull:
      return "the setlist is full; expected at most 32 presets, delete one";
    case Reason::kSweptTooLittle:
      return "the sweep spanned " + std::to_string(event.value) +
             " % of full scale, expected at least 20; sweep from heel to toe";
    case Reason::kNotSwept:
      return "no sweep is under way; /expression/calibrate 1 begins one";
    default:
      return TextOf(event.reason, event.word, event.value);
  }
}

const char* TextOf(Fault fault) {
  switch (fault) {
    case Fault::kNan:
      return "the model gave a value that is not a number; stepped down, one retry";
    case Fault::kOverload:
      return "three late blocks running; stepped down, one retry";
    default:
      return "no bank; playing dry";
  }
}

Message Open(const char* address, const Event& event, const Surroundings& around) {
  Message message;
  message.address = address;
  return message.Text(around.boot_id).Int(event.revision).Int(event.request);
}

Message Snapshot(const Event& event, const Surroundings& around) {
  const State& state = event.state;
  Message message = Open("/state", event, around);
  message.Int(protocol::kVersion)
      .Text(around.bank)
      .Text(around.effects)
      .Text(state.effect)
      .Int(state.bypass)
      .Int(state.block)
      .Int(state.delay)
      .Text(CodeOf(state.fault));
  for (float value : state.params) message.Float(value);
  return message.Int(around.dropped);
}

// The elements of a list, in order, with `separator` between them.
template <typename Get>
std::string Join(int count, const char* separator, Get get) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i ? separator : "") + std::string(get(i));
  return text;
}

// One text of at most 12 KB, as it has to pass a browser's frame of 16.
Message Backup(const Event& event, const Surroundings& around) {
  const std::string text = ToJson(around.setlist);
  if (text.size() <= kMostBackupBytes)
    return Open("/presets/file", event, around).Text(text);
  return Open("/echo/rejected", event, around)
      .Text(AddressOf(IntentKind::kPresetsBackup))
      .Text("the setlist takes " + std::to_string(text.size()) +
            " bytes, expected at most " + std::to_string(kMostBackupBytes) +
            "; use /presets/export");
}

Message ExpressionMessage(const Event& event, const Surroundings& around) {
  const Expression& pedal = event.state.expression;
  return Open("/expression", event, around)
      .Text(pedal.param < 0 ? "" : protocol::kParams[pedal.param].id)
      .Float(pedal.low)
      .Float(pedal.high)
      .Int(pedal.calibrating)
      .Float(pedal.position);
}

Message Presets(const Event& event, const Surroundings& around) {
  const Setlist& list = around.setlist;
  const auto id = [&list](int i) { return list.presets[i].id; };
  const auto name = [&list](int i) { return list.presets[i].name; };
  const auto effect = [&list](int i) { return list.presets[i].effect; };
  std::string kept;
  for (int p = 0; p < protocol::kNumParams; ++p)
    if (list.kept[p])
      kept += (kept.empty() ? "" : ",") + std::string(protocol::kParams[p].id);
  return Open("/presets", event, around)
      .Text(Join(list.count, ",", id))
      .Text(Join(list.count, "\n", name))
      .Text(Join(list.count, ",", effect))
      .Text(kept)
      .Text(event.state.preset)
      .Int(event.state.unsaved);
}

}  // namespace

const char* CodeOf(Fault fault) {
  switch (fault) {
    case Fault::kNoBank:
      return "no-bank";
    case Fault::kNan:
      return "nan";
    case Fault::kOverload:
      return "overload";
    default:
      return "none";
  }
}

Message ToMessage(const Event& event, const Surroundings& around) {
  switch (event.kind) {
    case EventKind::kEffect:
      return Open("/echo/effect", event, around).Text(event.state.effect);
    case EventKind::kBypass:
      return Open("/echo/bypass", event, around).Int(event.state.bypass);
    case EventKind::kBlock:
      return Open("/echo/block", event, around)
          .Int(event.state.block)
          .Int(event.state.delay);
    case EventKind::kParam:
      return Open("/echo/param", event, around)
          .Text(protocol::kParams[static_cast<int>(event.param)].id)
          .Float(event.state.params[static_cast<int>(event.param)]);
    case EventKind::kRejected:
      return Open("/echo/rejected", event, around)
          .Text(AddressOf(event.rejected))
          .Text(ReasonText(event, around));
    case EventKind::kAlarm:
      return Open("/alarm", event, around)
          .Text(CodeOf(event.state.fault))
          .Text(TextOf(event.state.fault));
    case EventKind::kRecovered:
      return Open("/alarm", event, around)
          .Text("recovered")
          .Text("the effect plays again");
    case EventKind::kPreset:
      return Open("/echo/preset", event, around)
          .Text(event.state.preset)
          .Int(event.state.unsaved);
    case EventKind::kPresets:
      return Presets(event, around);
    case EventKind::kBackup:
      return Backup(event, around);
    case EventKind::kGestures:
      return Open("/gestures", event, around)
          .Text(MapText(around.feet, around.setlist.overrides));
    case EventKind::kExpression:
      return ExpressionMessage(event, around);
    case EventKind::kBanks:
      return Open("/banks", event, around)
          .Text(around.banks)
          .Text(around.bank_id)
          .Text(around.loading)
          .Int(event.state.bank);
    case EventKind::kTakeover:
      return Open("/takeover", event, around)
          .Text(protocol::kParams[static_cast<int>(event.param)].id)
          .Int((event.state.waiting >> static_cast<int>(event.param)) & 1u)
          .Float(event.number);
    case EventKind::kSnapshot:
      break;
  }
  return Snapshot(event, around);
}

Message AlarmMessage(const std::string& code, const std::string& text, int revision,
                     const Surroundings& around) {
  Event event;
  event.revision = revision;
  return Open("/alarm", event, around).Text(code).Text(text);
}

Message RejectedMessage(const Intent& intent, const std::string& reason, int revision,
                        const Surroundings& around) {
  Event event;
  event.revision = revision;
  event.request = intent.request;
  return Open("/echo/rejected", event, around)
      .Text(AddressOf(intent.kind))
      .Text(reason);
}

}  // namespace pedal
