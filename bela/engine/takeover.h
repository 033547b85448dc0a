// Soft takeover: a knob that stands elsewhere than its parameter, after a preset or a
// message moved that, does nothing until it passes the value.
#pragma once
#include <cmath>

#include "engine/realtime.h"

namespace pedal {

class Takeover {
 public:
  // Where the knob stands at the start; moves nothing. All values in the parameter's
  // unit. band: within it the knob counts as being there. [audio]
  void Rest(float value, float target, float band) PEDAL_REALTIME {
    knob_ = value;
    known_ = true;
    Moved(target, band);
  }

  // Something else moved the parameter. [audio]
  void Moved(float target, float band) PEDAL_REALTIME {
    pending_ = known_ && std::fabs(knob_ - target) > band;
  }

  // The knob was turned. True where the parameter follows. [audio]
  bool Turn(float value, float target, float band) PEDAL_REALTIME {
    const bool passed = known_ && (knob_ - target) * (value - target) <= 0.0f;
    if (!known_ || passed || std::fabs(value - target) <= band) pending_ = false;
    knob_ = value;
    known_ = true;
    return !pending_;
  }

  bool pending() const PEDAL_REALTIME { return pending_; }
  float knob() const PEDAL_REALTIME { return knob_; }

 private:
  float knob_ = 0.0f;
  bool known_ = false, pending_ = false;
};

}  // namespace pedal
