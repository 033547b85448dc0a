// The expression pedal: what it moves, and its span, which is learnt by sweeping it.
#pragma once
#include <cmath>

#include "engine/realtime.h"
#include "engine/timing.h"

namespace pedal {

// param: a ParamId, -1 for none. low, high: readings at heel and toe, fractions of full
// scale; equal where it is not calibrated, low above high where it is wired the other
// way round. position: 0 at the heel to 1 at the toe, or the reading itself while it is
// calibrated or was not yet.
struct Expression {
  int param = -1;
  float low = 0.0f, high = 0.0f;
  int calibrating = 0;
  float position = 0.0f;

  bool calibrated() const PEDAL_REALTIME { return low != high; }
  // True where it plays now.
  bool moves() const PEDAL_REALTIME {
    return param >= 0 && calibrated() && !calibrating;
  }
};

// Watches the readings of a sweep. The end that was reached first is the heel.
class Sweep {
 public:
  static constexpr float kLeast = 0.2f;  // of full scale: a pedal, not a knock

  void Reset() PEDAL_REALTIME { known_ = false; }

  // reading: a fraction of full scale. [audio]
  void Feed(float reading, SampleTime now) PEDAL_REALTIME {
    if (!known_) {
      known_ = true;
      min_ = max_ = min_mark_ = max_mark_ = reading;
      min_time_ = max_time_ = now;
    }
    min_ = reading < min_ ? reading : min_;
    max_ = reading > max_ ? reading : max_;
    if (reading < min_mark_ - kStep) min_mark_ = reading, min_time_ = now;
    if (reading > max_mark_ + kStep) max_mark_ = reading, max_time_ = now;
  }

  float span() const PEDAL_REALTIME { return known_ ? max_ - min_ : 0.0f; }
  float low() const PEDAL_REALTIME { return upward() ? min_ : max_; }
  float high() const PEDAL_REALTIME { return upward() ? max_ : min_; }

 private:
  // A return to an end goes a little beyond it; that counts for the span only.
  static constexpr float kStep = 0.05f;
  bool upward() const PEDAL_REALTIME { return min_time_ <= max_time_; }

  bool known_ = false;
  float min_ = 0.0f, max_ = 0.0f;
  float min_mark_ = 0.0f, max_mark_ = 0.0f;  // when an end was last moved by a step
  SampleTime min_time_ = 0, max_time_ = 0;
};

}  // namespace pedal
