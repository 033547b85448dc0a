// Plays the program in real time: a loop through an output.
#pragma once

#include <string>
#include <vector>

#include "host/output.h"
#include "host/performance.h"
#include "host/program.h"

namespace pedal {
namespace host {

constexpr double kStopFadeMs = 150.0;  // render() goes on so long after a stop request

// What the machine granted.
struct LiveReport {
  std::string priority = "normal";
  bool memory_locked = false;
};

// Returns when a stop was requested, or after `seconds` (0: never), and the program has
// had kStopFadeMs to fade out. Throws Error when the card breaks. [main]
// events: footswitches, knobs and cable over the time that it plays, no messages: those
// would allocate in the audio thread.
LiveReport PlayLoop(Program* program, Output* output, const std::vector<float>& loop,
                    double seconds, const std::vector<Event>& events = {});

}  // namespace host
}  // namespace pedal
