// The times of the engine in samples at 44,100 Hz, each with its reason (design
// decisions 7 to 12, 16).
#pragma once
#include <cstdint>

namespace pedal {

constexpr int kSampleRate = 44100;      // Hz; Bela's codec knows no other
constexpr int kGrid = 16;               // samples between control points
constexpr int kBlockDelay = kGrid - 1;  // samples that block 16 makes every path late
constexpr int kFade = 441;              // 10 ms crossfade
constexpr int kWarmUp = 176;            // 4 ms unheard before a fade: 11 grid points
constexpr int kWarmUpBlock16 = 352;     // 8 ms for a recurrent block-16 model
constexpr int kStartFade = 4410;        // 100 ms at start and at stop
constexpr int kLateBlocksToTrip = 3;    // running
constexpr int kRetryAfter = 2 * kSampleRate;  // a tripped model is tried again once
constexpr int kProbation = kSampleRate;  // plays this long without a fault: recovered
constexpr int kMaxPeriod = 2048;         // samples that one Process call may bring

using SampleTime = std::int64_t;  // samples of the engine's own clock
constexpr SampleTime kNow = 0;    // always past: "at the next grid point"

}  // namespace pedal
