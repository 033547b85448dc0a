// A footswitch with contact bounce: acts on the press edge, once a press. It tells the
// first touch too, so that what a press will need can begin while it bounces.
#pragma once
#include "engine/realtime.h"
#include "engine/timing.h"

namespace pedal {

// What a reading meant. A touch is a press in most cases, and a spark in others.
enum class Edge { kNone, kTouched, kPressed, kReleased };

class Footswitch {
 public:
  // Forgets; the next reading tells where the switch rests and is no press.
  void Reset() PEDAL_REALTIME {
    known_ = false;
    run_ = 0;
    lock_ = 0;
    touch_ = 0;
  }

  // Feeds one reading a sample. A press counts once the contact was closed for kSteady
  // samples (0.2 ms, so that a spark does not press); each two that it bounces open
  // take one off, so that a press acts while it still bounces. After an edge, bounce is
  // ignored for kLock samples. [audio]
  Edge Process(bool closed) PEDAL_REALTIME {
    if (!known_) {
      known_ = true;
      down_ = closed;
      return Edge::kNone;
    }
    if (lock_ > 0) --lock_;
    if (touch_ > 0) --touch_;
    const int enough = down_ ? kReleaseSteady : 2 * kSteady;
    if (down_)
      run_ = closed ? 0 : run_ + 1;
    else
      run_ = closed ? run_ + 2 : run_ > 0 ? run_ - 1 : 0;
    if (run_ > enough) run_ = enough;
    if (run_ < enough || lock_ > 0) return Touch(closed);
    down_ = !down_;
    run_ = 0;
    lock_ = kLock;
    touch_ = 0;
    return down_ ? Edge::kPressed : Edge::kReleased;
  }

  bool down() const PEDAL_REALTIME { return down_; }

 private:
  static constexpr int kSteady = 8;  // samples at 44.1 kHz
  static constexpr int kReleaseSteady =
      441;  // 10 ms: a bouncing release is no second press
  static constexpr int kLock = 441;
  // The first closed reading of a contact that was open, once in kForesight.
  Edge Touch(bool closed) PEDAL_REALTIME {
    if (down_ || !closed || lock_ > 0 || touch_ > 0) return Edge::kNone;
    touch_ = kForesight;
    return Edge::kTouched;
  }

  bool known_ = false;
  bool down_ = false;
  int run_ = 0;
  int lock_ = 0;
  int touch_ = 0;  // samples until another touch is told
};

}  // namespace pedal
