// The small processors around a model: gate before it; tone, DC blocker and limiter
// after it.
#pragma once
#include <cmath>

#include "engine/realtime.h"
#include "engine/timing.h"

namespace pedal {

// The share of a step that a one-pole low-pass of this time constant takes in one
// sample.
inline float OnePoleStep(float time_ms) {
  return 1.0f - std::exp(-1.0f / (time_ms * 0.001f * kSampleRate));
}

// +24 dBFS: what comes in, or out of a model gone wild, must not drive the chain to
// infinity.
constexpr float kLoudest = 16.0f;

inline float ClampTo(float x, float limit) PEDAL_REALTIME {
  return x < -limit ? -limit : x > limit ? limit : x;
}

// Noise gate: opens where the peak envelope passes the threshold, closes 6 dB lower
// after a hold.
class Gate {
 public:
  void Prepare() {
    release_ = OnePoleStep(40.0f);
    open_ = OnePoleStep(0.7f);
    close_ = OnePoleStep(25.0f);
  }
  void Reset() PEDAL_REALTIME {
    envelope_ = 0.0f;
    gain_ = 1.0f;
    hold_ = 0;
  }
  // threshold: linear peak; 0 is off, which passes x untouched. [audio]
  float Process(float x, float threshold) PEDAL_REALTIME {
    const float level = std::fabs(x);
    envelope_ = level > envelope_ ? level : envelope_ + release_ * (level - envelope_);
    if (envelope_ >= threshold)
      hold_ = kHold;
    else if (envelope_ < 0.5f * threshold && hold_ > 0)
      --hold_;
    const float target = hold_ > 0 ? 1.0f : 0.0f;
    gain_ += (target > gain_ ? open_ : close_) * (target - gain_);
    if (target == 1.0f && gain_ > 0.99999f) gain_ = 1.0f;
    return x * gain_;
  }

 private:
  static constexpr int kHold =
      kSampleRate / 20;  // 50 ms, so that a low string does not chatter
  float release_ = 0.0f, open_ = 0.0f, close_ = 0.0f;
  float envelope_ = 0.0f, gain_ = 1.0f;
  int hold_ = 0;
};

// Tilt around 700 Hz: a one-pole split, each side with its own gain. With both gains 1
// it is the identity.
class Tilt {
 public:
  void Prepare() {
    step_ = 1.0f - std::exp(-2.0f * 3.14159265f * 700.0f / kSampleRate);
  }
  void Reset() PEDAL_REALTIME { low_ = 0.0f; }
  float Process(float x, float low_gain, float high_gain) PEDAL_REALTIME {
    low_ += step_ * (x - low_);
    return x * high_gain + low_ * (low_gain - high_gain);
  }

 private:
  float step_ = 0.0f, low_ = 0.0f;
};

// High-pass of one pole at 5 Hz: asymmetric clipping leaves an offset that a switch
// would turn into a thump.
class DcBlocker {
 public:
  void Prepare() { pole_ = 1.0f - 2.0f * 3.14159265f * 5.0f / kSampleRate; }
  void Reset() PEDAL_REALTIME { last_in_ = last_out_ = 0.0f; }
  float Process(float x) PEDAL_REALTIME {
    last_out_ = x - last_in_ + pole_ * last_out_;
    last_in_ = x;
    return last_out_;
  }

 private:
  float pole_ = 0.0f, last_in_ = 0.0f, last_out_ = 0.0f;
};

constexpr float kLimiterKnee = 0.70794578f;  // -3 dBFS

// Sample-peak limiter without look-ahead or memory: the identity below -3 dBFS, bent so
// that nothing passes -1 dBFS.
inline float Limit(float x) PEDAL_REALTIME {
  constexpr float kCeiling = 0.89125f;  // just below -1 dBFS
  const float level = std::fabs(x);
  if (level <= kLimiterKnee) return x;
  const float over = (level - kLimiterKnee) / (kCeiling - kLimiterKnee);
  const float bent =
      kLimiterKnee + (kCeiling - kLimiterKnee) * over / std::sqrt(1.0f + over * over);
  return x < 0.0f ? -bent : bent;
}

}  // namespace pedal
