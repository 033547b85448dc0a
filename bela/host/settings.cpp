// Bela's settings and command line. Options for hardware that a laptop lacks are taken
// and have no effect, so that one command line serves the board and the laptop.
#include <Bela.h>
#include <getopt.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "engine/timing.h"
#include "host/errors.h"

namespace {

using pedal::host::Error;

enum LongOnly {
  kDetectUnderruns = 1000,
  kUniformSampleRate,
  kIgnoredFlag,
  kIgnoredValue,
};

const char kShortOptions[] = "p:vN:M:C:D:A:I:H:G:B:X:Y:Z:r:";

const option kLongOptions[] = {
    {"period", required_argument, nullptr, 'p'},
    {"verbose", no_argument, nullptr, 'v'},
    {"use-analog", required_argument, nullptr, 'N'},
    {"use-digital", required_argument, nullptr, 'G'},
    {"analog-channels", required_argument, nullptr, 'C'},
    {"digital-channels", required_argument, nullptr, 'B'},
    {"mute-speaker", required_argument, nullptr, 'M'},
    {"line-out-level", required_argument, nullptr, 'D'},
    {"audio-input-gain", required_argument, nullptr, 'I'},
    {"hp-level", required_argument, nullptr, 'H'},
    {"detect-underruns", required_argument, nullptr, kDetectUnderruns},
    {"uniform-sample-rate", optional_argument, nullptr, kUniformSampleRate},
    {"disable-led", no_argument, nullptr, kIgnoredFlag},
    {"high-performance-mode", no_argument, nullptr, kIgnoredFlag},
    {"stop-button-pin", required_argument, nullptr, kIgnoredValue},
    {"board", required_argument, nullptr, kIgnoredValue},
    {"codec-mode", required_argument, nullptr, kIgnoredValue},
    {"disabled-digital-channels", required_argument, nullptr, kIgnoredValue},
    {"pru-file", required_argument, nullptr, kIgnoredValue},
    {"pru-number", required_argument, nullptr, kIgnoredValue},
};

int Number(const char* name, const char* text, int low, int high) {
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (*text != '\0' && *end == '\0' && value >= low && value <= high)
    return static_cast<int>(value);
  throw Error(std::string(name) + ": found \"" + text + "\", expected " +
              std::to_string(low) + " to " + std::to_string(high));
}

int SnapAnalogChannels(int channels) {
  if (channels >= 8) return 8;
  return channels >= 4 ? 4 : 2;
}

// True if `code` is one of Bela's own options.
bool Take(int code, BelaInitSettings* settings) {
  switch (code) {
    case 'p':
      settings->periodSize = Number("--period", optarg, 1, pedal::kMaxPeriod);
      break;
    case 'v':
      settings->verbose = 1;
      break;
    case 'N':
      settings->useAnalog = Number("--use-analog", optarg, 0, 1);
      break;
    case 'G':
      settings->useDigital = Number("--use-digital", optarg, 0, 1);
      break;
    case 'C':
      settings->numAnalogInChannels =
          SnapAnalogChannels(Number("--analog-channels", optarg, 0, 64));
      break;
    case 'B':
      settings->numDigitalChannels = Number("--digital-channels", optarg, 0, 16);
      break;
    case kDetectUnderruns:
      settings->detectUnderruns = Number("--detect-underruns", optarg, 0, 1);
      break;
    case kUniformSampleRate:
      settings->uniformSampleRate =
          optarg ? Number("--uniform-sample-rate", optarg, 0, 1) : 1;
      break;
    case 'r':
      Number("-r (sample rate)", optarg, 44100, 44100);
      break;
    case 'M':
    case 'D':
    case 'A':
    case 'I':
    case 'H':
    case 'X':
    case 'Y':
    case 'Z':
    case kIgnoredFlag:
    case kIgnoredValue:
      break;
    default:
      return false;
  }
  return true;
}

}  // namespace

extern "C" {

void Bela_defaultSettings(BelaInitSettings* settings) {
  std::memset(static_cast<void*>(settings), 0, sizeof(*settings));
  settings->periodSize = 16;
  settings->useAnalog = 1;
  settings->useDigital = 1;
  settings->numAnalogInChannels = 8;
  settings->numAnalogOutChannels = 0;  // as on a Bela Gem Stereo
  settings->numDigitalChannels = 16;
  settings->detectUnderruns = 1;
  settings->interleave = 1;
  settings->analogOutputsPersist = 1;
  settings->uniformSampleRate = 1;
  settings->audioThreadStackSize = 1 << 20;
  settings->auxiliaryTaskStackSize = 1 << 20;
  if (Bela_userSettings) Bela_userSettings(settings);
}

int Bela_getopt_long(int argc, char* const argv[], const char* customShortOptions,
                     const option* customLongOptions, BelaInitSettings* settings) {
  const std::string short_options = std::string(kShortOptions) + customShortOptions;
  std::vector<option> long_options(std::begin(kLongOptions), std::end(kLongOptions));
  for (const option* own = customLongOptions; own && own->name; ++own)
    long_options.push_back(*own);
  long_options.push_back({nullptr, 0, nullptr, 0});
  while (true) {
    const int code =
        getopt_long(argc, argv, short_options.c_str(), long_options.data(), nullptr);
    if (code == -1 || !Take(code, settings)) return code;
  }
}

void Bela_usage() {
  std::fputs(
      "Bela's options (those of the board's hardware are taken without effect):\n"
      "  -p, --period N              frames a block (1 to 2048; default 16)\n"
      "  -N, --use-analog 0|1        analog inputs (default 1)\n"
      "  -G, --use-digital 0|1       digital pins (default 1)\n"
      "  -C, --analog-channels N     2, 4 or 8 (default 8)\n"
      "  -B, --digital-channels N    0 to 16 (default 16)\n"
      "      --uniform-sample-rate N 1: one analog reading a frame (default), 0: as\n"
      "                              on the classic board\n"
      "      --detect-underruns 0|1  count underruns (default 1)\n"
      "  -v, --verbose\n",
      stdout);
}

}  // extern "C"
