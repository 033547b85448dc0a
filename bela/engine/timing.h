// The times of the engine in samples at 44,100 Hz, each with its reason (design
// decisions 7 to 12, 16).
#pragma once
#include <cstdint>

namespace pedal {

constexpr int kSampleRate = 44100;  // Hz; Bela's codec knows no other
constexpr int kGrid = 16;           // samples between control points
constexpr int kBlockDelay =
    kGrid - 1;              // samples that frames of 16 make every path late
constexpr int kFade = 441;  // 10 ms crossfade
// What a touched switch will ask for is warmed up this long before it is dropped: 6 ms,
// as a contact bounces for 5 at most, and less than kWarmUp, so that it never sounds.
constexpr int kForesight = 17 * kGrid;
constexpr int kWarmUp = 352;  // 8 ms unheard before a fade: 22 grid points
// A recurrent block-16 model needs 24 ms of music to find its feet, and is cheap: in
// its 8 ms it also plays what went before them, three grids of history a grid.
constexpr int kCatchUpRate = 3;
constexpr int kCatchUpGrids = (kCatchUpRate - 1) * kWarmUp / kGrid;
constexpr int kHistoryGrids = 64;  // that are kept: a power of two above kCatchUpGrids
constexpr int kStartFade = 4410;   // 100 ms at start and at stop
constexpr int kLateBlocksToTrip = 3;          // running
constexpr int kRetryAfter = 2 * kSampleRate;  // a tripped model is tried again once
constexpr int kProbation = kSampleRate;  // plays this long without a fault: recovered
constexpr int kMaxPeriod = 2048;         // samples of a block, on board and laptop

using SampleTime = std::int64_t;         // samples of the engine's own clock
constexpr SampleTime kNow = 0;           // always past: "at the next grid point"
constexpr SampleTime kEver = INT64_MAX;  // after all that has a time

}  // namespace pedal
