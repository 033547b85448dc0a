// For tests only: busy time of known cost in each block, and a stall so long that the
// device runs dry.
#pragma once
#include <Bela.h>

#include <atomic>
#include <climits>

#include "engine/realtime.h"

namespace pedal {

class Burden {
 public:
  // percent: of a period, from the start on; 0 is none. [setup]
  void Prepare(int percent) {
    percent_ = percent;
    burning_ = percent > 0;
    clock_.count = INT_MAX;  // 0 would stop it
  }

  void Stall() { stall_ = true; }          // the next block, once [io]
  void Toggle() { burning_ = !burning_; }  // [io]

  // Spends the time that is asked for, by the clock that counts blocks. [audio]
  void Spend(const BelaContext* context) PEDAL_REALTIME {
    const float period_us =
        1e6f * static_cast<float>(context->audioFrames) / context->audioSampleRate;
    float busy_us = burning_ ? 1e-2f * static_cast<float>(percent_) * period_us : 0.0f;
    if (stall_.exchange(false)) busy_us += kStallUs + kStallPeriods * period_us;
    if (busy_us <= 0.0f) return;
    Bela_cpuTic(&clock_);
    do Bela_cpuToc(&clock_);
    while (PassedUs() < busy_us);
  }

 private:
  // A board holds two periods, a laptop 50 ms or two periods.
  static constexpr float kStallUs = 80e3f;
  static constexpr float kStallPeriods = 4.0f;

  float PassedUs() const PEDAL_REALTIME {
    return static_cast<float>(clock_.toc.tv_sec - clock_.tic.tv_sec) * 1e6f +
           static_cast<float>(clock_.toc.tv_nsec - clock_.tic.tv_nsec) * 1e-3f;
  }

  int percent_ = 0;
  std::atomic<bool> burning_{false}, stall_{false};
  BelaCpuData clock_ = {};
};

}  // namespace pedal
