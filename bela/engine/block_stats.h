// How long blocks take: counters that the audio thread bumps and anyone reads;
// percentiles from a log histogram.
#pragma once
#include <atomic>
#include <cmath>
#include <cstdint>

#include "engine/realtime.h"

namespace pedal {

class BlockStats {
 public:
  // busy_us: time of one block; period_us: its deadline. True where the block was late.
  // [audio]
  bool Add(float busy_us, float period_us) PEDAL_REALTIME {
    const bool late = busy_us > period_us;
    bins_[BinOf(busy_us)].fetch_add(1, std::memory_order_relaxed);
    blocks_.fetch_add(1, std::memory_order_relaxed);
    if (late) late_.fetch_add(1, std::memory_order_relaxed);
    Raise(&max_us_, busy_us);
    Raise(&recent_max_share_, busy_us / period_us);
    Sum(&busy_us_, busy_us);
    Sum(&total_us_, period_us);
    return late;
  }

  std::uint32_t blocks() const { return blocks_.load(std::memory_order_relaxed); }
  std::uint32_t late() const { return late_.load(std::memory_order_relaxed); }
  float max_us() const { return max_us_.load(std::memory_order_relaxed); }
  double busy_us() const { return busy_us_.load(std::memory_order_relaxed); }
  double total_us() const { return total_us_.load(std::memory_order_relaxed); }

  // The worst share of a deadline since the last call. [io]
  float TakeRecentMaxShare() { return recent_max_share_.exchange(0.0f); }

  // The time in us below which `share` (0..1) of all blocks lie, to 5 %. [io]
  float Percentile(float share) const {
    const float found = PercentileSince(Histogram(), share);
    return found > 0.0f ? std::fmin(found, max_us()) : max_us();
  }

  // How many blocks took how long, at one moment.
  static constexpr int kBins = 320;  // 0.1 us to 0.6 s in steps of 5 %
  struct Histogram {
    std::uint32_t counts[kBins] = {};
  };
  void Copy(Histogram* histogram) const {
    for (int bin = 0; bin < kBins; ++bin)
      histogram->counts[bin] = bins_[bin].load(std::memory_order_relaxed);
  }

  // The same of the blocks since `before` was copied, 0 where there were none. Counts
  // may have wrapped in between. [io]
  float PercentileSince(const Histogram& before, float share) const {
    Histogram now;
    Copy(&now);
    double blocks = 0.0, seen = 0.0;
    for (int bin = 0; bin < kBins; ++bin) {
      now.counts[bin] -= before.counts[bin];
      blocks += now.counts[bin];
    }
    const double wanted = static_cast<double>(share) * blocks;
    for (int bin = 0; bin < kBins; ++bin) {
      seen += now.counts[bin];
      if (seen >= wanted && seen > 0.0) return TopOf(bin);
    }
    return 0.0f;
  }

 private:
  static constexpr float kStep = 1.05f;
  static float TopOf(int bin) {
    return 0.1f * std::pow(kStep, static_cast<float>(bin + 1));
  }
  static int BinOf(float us) PEDAL_REALTIME {
    if (us < 0.1f) return 0;
    const int bin = static_cast<int>(std::log(us * 10.0f) * 20.4959f);  // 1 / log(1.05)
    return bin < kBins ? bin : kBins - 1;
  }
  // One thread writes, so load and store suffice; a reader that resets may lose one
  // block's maximum.
  static void Raise(std::atomic<float>* value, float x) PEDAL_REALTIME {
    if (x > value->load(std::memory_order_relaxed))
      value->store(x, std::memory_order_relaxed);
  }
  static void Sum(std::atomic<double>* value, double x) PEDAL_REALTIME {
    value->store(value->load(std::memory_order_relaxed) + x, std::memory_order_relaxed);
  }

  std::atomic<std::uint32_t> bins_[kBins] = {};
  std::atomic<std::uint32_t> blocks_{0}, late_{0};
  std::atomic<float> max_us_{0.0f}, recent_max_share_{0.0f};
  std::atomic<double> busy_us_{0.0}, total_us_{0.0};
};

}  // namespace pedal
