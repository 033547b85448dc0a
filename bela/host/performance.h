// A performance: timed events that a run plays, read from JSON. [io]
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pedal {
namespace host {

struct Event {
  enum class Kind { kDigital, kAnalog, kOsc, kGui, kCable };

  std::int64_t at = 0;  // sample
  Kind kind = Kind::kOsc;
  int channel = 0;      // kDigital, kAnalog
  float value = 0.0f;   // kDigital 0 or 1, kAnalog 0..1, kCable 1 is pulled
  std::string message;  // kOsc, kGui: {"address": ..., "args": [...]}
};

// [{"at": SAMPLE, "digital"|"analog"|"osc"|"gui"|"cable": {...}}, ...], sorted by `at`.
// Messages that pedal/protocol knows as intents, and that come without the optional
// `request` and `at`, are given `at`: so they act at their own sample whatever the
// period. Throws Error naming the event, what was found and what was expected.
std::vector<Event> ParsePerformance(const std::string& text, const std::string& name);
std::vector<Event> LoadPerformance(const std::string& path);

// Hands a kOsc or kGui event to the program's own callbacks, in this thread.
void Deliver(const Event& event);

}  // namespace host
}  // namespace pedal
