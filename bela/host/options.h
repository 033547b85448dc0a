// The command line of pedal-engine: Bela's own options and the host's.
#pragma once

#include <Bela.h>

#include <cstdint>
#include <string>

#include "host/offline.h"
#include "host/sound_card.h"

namespace pedal {
namespace host {

enum class Audio { kDemo, kCard, kWav };
enum class Task { kPlay, kListCards, kShowHelp, kShowVersion };

struct Options {
  Task task = Task::kPlay;
  Audio audio = Audio::kDemo;
  std::string in, out, performance, summary, trace;
  std::int64_t tail = 0;  // samples
  Delay delay = Delay::kNone;
  std::string backend = "pedal";
  double seconds = 0.0;  // 0: until stopped
  int osc_port = -1;     // -1: as PEDAL_OSC_PORT says
  CardChoice card;       // of --audio card
  BelaInitSettings bela;
};

// Throws Error naming the option, what was found and what was expected.
Options ParseOptions(int argc, char* const argv[]);

void PrintUsage();
const char* AudioName(Audio audio);

}  // namespace host
}  // namespace pedal
