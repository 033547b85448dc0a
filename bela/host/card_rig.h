// The program on a sound card's two ends, also while the card is away.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/live.h"
#include "host/program.h"
#include "host/sound_card.h"

// Defined by the program if it wants to be told: why its device plays no more, or ""
// when it is back. [main]
extern "C" void Pedal_device(const char* problem);
#pragma weak Pedal_device

namespace pedal {
namespace host {

class Ending;

// The card's callback has to exist before the card, and the card before the program,
// whose period is the card's: so the rig is made first and gets its program later.
class CardRig {
 public:
  // Throws Error if there is no card with both ends. [main]
  CardRig(const CardChoice& choice, int period);
  ~CardRig();

  // Plays until a stop is requested, or for `seconds` (0: for ever), and the fade after
  // it. A card that goes away is looked for until it is back; meanwhile the program
  // plays on unheard, in time, with silence as its input, and then fades in again.
  LiveReport Play(Program* program, double seconds);

  int period() const { return period_; }  // samples at 44,100 Hz
  std::string name() const { return name_; }
  // Of the driver, and what resampling adds.
  double buffer_ms() const { return buffer_ms_; }
  // One line where the card plays otherwise than asked, else "".
  std::string terms() const;
  int losses() const { return losses_; }

 private:
  class Seat;
  std::string Open(const CardChoice& choice, int period);
  bool PlayCard(Program* program, LiveReport* report);
  bool PlayUnheard(Program* program, Ending* ending);

  std::unique_ptr<SoundCard> card_;
  std::shared_ptr<Seat> seat_;  // of the card's callback, which may outlive our card
  CardChoice choice_;
  std::string name_;
  int asked_period_ = 0, period_ = 0, rate_hz_ = 0;
  double buffer_ms_ = 0.0;
  int losses_ = 0;
};

}  // namespace host
}  // namespace pedal
