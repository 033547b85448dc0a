// Offline runs of small programs: length, timing of events, and what a program sees.
#include <doctest/doctest.h>
#include <libraries/OscReceiver/OscReceiver.h>

#include <algorithm>

#include "host/helpers.h"
#include "host/inbox.h"
#include "host/offline.h"

using namespace host_test;
using namespace pedal::host;

namespace {

// Adds footswitch 0 times 2, analog 5 times 4 and one step for each message to the
// input.
struct Toy {
  static float offset;
  static std::uint64_t elapsed;

  static bool Setup(BelaContext*, void*) { return true; }
  static void Render(BelaContext* context, void*) {
    elapsed = context->audioFramesElapsed;
    for (unsigned n = 0; n < context->audioFrames; ++n) {
      const float pins = 2.0f * static_cast<float>(!digitalRead(context, n, 0)) +
                         4.0f * analogRead(context, n, 5);
      for (int channel = 0; channel < 2; ++channel)
        audioWrite(context, n, channel, audioRead(context, n, 0) + pins + offset);
    }
  }
  static void Cleanup(BelaContext*, void*) {}
};
float Toy::offset = 0.0f;
std::uint64_t Toy::elapsed = 0;

std::vector<float> RenderToy(const std::vector<float>& input, int period,
                             const std::string& performance, std::int64_t tail,
                             Delay delay = Delay::kNone) {
  const FreshStop fresh;
  const Folder folder;
  WriteWav(folder / "in.wav", input);
  BelaInitSettings settings;
  Bela_defaultSettings(&settings);
  settings.periodSize = period;
  settings.setup = Toy::Setup;
  settings.render = Toy::Render;
  settings.cleanup = Toy::Cleanup;
  Toy::offset = 0.0f;
  WavReader in(folder / "in.wav");
  WavWriter out(folder / "out.wav");
  Program program(settings, "toy", BELA_FLAG_OFFLINE);
  program.Setup();
  RenderOffline(&program, {&in, &out, tail, ParsePerformance(performance, "test"),
                           nullptr, delay});
  return WavReader(folder / "out.wav").ReadAll();
}

}  // namespace

TEST_CASE("the output is as long as input and tail, whatever the period") {
  const std::vector<float> input(100, 0.5f);
  for (const int period : {1, 7, 64, 128}) {
    const std::vector<float> output = RenderToy(input, period, "[]", 15);
    REQUIRE(output.size() == 115);
    CHECK(std::equal(input.begin(), input.end(), output.begin()));
    CHECK(output[114] == 0.0f);
  }
}

TEST_CASE("through a board's two buffers all is two periods late, to the sample") {
  std::vector<float> input(700, 0.0f);
  input[5] = 0.5f;
  input[299] = 0.25f;
  for (const int period : {1, 7, 16, 64, 128}) {
    const std::vector<float> output =
        RenderToy(input, period, "[]", 2 * period, Delay::kBoard);
    const std::size_t late = 2 * static_cast<std::size_t>(period);
    REQUIRE(output.size() == input.size() + late);
    CHECK(std::count(output.begin(), output.begin() + late, 0.0f) == 2 * period);
    CHECK(std::equal(input.begin(), input.end(), output.begin() + late));
  }
}

TEST_CASE("an empty input gives an output of the tail alone") {
  CHECK(RenderToy({}, 16, "[]", 0).empty());
  CHECK(RenderToy({}, 16, "[]", 3).size() == 3);
}

TEST_CASE("switches, knobs and the cable change at their very sample") {
  const char* performance = R"([
      {"at": 10, "digital": {"channel": 0, "value": 0}},
      {"at": 37, "cable": {"pulled": true}},
      {"at": 41, "analog": {"channel": 5, "value": 0.25}},
      {"at": 41, "digital": {"channel": 0, "value": 1}},
      {"at": 50, "cable": {"pulled": false}}])";
  std::vector<float> expected(80);
  for (int n = 0; n < 80; ++n)
    expected[n] = (n < 37 || n >= 50 ? 0.5f : 0.0f) +
                  (n >= 10 && n < 41 ? 2.0f : 0.0f) + (n >= 41 ? 1.0f : 0.0f);
  for (const int period : {1, 7, 16, 64, 128})
    CHECK(RenderToy(std::vector<float>(80, 0.5f), period, performance, 0) == expected);
}

TEST_CASE("a message arrives right before the block that holds its sample") {
  Inbox::Get().AddOsc(&Toy::offset, [](oscpkt::Message*) { Toy::offset += 1.0f; });
  Inbox::Get().AddGui(&Toy::offset, [](const std::string&) { Toy::offset += 1.0f; });
  const auto output = RenderToy(std::vector<float>(48), 16, R"([
      {"at": 17, "osc": {"address": "/a", "args": []}},
      {"at": 32, "gui": {"address": "/b", "args": []}}])",
                                0);
  Inbox::Get().Remove(&Toy::offset);
  CHECK(output[15] == 0.0f);
  CHECK(output[16] == 1.0f);
  CHECK(output[31] == 1.0f);
  CHECK(output[32] == 2.0f);
}

TEST_CASE("offline, a receiver opens no port and hears the performance") {
  Inbox::Get().SetClock(Clock::kOffline);
  UdpPeer taken;
  std::string heard;
  OscReceiver receiver;
  receiver.setup(
      taken.port(), [&heard](oscpkt::Message* message, const char* from, void*) {
        heard = message->addressPattern() + " ," + message->typeTags() + " " + from;
      });
  Event event;
  event.message = R"({"address":"/a","args":["x",2,0.5,true]})";
  Deliver(event);
  Inbox::Get().SetClock(Clock::kLive);
  CHECK(heard == "/a ,sifT 127.0.0.1:0");
}

TEST_CASE("an intent without its options is dated with its own sample") {
  const auto message = [](const char* text) {
    return ParsePerformance(text, "test").at(0).message;
  };
  CHECK(message(R"([{"at":9,"osc":{"address":"/effect/select","args":["fuzz"]}}])") ==
        R"({"address":"/effect/select","args":["fuzz",0,9]})");
  CHECK(message(R"([{"at":9,"gui":{"address":"/effect/next","args":[5]}}])") ==
        R"({"address":"/effect/next","args":[5,9]})");
  CHECK(message(R"([{"at":9,"osc":{"address":"/effect/next","args":[5,7]}}])") ==
        R"({"address":"/effect/next","args":[5,7]})");
  CHECK(message(R"([{"at":9,"osc":{"address":"/other"}}])") ==
        R"({"address":"/other","args":[]})");
}

TEST_CASE("a performance that cannot be played is refused, naming the event") {
  const auto error = [](const std::string& text) {
    return ErrorOf([&text] { ParsePerformance(text, "p"); });
  };
  CHECK(error("{}") == "p: expected a JSON list of events");
  CHECK(error("[") == "p: expected a JSON list of events");
  CHECK(error(R"([{"at":1}])") ==
        "p: event 1: expected \"at\" and one of digital, analog, osc, gui, cable");
  CHECK(error(R"([{"at":-1,"cable":{"pulled":true}}])") ==
        "p: event 1: at: expected a whole number from 0 to 1099511627776");
  CHECK(error(R"([{"at":1,"digital":{"channel":16,"value":0}}])") ==
        "p: event 1 \"digital\": channel: expected a whole number from 0 to 15");
  CHECK(error(R"([{"at":1,"analog":{"channel":0,"value":1.5}}])") ==
        "p: event 1 \"analog\": value: expected a number from 0 to 1");
  CHECK(
      error(R"([{"at":5,"cable":{"pulled":true}},{"at":4,"cable":{"pulled":true}}])") ==
      "p: event 2: at: expected events in the order of their time");
  CHECK(error(R"([{"at":1,"osc":{"address":"a"}}])") ==
        "p: event 1 \"osc\": address: expected a string that opens with /");
  CHECK(error(R"([{"at":1,"osc":{"address":"/a","args":[null]}}])") ==
        "p: event 1 \"osc\": args: expected numbers, strings and booleans");
}
