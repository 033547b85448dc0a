// The devices that RtAudio's drivers offer, and which of them is meant.
#pragma once

#include <string>
#include <vector>

#include "host/rtaudio.h"
#include "host/sound_card.h"

namespace pedal {
namespace host {

// All devices of all drivers, as a JSON list. [main]
std::string ListCards();

#ifdef PEDAL_HAS_RTAUDIO

struct CardDevice {
  unsigned id = 0;
  unsigned channels = 0;  // that way; 0: there is no such device
  std::string name;
  std::vector<unsigned> rates_hz;
};

// Keeps the libraries beneath RtAudio from telling stderr about what is not there.
void SilenceProbes();

// The drivers that `choice` allows, in the order in which they are tried.
std::vector<RtAudio::Api> ApisFor(Direction direction, const CardChoice& choice);

// The device that `wish` names by number or part of its name, or the default for "".
CardDevice FindDevice(RtAudio& audio, bool output, const std::string& wish);

// 44,100 Hz where all of `devices` can, else the next rate above that all can; 0 where
// there is none.
unsigned CommonRate(const std::vector<CardDevice>& devices);

#endif

}  // namespace host
}  // namespace pedal
