// Footswitches, knobs and lamps.
#include <doctest/doctest.h>

#include <random>

#include "controls/leds.h"
#include "controls/surface.h"

using pedal::Edge;

namespace {

// Feeds `closed` for `samples`; with bounce, the first 220 (5 ms) are random. Counts
// presses.
int Hold(pedal::Footswitch* footswitch, bool closed, int samples, std::mt19937* bounce,
         int* first = nullptr) {
  int presses = 0;
  for (int n = 0; n < samples; ++n) {
    const bool noisy = bounce && n < 220;
    const bool reading = noisy ? (*bounce)() % 2 == 0 : closed;
    if (footswitch->Process(reading) == Edge::kPressed) {
      ++presses;
      if (first && presses == 1) *first = n;
    }
  }
  return presses;
}

}  // namespace

TEST_CASE("ten thousand bouncing presses are ten thousand presses") {
  std::mt19937 rng(4);
  pedal::Footswitch footswitch;
  footswitch.Process(false);
  for (int press = 0; press < 10000; ++press) {
    const int down = 1500 + static_cast<int>(rng() % 4000);
    const int up = 1500 + static_cast<int>(rng() % 4000);
    const int presses = Hold(&footswitch, true, down, &rng);
    REQUIRE(presses == 1);
    REQUIRE(Hold(&footswitch, false, up, &rng) == 0);
  }
}

TEST_CASE(
    "a clean press acts within a quarter of a millisecond, a bouncing one within 5 "
    "ms") {
  std::mt19937 rng(5);
  for (int round = 0; round < 10000; ++round) {
    pedal::Footswitch footswitch;
    footswitch.Process(false);
    int first = -1;
    Hold(&footswitch, true, 2000, nullptr, &first);
    CHECK(first < 11);
    Hold(&footswitch, false, 2000, nullptr);
    Hold(&footswitch, true, 2000, &rng, &first);
    CHECK(first <= 220);
  }
}

TEST_CASE("a press that bounces when a release has just been taken is a press") {
  for (int gap = 1; gap < 450; ++gap) {
    pedal::Footswitch footswitch;
    footswitch.Process(false);
    CHECK(Hold(&footswitch, true, 2000, nullptr) == 1);
    while (footswitch.down()) footswitch.Process(false);
    for (int n = 0; n < gap; ++n) CHECK(footswitch.Process(false) == Edge::kNone);
    int pressed = 0, released = 0;
    for (int n = 0; n < 2000; ++n) {
      const Edge edge = footswitch.Process(n > 600 || n % 3 != 2);
      pressed += edge == Edge::kPressed;
      released += edge == Edge::kReleased;
    }
    CHECK(pressed == 1);
    CHECK(released == 0);
  }
}

TEST_CASE("a switch held at the start is no press") {
  pedal::Footswitch footswitch;
  CHECK(Hold(&footswitch, true, 5000, nullptr) == 0);
  CHECK(Hold(&footswitch, false, 5000, nullptr) == 0);
  CHECK(Hold(&footswitch, true, 5000, nullptr) == 1);
}

TEST_CASE("a spark of a few samples is no press") {
  pedal::Footswitch footswitch;
  footswitch.Process(false);
  for (int n = 0; n < 44100; ++n)
    REQUIRE(footswitch.Process(n % 500 < 5) != Edge::kPressed);
}

TEST_CASE("a knob at rest says nothing, in spite of noise") {
  std::mt19937 rng(6);
  std::uniform_real_distribution<float> noise(-0.0009f, 0.0009f);
  pedal::Knob knob;
  knob.Prepare(0.0f, 0.8057f);
  for (int n = 0; n < 100000; ++n)
    REQUIRE(knob.Process(0.4f + noise(rng)) != pedal::KnobNews::kMoved);
}

TEST_CASE("a turned knob arrives, and both ends are reached exactly") {
  pedal::Knob knob;
  knob.Prepare(0.0f, 0.8057f);
  knob.Process(0.4f);
  for (int n = 0; n < 3000; ++n) knob.Process(0.7f * 0.8057f);
  CHECK(knob.position() == doctest::Approx(0.7f).epsilon(0.005));
  for (int n = 0; n < 3000; ++n) knob.Process(0.8057f);
  CHECK(knob.position() == 1.0f);
  for (int n = 0; n < 3000; ++n) knob.Process(0.0f);
  CHECK(knob.position() == 0.0f);
}

TEST_CASE("the lamps tell bypass, fault and the effect's number") {
  pedal::State state;
  CHECK(pedal::LedsAt(state, 1, 0).on);
  state.bypass = 1;
  CHECK_FALSE(pedal::LedsAt(state, 1, 0).on);
  state.fault = pedal::Fault::kNan;
  CHECK(pedal::LedsAt(state, 1, 0).on);
  CHECK_FALSE(pedal::LedsAt(state, 1, 4410).on);
  CHECK(pedal::LedsAt(state, 0, 12345).effect);
  for (int number : {1, 3}) {
    int flashes = 0;
    bool was = false;
    for (int time = 0; time < 44100 * 15 / 100 * (2 * number + 4); time += 100) {
      const bool lit = pedal::LedsAt(state, number, time).effect;
      flashes += lit && !was;
      was = lit;
    }
    CHECK(flashes == number);
  }
}

namespace {

// Idle pins for `samples`; counts the intents of one kind.
int RunFeet(pedal::Surface* surface, int samples, pedal::IntentKind kind,
            pedal::SampleTime* time) {
  const int idle[pedal::board::kNumFootswitches] = {1, 1};
  pedal::Intent intents[pedal::Surface::kMaxIntents];
  int found = 0;
  for (int n = 0; n < samples; ++n) {
    const int count = surface->ProcessSwitches(idle, (*time)++, intents);
    for (int i = 0; i < count; ++i) found += intents[i].kind == kind;
  }
  return found;
}

}  // namespace

TEST_CASE("a tap from afar is one press, be it in a single packet") {
  pedal::Surface surface;
  REQUIRE(surface.Prepare() == pedal::Reason::kNone);
  pedal::SampleTime time = 0;
  RunFeet(&surface, 1000, pedal::IntentKind::kEffectNext, &time);
  for (int tap = 0; tap < 50; ++tap) {
    REQUIRE(surface.remote()->Push(pedal::Source::kGui, 1, pedal::FootWord::kDown));
    REQUIRE(surface.remote()->Push(pedal::Source::kGui, 1, pedal::FootWord::kUp));
    CHECK(RunFeet(&surface, 300, pedal::IntentKind::kEffectNext, &time) == 1);
    CHECK(RunFeet(&surface, 3000, pedal::IntentKind::kEffectNext, &time) == 0);
  }
}

TEST_CASE("a switch held from afar springs back soon after the last word") {
  constexpr pedal::Gesture kMap[] = {
      {pedal::GestureKind::kMomentary,
       0,
       -1,
       {pedal::IntentKind::kBypass, "", pedal::protocol::ParamId::kTrim, 1, 0.0f},
       {pedal::IntentKind::kBypass, "", pedal::protocol::ParamId::kTrim, 0, 0.0f}},
  };
  pedal::Surface surface;
  REQUIRE(surface.Prepare(kMap, 1) == pedal::Reason::kNone);
  pedal::SampleTime time = 0;
  RunFeet(&surface, 1000, pedal::IntentKind::kBypass, &time);
  for (int again = 0; again < 50; ++again) {  // held for five seconds
    const pedal::FootWord word =
        again == 0 ? pedal::FootWord::kDown : pedal::FootWord::kHeld;
    surface.remote()->Push(pedal::Source::kOsc, 0, word);
    CHECK(RunFeet(&surface, 4410, pedal::IntentKind::kBypass, &time) == (again == 0));
  }
  CHECK(RunFeet(&surface, 10000, pedal::IntentKind::kBypass, &time) == 0);
  CHECK(RunFeet(&surface, 8820, pedal::IntentKind::kBypass, &time) == 1);
  // Late words of a hold that is over press nothing.
  surface.remote()->Push(pedal::Source::kOsc, 0, pedal::FootWord::kHeld);
  CHECK(RunFeet(&surface, 4410, pedal::IntentKind::kBypass, &time) == 0);
}
