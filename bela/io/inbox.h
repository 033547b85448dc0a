// Where all wires hand in their messages: checks them, counts the bad ones, queues the
// good ones for the engine, the saver, the loader or the surface.
#pragma once
#include <atomic>
#include <cstring>

#include "controls/remote_feet.h"
#include "engine/engine.h"
#include "io/bank_keeper.h"
#include "io/burden.h"
#include "io/intents.h"
#include "io/presets.h"

namespace pedal {

class Inbox {
 public:
  void Prepare(Engine* engine, const Rights& rights, Presets* presets,
               BankKeeper* banks, RemoteFeet* feet, Burden* burden) {
    engine_ = engine;
    banks_ = banks;
    rights_ = rights;
    presets_ = presets;
    feet_ = feet;
    burden_ = burden;
  }

  // From the one thread of `source`. False where the message was dropped. [io]
  bool Take(Source source, const Message& message) {
    Intent intent;
    return Read(message, &intent) && Accept(source, message, intent);
  }

  // The two halves of Take, for a wire that judges what lies between them. [io]
  bool Read(const Message& message, Intent* intent) {
    const Verdict verdict = ReadIntent(message, rights_, intent);
    if (verdict != Verdict::kTaken) ++dropped_;
    return verdict != Verdict::kDropped;
  }
  bool Accept(Source source, const Message& message, const Intent& intent) {
    switch (intent.kind) {
      case IntentKind::kFootswitch:
        return Press(source, intent);
      case IntentKind::kInjectUnderrun:
      case IntentKind::kInjectBurn:
        return Trouble(source, intent);
      case IntentKind::kBankLoad:
        banks_->Ask(intent);
        return true;
      case IntentKind::kMonitorSubscribe:  // consoles come by OSC only
      case IntentKind::kMonitorLeave:
        ++dropped_;
        return false;
      default:
        break;
    }
    bool queued = false;
    if (intent.kind == IntentKind::kPresetsRestore)
      queued = presets_->Ask(intent, message.args[0].text);
    else if (intent.kind == IntentKind::kPresetsExport ||
             intent.kind == IntentKind::kPresetsImport)
      queued = presets_->Ask(intent);
    else
      queued = engine_->Push(source, intent);
    if (!queued) ++dropped_;
    return true;
  }

  // A message that could not even be read. [io]
  void Drop() { ++dropped_; }

  // Messages dropped or clamped since the start.
  int dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // Time is what a render has not, so it cannot lose any. [io]
  bool Trouble(Source source, const Intent& intent) {
    if (rights_.timed) return ++dropped_, false;
    if (intent.kind == IntentKind::kInjectUnderrun)
      burden_->Stall();
    else
      burden_->Toggle();
    Intent answer;  // asks for /state
    answer.request = intent.request;
    if (intent.request != 0) engine_->Push(source, answer);
    return true;
  }

  // A render has footswitch events of its own, each at its very sample. True where the
  // asker is answered, be it by a refusal. [io]
  bool Press(Source source, const Intent& intent) {
    int index = board::kNumFootswitches - 1;
    while (index >= 0 && std::strcmp(board::kFootswitches[index].name, intent.id) != 0)
      --index;
    const bool good = index >= 0 && !rights_.timed &&
                      feet_->Push(source, index, static_cast<FootWord>(intent.value));
    if (!good) ++dropped_;
    if (index >= 0 && !good) return false;
    Intent answer;  // asks for /state, or is refused
    answer.request = intent.request;
    if (index < 0) {
      answer.kind = IntentKind::kFootswitch;
      answer.wrong = Reason::kUnknownSwitch;
      std::memcpy(answer.name, intent.id, kIdSize);
    }
    if (!good || intent.request != 0) engine_->Push(source, answer);
    return true;
  }

  Engine* engine_ = nullptr;
  Presets* presets_ = nullptr;
  BankKeeper* banks_ = nullptr;
  RemoteFeet* feet_ = nullptr;
  Burden* burden_ = nullptr;
  Rights rights_;
  std::atomic<int> dropped_{0};
};

}  // namespace pedal
