// Where all wires hand in their messages: checks them, counts the bad ones, queues the
// good ones for the engine.
#pragma once
#include <atomic>

#include "engine/engine.h"
#include "io/intents.h"

namespace pedal {

class Inbox {
 public:
  void Prepare(Engine* engine, const Rights& rights) {
    engine_ = engine;
    rights_ = rights;
  }

  // From the one thread of `source`. False where the message was dropped. [io]
  bool Take(Source source, const Message& message) {
    Intent intent;
    const Verdict verdict = ReadIntent(message, rights_, &intent);
    if (verdict != Verdict::kTaken) ++dropped_;
    if (verdict == Verdict::kDropped) return false;
    if (!engine_->Push(source, intent)) ++dropped_;
    return true;
  }

  // A message that could not even be read. [io]
  void Drop() { ++dropped_; }

  // Messages dropped or clamped since the start.
  int dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  Engine* engine_ = nullptr;
  Rights rights_;
  std::atomic<int> dropped_{0};
};

}  // namespace pedal
