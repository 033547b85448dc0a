// The engine: time, switching, truth.
#include <doctest/doctest.h>

#include <limits>

#include "toys.h"

using pedal::EventKind;
using pedal::IntentKind;
using pedal::protocol::ParamId;
using toys::Ask;
using toys::Rig;
using toys::Select;
using toys::Turn;

namespace {

void PushScore(Rig* rig) {
  rig->Push(Select("two", 1000));
  rig->Push(Turn(ParamId::kTone, 6.0f, 1500));
  rig->Push(Ask(IntentKind::kModelBlock, 16, 3001));
  rig->Push(Ask(IntentKind::kBypassToggle, 0, 5555));
  rig->Push(Turn(ParamId::kGate, -30.0f, 6000));
  rig->Push(Ask(IntentKind::kEffectNext, 0, 7007));
  rig->Push(Ask(IntentKind::kBypassToggle, 0, 8192));
  rig->Push(Turn(ParamId::kTrim, 12.0f, 9000));
}

float LargestSecondDifference(const std::vector<float>& x, std::size_t begin,
                              std::size_t end) {
  float largest = 0.0f;
  for (std::size_t i = begin + 2; i < end; ++i)
    largest = std::fmax(largest, std::fabs(x[i] - 2.0f * x[i - 1] + x[i - 2]));
  return largest;
}

}  // namespace

TEST_CASE("the output does not depend on the period, bit for bit") {
  const std::vector<float> in = toys::Noise(12000);
  for (int block : {1, 16}) {
    std::vector<float> first;
    for (int period : {64, 1, 2, 7, 16, 17, 100, 256, 1024, 2048}) {
      Rig rig("one", block);
      PushScore(&rig);
      const std::vector<float> out = rig.Play(in, period);
      if (first.empty()) first = out;
      CHECK_MESSAGE(out == first, "period ", period, ", block ", block);
    }
  }
}

TEST_CASE("the period may change between calls") {
  const std::vector<float> in = toys::Noise(8000);
  Rig steady, restless;
  PushScore(&steady);
  PushScore(&restless);
  const std::vector<float> expected = steady.Play(in, 64);
  std::vector<float> out;
  int period = 1;
  for (std::size_t done = 0; done < in.size();) {
    const std::size_t count =
        std::min(in.size() - done, static_cast<std::size_t>(period));
    const std::vector<float> part =
        restless.Play({in.begin() + static_cast<long>(done),
                       in.begin() + static_cast<long>(done + count)},
                      period);
    out.insert(out.end(), part.begin(), part.end());
    done += count;
    period = (period * 5 + 3) % 301 + 1;
  }
  CHECK(out == expected);
}

TEST_CASE("both channels carry the sound") {
  Rig rig;
  rig.Play(toys::Sine(1000));
  CHECK(rig.both_channels_agree());
}

TEST_CASE("bypass is the input itself, late by the model block alone") {
  const std::vector<float> in = toys::Noise(4000);
  for (int block : {1, 16}) {
    Rig rig("one", block);
    rig.Push(Ask(IntentKind::kBypass, 1));
    const std::vector<float> out = rig.Play(in);
    const std::size_t late = block == 16 ? 15 : 0;
    for (std::size_t i = 1000; i < in.size(); ++i) REQUIRE(out[i] == in[i - late]);
  }
}

TEST_CASE("clean at its defaults is the input but for the DC blocker") {
  Rig rig("clean");
  const std::vector<float> in = toys::Sine(44100, 440.0f, 0.3f);
  const std::vector<float> out = rig.Play(in);
  for (std::size_t i = 22050; i < in.size(); ++i)
    REQUIRE(std::fabs(out[i] - in[i]) < 0.02f * 0.3f);
}

TEST_CASE("silence stays silent") {
  for (const char* effect : {"one", "two", "three", "clean"}) {
    Rig rig(effect);
    for (float sample : rig.Play(std::vector<float>(20000, 0.0f)))
      REQUIRE(std::fabs(sample) < 3.2e-5f);  // -90 dBFS
  }
}

TEST_CASE(
    "nothing but bypass passes -1 dBFS, and below -3 dBFS the limiter is the "
    "identity") {
  CHECK(pedal::Limit(0.7f) == 0.7f);
  CHECK(pedal::Limit(-0.70794f) == -0.70794f);
  for (float x : {0.8f, 1.0f, 4.0f, 1e6f}) {
    CHECK(pedal::Limit(x) <= 0.891251f);
    CHECK(pedal::Limit(-x) == -pedal::Limit(x));
  }
  Rig rig("clean");
  rig.Push(Turn(ParamId::kTrim, 24.0f));
  for (float sample : rig.Play(toys::Sine(20000, 110.0f, 1.0f)))
    REQUIRE(std::fabs(sample) <= 0.891251f);
}

TEST_CASE("level is exact") {
  Rig loud("clean"), quiet("clean");
  quiet.Push(Turn(ParamId::kLevel, -6.0205999f));
  const std::vector<float> in = toys::Sine(20000, 300.0f, 0.3f);
  const std::vector<float> a = loud.Play(in), b = quiet.Play(in);
  for (std::size_t i = 10000; i < in.size(); ++i)
    REQUIRE(std::fabs(b[i] - 0.5f * a[i]) < 1e-5f);
}

TEST_CASE("a knob turned in one step makes no step in the sound") {
  Rig rig("clean");
  const std::vector<float> in = toys::Sine(20000, 220.0f, 0.3f);
  const float usual = LargestSecondDifference(Rig("clean").Play(in), 5000, 20000);
  rig.Push(Turn(ParamId::kLevel, -20.0f, 8000));
  CHECK(LargestSecondDifference(rig.Play(in), 5000, 20000) < 1.2f * usual);
}

TEST_CASE("the event of a switch is true at the fade's first sample, not before") {
  Rig rig("one");
  rig.Push(Select("two", 4000, 77));
  rig.Play(toys::Sine(8000));
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == EventKind::kEffect);
  CHECK(std::string(events[0].state.effect) == "two");
  CHECK(events[0].request == 77);
  CHECK(events[0].revision == 1);
  CHECK(events[0].time == 4000 + pedal::kWarmUp);
}

TEST_CASE(
    "until the fade's first sample the sound is the old one, and after it the new "
    "one") {
  const std::vector<float> in = toys::Noise(9000);
  const std::vector<float> old_sound = Rig("one").Play(in),
                           new_sound = Rig("two").Play(in);
  Rig rig("one");
  rig.Push(Select("two", 4000));
  const std::vector<float> out = rig.Play(in);
  const std::size_t start = 4000 + pedal::kWarmUp;
  for (std::size_t i = 0; i < start; ++i) REQUIRE(out[i] == old_sound[i]);
  CHECK(out[start + 220] != old_sound[start + 220]);
  for (std::size_t i = 8000; i < in.size(); ++i)
    REQUIRE(std::fabs(out[i] - new_sound[i]) < 0.01f);
}

TEST_CASE(
    "three quick presses of next go three effects on and skip what lies between") {
  Rig rig("one");
  for (int press = 0; press < 3; ++press)
    rig.Push(Ask(IntentKind::kEffectNext, 0, 1000 + 40 * press));
  rig.Play(toys::Sine(9000));
  CHECK(std::string(rig.engine().state().effect) == "clean");
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].revision == 1);
}

TEST_CASE("next goes round by way of clean") {
  Rig rig("one");
  std::string seen;
  for (int press = 0; press < 5; ++press) {
    rig.Push(Ask(IntentKind::kEffectNext));
    rig.Play(toys::Sine(2000));
    seen += std::string(rig.engine().state().effect) + " ";
  }
  CHECK(seen == "two three clean one two ");
}

TEST_CASE("two quick presses of bypass cancel out and are answered") {
  Rig rig("one");
  rig.Push(Ask(IntentKind::kBypassToggle, 0, 1000, 5));
  rig.Push(Ask(IntentKind::kBypassToggle, 0, 1000, 6));
  rig.Play(toys::Sine(4000));
  CHECK(rig.engine().state().bypass == 0);
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == EventKind::kRejected);
  CHECK(events[0].reason == pedal::Reason::kSuperseded);
  CHECK(events[0].request == 5);
  CHECK(events[1].kind == EventKind::kBypass);
  CHECK(events[1].request == 6);
  CHECK(events[1].revision == 1);
}

TEST_CASE("presses faster than the warm-up cannot hold the sound back for ever") {
  Rig rig("one");
  std::vector<pedal::Event> events;
  for (int i = 0; i < 200; ++i) {
    rig.Push(Select(i % 2 ? "two" : "three"));
    rig.Play(toys::Sine(64));
  }
  events = rig.Events();
  CHECK(events.size() > 5);
}

TEST_CASE("an effect chosen in bypass is true at once and silent until bypass ends") {
  Rig rig("one");
  rig.Push(Ask(IntentKind::kBypass, 1));
  rig.Play(toys::Sine(2000));
  rig.Events();
  rig.Push(Select("two", 0, 9));
  const std::vector<float> in = toys::Noise(3000);
  const std::vector<float> out = rig.Play(in);
  CHECK(out == in);
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 1);
  CHECK(std::string(events[0].state.effect) == "two");
  CHECK(events[0].time == 2000);
}

TEST_CASE(
    "an effect without a block-16 model plays its block-1 model, as late as the "
    "others") {
  const std::vector<float> in = toys::Noise(4000);
  const std::vector<float> prompt = Rig("three", 1).Play(in),
                           late = Rig("three", 16).Play(in);
  for (std::size_t i = 100; i < in.size(); ++i)
    REQUIRE(std::fabs(late[i] - prompt[i - 15]) < 1e-4f);
}

TEST_CASE("an unknown effect is rejected by name and changes nothing") {
  Rig rig("one");
  rig.Push(Select("nonesuch", 0, 3));
  rig.Play(toys::Sine(2000));
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == EventKind::kRejected);
  CHECK(events[0].reason == pedal::Reason::kUnknownEffect);
  CHECK(events[0].request == 3);
  CHECK(std::string(rig.engine().state().effect) == "one");
}

TEST_CASE(
    "the start fade begins at silence and is over after 100 ms, the stop fade ends in "
    "silence") {
  const std::unique_ptr<pedal::Bank> bank = toys::ToyBank();
  pedal::Engine engine;
  pedal::EngineConfig config;
  config.bypass = 1;
  engine.Prepare(config);
  engine.StartWith(bank.get());
  const std::vector<float> in(20000, 0.5f);
  std::vector<float> out(in.size()), right(in.size());
  engine.Process(in.data(), out.data(), right.data(), 10000);
  engine.FadeOut();
  engine.Process(&in[10000], &out[10000], &right[10000], 10000);
  CHECK(std::fabs(out[0]) < 1e-5f);
  CHECK(out[4410] == 0.5f);
  CHECK(out[9999] == 0.5f);
  CHECK(out[10000 + 4410] == 0.0f);
  CHECK(out.back() == 0.0f);
  CHECK(LargestSecondDifference(out, 0, out.size()) < 1e-5f);
}

TEST_CASE("input that is not a number is silence, not a poisoned filter") {
  Rig rig("clean");
  std::vector<float> in = toys::Sine(4000);
  in[1000] = std::numeric_limits<float>::quiet_NaN();
  in[1001] = std::numeric_limits<float>::infinity();
  for (float sample : rig.Play(in)) REQUIRE(std::isfinite(sample));
}

TEST_CASE("a block-16 model chosen at the very start hears silence before it") {
  Rig rig("one");
  rig.Push(Ask(IntentKind::kModelBlock, 16));
  const std::vector<float> in = toys::Noise(20000), out = rig.Play(in);
  const std::vector<float> always = Rig("one", 16).Play(in);
  for (std::size_t i = 10000; i < in.size(); ++i)
    REQUIRE(std::fabs(out[i] - always[i]) < 0.01f);
}

TEST_CASE("input and parameters beyond all measure leave no trace") {
  Rig rig("clean");
  rig.Push(Turn(ParamId::kTrim, 24.0f));
  rig.Push(Turn(ParamId::kLevel, std::numeric_limits<float>::quiet_NaN(), 2000));
  std::vector<float> in = toys::Sine(44100);
  in[1000] = 3e38f;
  const std::vector<float> out = rig.Play(in);
  for (float sample : out) REQUIRE(std::isfinite(sample));
  float peak = 0.0f;
  for (std::size_t i = 40000; i < out.size(); ++i)
    peak = std::fmax(peak, std::fabs(out[i]));
  CHECK(peak > 0.5f);
}

TEST_CASE("a model may be conditioned on any parameter, and follows it at once") {
  pedal::Bank bank;
  bank.effects.resize(1);
  std::strcpy(bank.effects[0].id, "tilted");
  bank.effects[0].block1.reset(new pedal::Playable);
  bank.effects[0].block1->Prepare(toys::RandomSpec(pedal::LayerKind::kGru, 8, 1, 2, 11),
                                  1.0f, {ParamId::kDrive, ParamId::kTone});
  for (ParamId id : {ParamId::kDrive, ParamId::kTone}) {
    Rig still("tilted", 1, &bank), turned("tilted", 1, &bank);
    turned.Push(Turn(id, id == ParamId::kDrive ? 90.0f : 6.0f, 4000));
    const std::vector<float> in = toys::Sine(8000, 220.0f, 0.3f);
    CHECK(still.Play(in) != turned.Play(in));
  }
}

TEST_CASE("the gate closes on hiss and opens on a note") {
  Rig rig("clean");
  rig.Push(Turn(ParamId::kGate, -40.0f));
  std::vector<float> in = toys::Noise(44100);
  for (float& sample : in) sample *= 0.004f;  // peaks at -54 dBFS
  const std::vector<float> hiss = rig.Play(in);
  CHECK(std::fabs(hiss[44000]) < 1e-6f);
  const std::vector<float> note = rig.Play(toys::Sine(44100, 220.0f, 0.2f));
  CHECK(LargestSecondDifference(note, 0, 44100) < 4e-3f);
  float peak = 0.0f;
  for (std::size_t i = 4410; i < note.size(); ++i)
    peak = std::fmax(peak, std::fabs(note[i]));
  CHECK(peak == doctest::Approx(0.2f).epsilon(0.02));
}
