// Where all wires hand in their messages: checks them, counts the bad ones, queues the
// good ones for the engine.
#pragma once
#include <atomic>

#include "engine/engine.h"
#include "io/intents.h"
#include "io/presets.h"

namespace pedal {

class Inbox {
 public:
  void Prepare(Engine* engine, const Rights& rights, Presets* presets) {
    engine_ = engine;
    rights_ = rights;
    presets_ = presets;
  }

  // From the one thread of `source`. False where the message was dropped. [io]
  bool Take(Source source, const Message& message) {
    Intent intent;
    const Verdict verdict = ReadIntent(message, rights_, &intent);
    if (verdict != Verdict::kTaken) ++dropped_;
    if (verdict == Verdict::kDropped) return false;
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
  Engine* engine_ = nullptr;
  Presets* presets_ = nullptr;
  Rights rights_;
  std::atomic<int> dropped_{0};
};

}  // namespace pedal
