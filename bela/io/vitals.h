// What the audio thread leaves for the publisher.
#pragma once
#include "engine/block_stats.h"
#include "engine/level_stats.h"

namespace pedal {

struct Vitals {
  int period = 0;            // samples
  float deadline_us = 0.0f;  // the period
  BlockStats blocks;
  LevelStats levels;
  std::atomic<std::uint32_t> underruns{0};
  std::atomic<float> cpu{-1.0f};  // %, Bela's own figure; -1 for none yet
};

}  // namespace pedal
