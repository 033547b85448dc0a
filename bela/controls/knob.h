// A knob: its reading smoothed and scaled; it speaks only when turned.
#pragma once
#include <cmath>

#include "controls/board_pins.h"
#include "engine/realtime.h"

namespace pedal {

// What a reading told: kRest, once, where the knob stood at the start.
enum class KnobNews { kNone, kRest, kMoved };

class Knob {
 public:
  // low, high: readings at both ends of the pot, as fractions of full scale; low may be
  // the higher one.
  void Prepare(float low, float high) PEDAL_REALTIME {
    low_ = low;
    scale_ = 1.0f / (high - low);
  }

  // The position is then the reading itself, over all of the scale.
  void PrepareRaw() PEDAL_REALTIME {
    low_ = -kEnd / (1.0f - 2.0f * kEnd);
    scale_ = 1.0f - 2.0f * kEnd;
  }

  // Forgets; the next reading is where the knob rests, and moves nothing.
  void Reset() PEDAL_REALTIME { known_ = false; }

  // Feeds one reading a grid point (16 samples). [audio]
  KnobNews Process(float reading) PEDAL_REALTIME {
    float position = (reading - low_) * scale_;
    position = (position - kEnd) / (1.0f - 2.0f * kEnd);
    position = position < 0.0f ? 0.0f : position > 1.0f ? 1.0f : position;
    if (!known_) {
      known_ = true;
      smooth_ = position_ = position;
      return KnobNews::kRest;
    }
    smooth_ += kSmooth * (position - smooth_);
    moving_ = moving_ > 0 ? moving_ - 1 : 0;
    const float band = moving_ > 0 ? kMovingBand : kIdleBand;
    const bool at_end =
        smooth_ != position_ && (smooth_ < 1e-4f || smooth_ > 1.0f - 1e-4f);
    if (std::fabs(smooth_ - position_) < band && !at_end) return KnobNews::kNone;
    if (std::fabs(smooth_ - position_) >= band) moving_ = kMovingTime;
    position_ = at_end ? (smooth_ < 0.5f ? 0.0f : 1.0f) : smooth_;
    if (at_end) smooth_ = position_;
    return KnobNews::kMoved;
  }

  float position() const PEDAL_REALTIME { return position_; }

 private:
  static constexpr float kEnd =
      0.005f;  // dead zone at each end: a pot never reads quite 0
  static constexpr float kSmooth = 0.036f;      // 10 ms at one reading in 16 samples
  static constexpr float kIdleBand = 0.004f;    // the noise of a reading is 0.0018
  static constexpr float kMovingBand = 0.001f;  // while turned, finer
  static constexpr int kMovingTime = 700;       // 250 ms
  float low_ = 0.0f, scale_ = 1.0f;
  float smooth_ = 0.0f, position_ = 0.0f;
  bool known_ = false;
  int moving_ = 0;
};

}  // namespace pedal
