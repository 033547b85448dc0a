// When a live program has played its last block, and how its thread begins.
#pragma once

#include <Bela.h>

#include <algorithm>
#include <cstdint>

#include "host/block.h"
#include "host/live.h"
#include "host/realtime.h"

namespace pedal {
namespace host {

class Ending {
 public:
  explicit Ending(double seconds)
      : limit_(static_cast<std::uint64_t>(seconds * kSampleRate)) {}

  // frames: played so far. [audio]
  bool IsReached(std::uint64_t frames) noexcept {
    if (limit_ > 0 && frames >= limit_) Bela_requestStop();
    if (!Bela_stopRequested()) return false;
    if (last_ == 0) last_ = frames + kFadeFrames;
    return frames >= last_;
  }

 private:
  static constexpr auto kFadeFrames =
      static_cast<std::uint64_t>(kStopFadeMs * kSampleRate / 1000);

  const std::uint64_t limit_;
  std::uint64_t last_ = 0;  // 0: no stop requested yet
};

// What the board's converter does with too large a number, and silence for no number.
inline float ForDevice(float sample) noexcept {
  if (sample >= -1.0f && sample <= 1.0f) return sample;
  if (sample > 1.0f) return 1.0f;
  return sample < -1.0f ? -1.0f : 0.0f;
}

// At the start of a thread of ours that renders.   returns: its priority.
inline std::string BeginAudioThread() {
  NameThread("bela-audio");
  FlushDenormals();
  TakePriority(kAudioPriority);
  return PriorityName();
}

}  // namespace host
}  // namespace pedal
