// What passes through: levels, clipped samples and frames that carry signal. The audio
// thread counts, anyone reads.
#pragma once
#include <atomic>
#include <cmath>
#include <cstdint>

#include "engine/realtime.h"

namespace pedal {

constexpr float kClipLevel = 0.98855309f;  // -0.1 dBFS: a converter's end of scale
constexpr float kSignalLevel = 1e-3f;      // -60 dBFS: a string, not the hum of a cable

class LevelStats {
 public:
  // One block of `frames`. out_limit: the level above which an output sample counts as
  // clipped. [audio]
  void Add(const float* in, const float* out, int frames,
           float out_limit) PEDAL_REALTIME {
    const Seen input = Look(in, frames, kClipLevel);
    const Seen output = Look(out, frames, out_limit);
    Raise(&input_peak_, input.peak);
    Raise(&output_peak_, output.peak);
    Count(&input_clip_, input.over);
    Count(&output_clip_, output.over);
    Count(&signal_, input.peak >= kSignalLevel ? frames : 0);
  }

  // The largest sample since the last call, linear; one taken in the middle of a block
  // may show again. [publisher]
  float TakeInputPeak() { return input_peak_.exchange(0.0f); }
  float TakeOutputPeak() { return output_peak_.exchange(0.0f); }

  // Samples since the start, modulo 2^32.
  std::uint32_t input_clip() const {
    return input_clip_.load(std::memory_order_relaxed);
  }
  std::uint32_t output_clip() const {
    return output_clip_.load(std::memory_order_relaxed);
  }
  // Frames of blocks whose input passed kSignalLevel, since the start, modulo 2^32.
  std::uint32_t signal() const { return signal_.load(std::memory_order_relaxed); }

 private:
  struct Seen {
    float peak = 0.0f;
    int over = 0;
  };
  static Seen Look(const float* x, int frames, float limit) PEDAL_REALTIME {
    Seen seen;
    for (int i = 0; i < frames; ++i) {
      const float level = std::fabs(x[i]);
      seen.peak = level > seen.peak ? level : seen.peak;
      seen.over += level >= limit;
    }
    return seen;
  }
  static void Raise(std::atomic<float>* value, float x) PEDAL_REALTIME {
    if (x > value->load(std::memory_order_relaxed))
      value->store(x, std::memory_order_relaxed);
  }
  // One thread writes, so load and store suffice.
  static void Count(std::atomic<std::uint32_t>* value, int more) PEDAL_REALTIME {
    value->store(
        value->load(std::memory_order_relaxed) + static_cast<std::uint32_t>(more),
        std::memory_order_relaxed);
  }

  std::atomic<float> input_peak_{0.0f}, output_peak_{0.0f};
  std::atomic<std::uint32_t> input_clip_{0}, output_clip_{0}, signal_{0};
};

}  // namespace pedal
