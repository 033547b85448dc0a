// The demo's loop, on an output that takes no time; and the command line.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "host/errors.h"
#include "host/helpers.h"
#include "host/live.h"
#include "host/options.h"
#include "host/wav.h"

using namespace host_test;
using namespace pedal::host;

namespace {

// Keeps what it is given, and answers as told at its n-th block.
class Recorder : public Output {
 public:
  Result Play(const float* stereo, int frames) noexcept override {
    samples.insert(samples.end(), stereo, stereo + 2 * frames);
    ++blocks;
    if (blocks == stop_at) Bela_requestStop();
    return blocks == odd_at ? odd : Result::kPlayed;
  }
  void Drain() override { drained = true; }
  std::string name() const override { return "recorder"; }
  double buffer_ms() const override { return 0.0; }

  std::vector<float> samples;
  int blocks = 0, stop_at = 0, odd_at = 0;
  Result odd = Result::kPlayed;
  bool drained = false;
};

float gain = 1.0f;
unsigned underruns_seen = 0;

bool Setup(BelaContext*, void*) { return true; }
bool Refuse(BelaContext*, void*) { return false; }
void Render(BelaContext* context, void*) {
  underruns_seen = context->underrunCount;
  for (unsigned n = 0; n < context->audioFrames; ++n)
    for (int channel = 0; channel < 2; ++channel)
      audioWrite(context, n, channel, gain * audioRead(context, n, 0));
}
void Cleanup(BelaContext*, void*) {}

BelaInitSettings Settings() {
  BelaInitSettings settings;
  Bela_defaultSettings(&settings);
  settings.periodSize = 64;
  settings.setup = Setup;
  settings.render = Render;
  settings.cleanup = Cleanup;
  return settings;
}

void Play(Recorder* recorder, const std::vector<float>& loop, double seconds) {
  const FreshStop fresh;
  Program program(Settings(), "toy", 0);
  program.Setup();
  PlayLoop(&program, recorder, loop, seconds);
}

Options Parse(std::vector<std::string> words) {
  words.insert(words.begin(), "pedal-engine");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(&word[0]);
  arguments.push_back(nullptr);
  return ParseOptions(static_cast<int>(words.size()), arguments.data());
}

std::string ParseError(const std::vector<std::string>& words) {
  return ErrorOf([&words] { Parse(words); });
}

}  // namespace

TEST_CASE("the loop is played over and over without a gap") {
  Recorder recorder;
  Play(&recorder, {0.1f, 0.2f, 0.3f}, 0.01);
  for (int n = 0; n < 441; ++n) {
    const float expected[] = {0.1f, 0.2f, 0.3f};
    REQUIRE(recorder.samples[2 * n] == expected[n % 3]);
    REQUIRE(recorder.samples[2 * n + 1] == expected[n % 3]);
  }
  CHECK(recorder.drained);
}

TEST_CASE("after a stop request the program has 150 ms to fade out") {
  Recorder recorder;
  recorder.stop_at = 10;
  Play(&recorder, {0.1f}, 0.0);
  CHECK((recorder.blocks - 10) * 64 >= 6615);
  CHECK((recorder.blocks - 10) * 64 < 6615 + 64);
}

TEST_CASE("the device gets no number beyond full scale, and no NaN") {
  Recorder recorder;
  gain = std::numeric_limits<float>::infinity();
  Play(&recorder, {1.0f, -1.0f, 0.0f}, 0.001);  // 0 times infinity is no number
  gain = 1.0f;
  CHECK(recorder.samples[0] == 1.0f);
  CHECK(recorder.samples[2] == -1.0f);
  CHECK(recorder.samples[4] == 0.0f);
}

TEST_CASE("an underrun of the device reaches the program") {
  Recorder recorder;
  recorder.odd_at = 5;
  recorder.odd = Output::Result::kUnderrun;
  Play(&recorder, {0.1f}, 0.01);
  CHECK(underruns_seen == 1);
}

TEST_CASE("a sound card that breaks is an error") {
  Recorder recorder;
  recorder.odd_at = 5;
  recorder.odd = Output::Result::kBroken;
  CHECK(ErrorOf([&] { Play(&recorder, {0.1f}, 0.0); }).find("recorder") !=
        std::string::npos);
  CHECK(recorder.blocks == 5);
}

TEST_CASE("a program that refuses to start ends the run without a second message") {
  const FreshStop fresh;
  BelaInitSettings settings = Settings();
  settings.setup = Refuse;
  Program program(settings, "toy", 0);
  CHECK_THROWS_WITH_AS(program.Setup(), "", pedal::host::Error);
}

TEST_CASE("a loop without sound is refused") {
  Recorder recorder;
  CHECK(ErrorOf([&] { Play(&recorder, {}, 0.0); }) ==
        "--in: expected sound, found an empty file");
}

TEST_CASE("what the demo plays is kept, sample for sample") {
  const FreshStop fresh;
  const Folder folder;
  Program program(Settings(), "toy", 0);
  program.Setup();
  auto recording = MakeRecording(std::make_unique<Recorder>(), folder / "out.wav");
  PlayLoop(&program, recording.get(), {0.1f, 0.2f, 0.3f}, 1.0);
  const std::vector<float> kept = WavReader(folder / "out.wav").ReadAll();
  REQUIRE(kept.size() == program.frames());
  const float expected[] = {0.1f, 0.2f, 0.3f};
  for (std::size_t n = 0; n < kept.size(); ++n) REQUIRE(kept[n] == expected[n % 3]);
}

TEST_CASE("a pulled cable is silence in the demo too") {
  const FreshStop fresh;
  Recorder recorder;
  Program program(Settings(), "toy", 0);
  program.Setup();
  Event pulled;
  pulled.at = 100;
  pulled.kind = Event::Kind::kCable;
  pulled.value = 1.0f;
  PlayLoop(&program, &recorder, {0.5f}, 0.01, {pulled});
  CHECK(recorder.samples[2 * 99] == 0.5f);
  CHECK(recorder.samples[2 * 100] == 0.0f);
}

TEST_CASE("the clocked device plays in real time") {
  const auto output = MakeClockOutput(64);
  const std::vector<float> silence(2 * 64);
  const auto start = std::chrono::steady_clock::now();
  for (int n = 0; n < 4410 / 64; ++n) output->Play(silence.data(), 64);
  output->Drain();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  CHECK(took.count() > 0.095);
}

TEST_CASE("a card that takes sound faster than time is gone") {
  CardWatch watch;
  CHECK_FALSE(watch.IsGone(0));
  CHECK_FALSE(watch.IsGone(44100 / 2));  // a driver that fills its buffers at first
  CHECK(watch.IsGone(10 * 44100));
}

TEST_CASE("Bela's options and the host's are read together") {
  const Options options =
      Parse({"--audio", "wav", "--in", "a", "--out", "b", "-p", "32", "--tail=15", "-C",
             "4", "-H", "-6", "--osc-port", "0"});
  CHECK(options.audio == Audio::kWav);
  CHECK(options.bela.periodSize == 32);
  CHECK(options.bela.numAnalogInChannels == 4);
  CHECK(options.tail == 15);
  CHECK(options.osc_port == 0);
}

TEST_CASE("a command line that makes no sense is refused in one line") {
  CHECK(ParseError({"--nonsense"}).find("\"--nonsense\"") != std::string::npos);
  CHECK(ParseError({"-p", "0"}) == "--period: found \"0\", expected 1 to 2048");
  CHECK(ParseError({"-p", "12x"}) == "--period: found \"12x\", expected 1 to 2048");
  CHECK(ParseError({"--audio", "x"}) ==
        "--audio: found \"x\", expected demo, card or wav");
  CHECK(ParseError({"--audio", "wav", "--in", "a"}) ==
        "--audio wav: expected --out FILE.wav");
  CHECK(ParseError({"--audio", "card", "--out", "b"}) ==
        "--out: expected --audio wav or demo with it");
  CHECK(ParseError({"stray"}) == "\"stray\": expected options only");
}
