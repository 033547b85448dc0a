// A touched switch: its sound warms up while the contact bounces, and a spark leaves no
// trace.
#include <doctest/doctest.h>

#include "toys.h"

using pedal::Edge;
using pedal::Intent;
using pedal::IntentKind;
using toys::Rig;
using toys::Select;

namespace {

constexpr int kTouch = 1000, kBounce = 220;  // samples

Intent Foreseen(Intent intent) {
  intent.foreseen = true;
  return intent;
}

// When the first change sounds, -1 for never.
pedal::SampleTime FirstChange(Rig* rig) {
  const std::vector<pedal::Event> events = rig->Events();
  return events.empty() ? -1 : events.front().time;
}

std::vector<float> PlayScore(Rig* rig, const std::vector<Intent>& score, int period) {
  for (const Intent& intent : score) rig->Push(intent);
  return rig->Play(toys::Noise(8000), period);
}

}  // namespace

TEST_CASE("after a bouncing press the new sound is what it is after a clean one") {
  for (int block : {1, 16}) {
    Rig clean("one", block);
    const std::vector<float> expected = PlayScore(&clean, {Select("two", kTouch)}, 64);
    const pedal::SampleTime begins = FirstChange(&clean);
    CHECK(begins > kTouch + kBounce);
    for (int period : {1, 16, 100}) {
      Rig rig("one", block);
      CHECK(
          PlayScore(&rig,
                    {Foreseen(Select("two", kTouch)), Select("two", kTouch + kBounce)},
                    period) == expected);
      CHECK(FirstChange(&rig) == begins);
    }
  }
}

TEST_CASE("a touch that becomes no press is neither heard nor told") {
  Rig still, touched;
  std::vector<Intent> sparks;
  for (int at = kTouch; at < 7000; at += 100)
    sparks.push_back(Foreseen(Select(at % 200 ? "two" : "three", at)));
  CHECK(PlayScore(&touched, sparks, 64) == PlayScore(&still, {}, 64));
  CHECK(touched.Events().empty());
}

TEST_CASE("what is wished for goes before what was foreseen") {
  Rig plain, other;
  const std::vector<float> expected =
      PlayScore(&plain, {Select("three", kTouch + 100)}, 64);
  CHECK(PlayScore(&other,
                  {Foreseen(Select("two", kTouch)), Select("three", kTouch + 100)},
                  64) == expected);
  CHECK(FirstChange(&other) == FirstChange(&plain));
}

TEST_CASE("a model that breaks is an alarm once it is wished for, not while foreseen") {
  const std::unique_ptr<pedal::Bank> bank = toys::ToyBank();
  std::unique_ptr<pedal::Playable> broken(new pedal::Playable);
  pedal::ModelSpec spec = toys::RandomSpec(pedal::LayerKind::kLstm, 8, 1, 0, 3);
  for (float& weight : spec.layers[1].kernel) weight = 3e38f;
  broken->Prepare(spec, 1.0f, {});  // their sum is beyond the largest number
  bank->effects[1].block1 = std::move(broken);
  Rig rig("one", 1, bank.get());
  std::vector<float> loud = toys::Noise(8000);
  for (float& sample : loud) sample *= 2.0f;
  rig.Push(Foreseen(Select("two", kTouch)));
  rig.Play(loud);
  CHECK(rig.Events().empty());
  rig.Push(Select("two"));
  rig.Play(loud);
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE_FALSE(events.empty());
  CHECK(events.front().kind == pedal::EventKind::kAlarm);
}

TEST_CASE(
    "late blocks while a model is only foreseen are no alarm; wished for, they are") {
  Rig rig;
  const auto stall = [&rig] {
    for (int i = 0; i < pedal::kLateBlocksToTrip; ++i) rig.engine().ReportBlock(true);
    rig.Play(toys::Noise(4000));
  };
  rig.Push(Foreseen(Select("two")));
  rig.Play(toys::Noise(32));
  stall();
  CHECK(rig.Events().empty());
  rig.Push(Select("two"));
  rig.Play(toys::Noise(32));
  stall();
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE_FALSE(events.empty());
  CHECK(events.front().kind == pedal::EventKind::kAlarm);
}

TEST_CASE("what cannot be or needs no warming is foreseen without a trace") {
  Rig rig;
  rig.Push(Foreseen(Select("nonesuch", kTouch)));
  rig.Push(Foreseen(toys::Ask(IntentKind::kPresetNext, 0, kTouch + 300)));
  rig.Push(Foreseen(toys::Ask(IntentKind::kBypass, 1, kTouch + 600)));
  rig.Play(toys::Noise(4000));
  CHECK(rig.Events().empty());
}

TEST_CASE("the first touch of a press is told once, a spark at most every 6 ms") {
  pedal::Footswitch footswitch;
  footswitch.Process(false);
  CHECK(footswitch.Process(true) == Edge::kTouched);
  int presses = 0;
  for (int n = 1; n < 3000; ++n) {
    const Edge edge = footswitch.Process(n > 200 || n % 40 == 0);
    CHECK(edge != Edge::kTouched);
    presses += edge == Edge::kPressed;
  }
  CHECK(presses == 1);
  pedal::Footswitch loose;
  loose.Process(false);
  int touches = 0;
  for (int n = 0; n < 44100; ++n)
    touches += loose.Process(n % 50 == 0) == Edge::kTouched;
  CHECK(touches > 100);
  CHECK(touches <= 44100 / pedal::kForesight + 1);
}

TEST_CASE("only a switch that acts on its press edge foresees anything") {
  const int idle[] = {1, 1}, touched[] = {0, 1};
  const auto foresees = [&](const pedal::Gesture* map, int count, Intent* intent) {
    pedal::Surface surface;
    Intent intents[pedal::Surface::kMaxIntents];
    REQUIRE(surface.Prepare(map, count) == pedal::Reason::kNone);
    for (int n = 0; n < 1000; ++n) surface.ProcessSwitches(idle, n, intents);
    CHECK_FALSE(surface.Foresee(1000, intent));
    CHECK(surface.ProcessSwitches(touched, 1000, intents) == 0);
    return surface.Foresee(1000, intent);
  };
  Intent intent;
  REQUIRE(foresees(pedal::board::kGestures, pedal::board::kNumGestures, &intent));
  CHECK(intent.foreseen);
  CHECK(intent.kind == IntentKind::kBypass);
  CHECK(intent.or_off);
  CHECK(intent.time == 1000);
  pedal::Gesture rows[2] = {pedal::board::kGestures[0], pedal::board::kGestures[0]};
  rows[1].kind = pedal::GestureKind::kLong;
  CHECK_FALSE(foresees(rows, 2, &intent));
}
