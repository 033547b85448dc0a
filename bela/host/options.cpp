// Parsing the command line, and what of it belongs together.
#include "host/options.h"

#include <getopt.h>

#include <cstdio>
#include <cstdlib>

#include "host/errors.h"

namespace pedal {
namespace host {
namespace {

constexpr double kMaxTail = 60.0 * 44100.0;  // a minute of silence
constexpr double kMaxSeconds = 1e7;          // 115 days
constexpr double kMaxChannel = 256.0;

enum Code {
  kAudioOption = 2000,
  kIn,
  kOut,
  kTail,
  kLoop,
  kPerformance,
  kSeconds,
  kSummary,
  kTrace,
  kOscPort,
  kCards,
  kDriver,
  kOutputDevice,
  kInputDevice,
  kOutputChannel,
  kInputChannel,
  kBackend,
  kVersion,
};

const option kLongOptions[] = {
    {"audio", required_argument, nullptr, kAudioOption},
    {"in", required_argument, nullptr, kIn},
    {"out", required_argument, nullptr, kOut},
    {"tail", required_argument, nullptr, kTail},
    {"loop", no_argument, nullptr, kLoop},
    {"performance", required_argument, nullptr, kPerformance},
    {"seconds", required_argument, nullptr, kSeconds},
    {"summary", required_argument, nullptr, kSummary},
    {"trace", required_argument, nullptr, kTrace},
    {"osc-port", required_argument, nullptr, kOscPort},
    {"cards", no_argument, nullptr, kCards},
    {"driver", required_argument, nullptr, kDriver},
    {"output-device", required_argument, nullptr, kOutputDevice},
    {"input-device", required_argument, nullptr, kInputDevice},
    {"output-channel", required_argument, nullptr, kOutputChannel},
    {"input-channel", required_argument, nullptr, kInputChannel},
    {"backend", required_argument, nullptr, kBackend},
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, kVersion},
    {nullptr, 0, nullptr, 0},
};

double Number(const char* name, double low, double high) {
  char* end = nullptr;
  const double value = std::strtod(optarg, &end);
  if (*optarg != '\0' && *end == '\0' && value >= low && value <= high) return value;
  char range[64];
  std::snprintf(range, sizeof(range), "%.0f to %.0f", low, high);
  throw Error(std::string(name) + ": found \"" + optarg + "\", expected " + range);
}

Audio ReadAudio(const std::string& word) {
  for (const Audio audio : {Audio::kDemo, Audio::kCard, Audio::kWav})
    if (word == AudioName(audio)) return audio;
  throw Error("--audio: found \"" + word + "\", expected demo, card or wav");
}

void Take(int code, Options* options) {
  switch (code) {
    case kAudioOption:
      options->audio = ReadAudio(optarg);
      break;
    case kIn:
      options->in = optarg;
      break;
    case kOut:
      options->out = optarg;
      break;
    case kPerformance:
      options->performance = optarg;
      break;
    case kSummary:
      options->summary = optarg;
      break;
    case kTrace:
      options->trace = optarg;
      break;
    case kSeconds:
      options->seconds = Number("--seconds", 0.0, kMaxSeconds);
      break;
    case kTail:
      options->tail = static_cast<std::int64_t>(Number("--tail", 0.0, kMaxTail));
      break;
    case kLoop:
      options->delay = Delay::kBoard;
      break;
    case kOscPort:
      options->osc_port = static_cast<int>(Number("--osc-port", 0.0, 65535.0));
      break;
    case kCards:
      options->task = Task::kListCards;
      break;
    case kDriver:
      options->card.driver = optarg;
      break;
    case kOutputDevice:
      options->card.output = optarg;
      break;
    case kInputDevice:
      options->card.input = optarg;
      break;
    case kOutputChannel:
      options->card.output_channel =
          static_cast<int>(Number("--output-channel", 1.0, kMaxChannel));
      break;
    case kInputChannel:
      options->card.input_channel =
          static_cast<int>(Number("--input-channel", 1.0, kMaxChannel));
      break;
    case kBackend:
      options->backend = optarg;
      break;
    case 'h':
      options->task = Task::kShowHelp;
      break;
    case kVersion:
      options->task = Task::kShowVersion;
      break;
    default:
      break;
  }
}

void Check(const Options& options) {
  const bool wav = options.audio == Audio::kWav;
  if (options.audio != Audio::kCard && options.in.empty())
    throw Error(std::string("--audio ") + AudioName(options.audio) +
                ": expected --in FILE.wav");
  if (!wav && !options.trace.empty())
    throw Error("--trace: expected --audio wav with it");
  if (!wav && options.delay != Delay::kNone)
    throw Error("--loop: expected --audio wav with it");
  if (wav && options.out.empty()) throw Error("--audio wav: expected --out FILE.wav");
  if (options.audio != Audio::kCard) return;
  if (!options.out.empty()) throw Error("--out: expected --audio wav or demo with it");
  if (!options.performance.empty())
    throw Error("--performance: expected --audio wav or demo with it");
}

}  // namespace

const char* AudioName(Audio audio) {
  if (audio == Audio::kDemo) return "demo";
  return audio == Audio::kCard ? "card" : "wav";
}

Options ParseOptions(int argc, char* const argv[]) {
  Options options;
  Bela_defaultSettings(&options.bela);
  opterr = 0;
  optind = 0;  // starts afresh, so that tests can parse more than once
  int code = 0;
  while ((code = Bela_getopt_long(argc, argv, "h", kLongOptions, &options.bela)) !=
         -1) {
    if (code == '?')
      throw Error(std::string("option \"") + argv[optind - 1] +
                  "\": unknown, or without its value; see --help");
    Take(code, &options);
  }
  if (optind < argc)
    throw Error(std::string("\"") + argv[optind] + "\": expected options only");
  if (options.task == Task::kPlay) Check(options);
  return options;
}

void PrintUsage() {
  std::fputs(
      "pedal-engine: the pedal's Bela program on a laptop\n\n"
      "  --audio demo|card|wav   demo: plays --in for ever through the speakers, or\n"
      "                          against the clock alone; card: live in and out;\n"
      "                          wav: renders --in to --out (default demo)\n"
      "  --in FILE.wav           mono, 44100 Hz\n"
      "  --out FILE.wav          float32, mono, 44100 Hz; demo: what was played\n"
      "  --tail N                samples of silence rendered after --in\n"
      "  --loop                  wav: --out is a board's, heard through a cable: two\n"
      "                          periods late\n"
      "  --performance FILE      timed events for --audio wav, JSON; demo: pins only\n"
      "  --seconds N             demo, card: stop after N seconds\n"
      "  --summary FILE          what was played, and how it went, as JSON\n"
      "  --trace FILE            wav: each change of a digital output, JSON lines\n"
      "  --driver NAME           card: alsa, jack, pulse, core or wasapi\n"
      "  --input-device NAME     card: its number or part of its name; and\n"
      "  --output-device NAME\n"
      "  --input-channel N       card: where the guitar is, from 1 (default 1)\n"
      "  --output-channel N      card: the first of two, from 1 (default 1)\n"
      "  --cards                 lists the sound cards as JSON\n"
      "  --osc-port N            instead of PEDAL_OSC_PORT; 0 is off\n"
      "  --backend pedal|rtneural  who plays the layers of models (default pedal)\n"
      "  -h, --help   --version\n\n",
      stdout);
  Bela_usage();
}

}  // namespace host
}  // namespace pedal
