// A footswitch with contact bounce: acts on the press edge, once a press.
#pragma once
#include "engine/realtime.h"

namespace pedal {

// What a reading meant.
enum class Edge { kNone, kPressed, kReleased };

class Footswitch {
 public:
  // Forgets; the next reading tells where the switch rests and is no press.
  void Reset() PEDAL_REALTIME {
    known_ = false;
    run_ = 0;
    lock_ = 0;
  }

  // Feeds one reading a sample. A press counts once the contact has stayed closed for
  // kSteady samples (0.2 ms, so that a spark does not press); after an edge, bounce is
  // ignored for kLock samples. [audio]
  Edge Process(bool closed) PEDAL_REALTIME {
    if (!known_) {
      known_ = true;
      down_ = closed;
      return Edge::kNone;
    }
    if (lock_ > 0) --lock_;
    run_ = closed != down_ ? run_ + 1 : 0;
    const int enough = down_ ? kReleaseSteady : kSteady;
    if (run_ < enough || lock_ > 0) return Edge::kNone;
    down_ = closed;
    run_ = 0;
    lock_ = kLock;
    return down_ ? Edge::kPressed : Edge::kReleased;
  }

  bool down() const PEDAL_REALTIME { return down_; }

 private:
  static constexpr int kSteady = 8;  // samples at 44.1 kHz
  static constexpr int kReleaseSteady =
      441;  // 10 ms: a bouncing release is no second press
  static constexpr int kLock = 441;
  bool known_ = false;
  bool down_ = false;
  int run_ = 0;
  int lock_ = 0;
};

}  // namespace pedal
