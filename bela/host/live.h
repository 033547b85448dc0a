// Plays the program in real time: a loop through an output, or a sound card's two ends.
#pragma once

#include <string>
#include <vector>

#include "host/output.h"
#include "host/performance.h"
#include "host/program.h"
#include "host/sound_card.h"

namespace pedal {
namespace host {

constexpr double kStopFadeMs = 150.0;  // render() goes on so long after a stop request

// What the machine granted.
struct LiveReport {
  std::string priority = "normal";
  bool memory_locked = false;
};

// Both return when a stop was requested, or after `seconds` (0: never), and the
// program has had kStopFadeMs to fade out. Throw Error when the card breaks. [main]
// events: footswitches, knobs and cable over the time that it plays, no messages: those
// would allocate in the audio thread.
LiveReport PlayLoop(Program* program, Output* output, const std::vector<float>& loop,
                    double seconds, const std::vector<Event>& events = {});

// The card's callback has to exist before the card, and the card before the program,
// whose period is the card's: so the rig is made first and gets its program later.
class CardRig {
 public:
  explicit CardRig(int period);  // throws Error if there is no card with both ends
  SoundCard& card() { return *card_; }
  LiveReport Play(Program* program, double seconds);

 private:
  struct Session;
  void Call(float* out, const float* in, int frames, bool missed) noexcept;

  Session* session_ = nullptr;  // set while the card runs
  std::unique_ptr<SoundCard> card_;
};

}  // namespace host
}  // namespace pedal
