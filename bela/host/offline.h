// Renders a WAV through the program, block after block, as fast as the machine can.
#pragma once

#include <cstdint>
#include <vector>

#include "host/performance.h"
#include "host/pin_trace.h"
#include "host/program.h"
#include "host/wav.h"

namespace pedal {
namespace host {

// kBoard: the board's double buffering, a cable from its output to its input: what goes
// in with block n comes out with block n + 2.
enum class Delay { kNone, kBoard };

struct OfflineJob {
  WavReader* in;
  WavWriter* out;
  std::int64_t tail;               // samples of silence after the input
  std::vector<Event> performance;  // sorted
  PinTrace* trace = nullptr;       // of the outputs, if it is wanted
  Delay delay = Delay::kNone;
};

// The output is as long as input and tail; pins and cable change at their very sample,
// messages arrive right before the block that holds theirs. Throws Error, also when a
// stop is requested, and then commits no output. [main]
void RenderOffline(Program* program, const OfflineJob& job);

}  // namespace host
}  // namespace pedal
