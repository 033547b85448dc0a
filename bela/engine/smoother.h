// Moves a value to its target without zipper noise: two poles a grid point, straight
// lines between. Two, so that the slope starts at zero: a 20 dB jump of one pole makes
// a kink of -62 dBFS in a loud note.
#pragma once
#include <cmath>

#include "engine/realtime.h"
#include "engine/timing.h"

namespace pedal {

class Smoother {
 public:
  // smooth_ms: time in which a step arrives within 2 %.
  void Prepare(float smooth_ms) {
    const float tau_samples = smooth_ms * 0.001f * kSampleRate / 5.8f;
    pole_ = std::exp(-kGrid / tau_samples);
  }

  // Jumps.
  void Reset(float value) PEDAL_REALTIME { from_ = to_ = between_ = target_ = value; }

  void SetTarget(float value) PEDAL_REALTIME { target_ = value; }
  float target() const PEDAL_REALTIME { return target_; }

  // At each grid point, before At is asked. [audio]
  void AtGridPoint() PEDAL_REALTIME {
    from_ = to_;
    between_ = target_ + pole_ * (between_ - target_);
    to_ = between_ + pole_ * (to_ - between_);
    if (std::fabs(to_ - target_) < kEnough && std::fabs(between_ - target_) < kEnough)
      to_ = between_ = target_;
  }

  // The value at sample 0..15 after the grid point. [audio]
  float At(int sample) const PEDAL_REALTIME {
    return from_ + (to_ - from_) * (static_cast<float>(sample + 1) / kGrid);
  }

 private:
  static constexpr float kEnough =
      1e-6f;  // -120 dB: arrives exactly, so that neutral is exact
  float pole_ = 0.0f;
  float from_ = 0.0f, to_ = 0.0f, between_ = 0.0f, target_ = 0.0f;
};

// dB to a factor.
inline float FromDecibel(float db) PEDAL_REALTIME {
  return std::pow(10.0f, db * 0.05f);
}

}  // namespace pedal
