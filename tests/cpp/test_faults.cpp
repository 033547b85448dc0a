// What the engine does when a model breaks, costs too much, or a bank comes and goes.
#include <doctest/doctest.h>

#include "toys.h"

using pedal::EventKind;
using pedal::Fault;
using pedal::IntentKind;
using toys::Ask;
using toys::Rig;
using toys::Select;

namespace {

constexpr std::size_t k20ms = 882;

void CheckDryFrom(const std::vector<float>& out, const std::vector<float>& in,
                  std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) REQUIRE(out[i] == in[i]);
}

}  // namespace

TEST_CASE("a model that gives NaN is dry within 20 ms, and never heard") {
  for (const char* effect :
       {"two", "three"}) {  // their block-1 models are the cheapest
    Rig rig(effect);
    rig.Push(Ask(IntentKind::kInjectNan, 0, 4000));
    const std::vector<float> in = toys::Noise(20000);
    const std::vector<float> out = rig.Play(in);
    for (float sample : out) REQUIRE(std::isfinite(sample));
    CheckDryFrom(out, in, 4000 + k20ms, 20000);
    const std::vector<pedal::Event> events = rig.Events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == EventKind::kAlarm);
    CHECK(events[0].state.fault == Fault::kNan);
  }
}

TEST_CASE(
    "a model that breaks steps to the effect's cheaper model where there is one") {
  const std::vector<float> in = toys::Noise(30000);
  Rig rig("one");
  rig.Push(Ask(IntentKind::kInjectNan, 0, 4000));
  const std::vector<float> out = rig.Play(in), spare = Rig("one", 16).Play(in);
  for (std::size_t i = 12000; i < in.size(); ++i)
    REQUIRE(std::fabs(out[i] - spare[i]) < 0.01f);
  CHECK(rig.engine().state().delay == 15);
  CHECK(rig.engine().state().block == 1);  // what the player chose
}

TEST_CASE(
    "a broken model is tried once more after two seconds, and then trusted again") {
  Rig rig("two");
  rig.Push(Ask(IntentKind::kInjectNan, 0, 4000));
  rig.Play(toys::Noise(4 * 44100));
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 2);
  CHECK(events[1].kind == EventKind::kRecovered);
  CHECK(events[1].time >= 3 * 44100);
  const std::vector<float> in = toys::Noise(2000);
  CHECK(rig.Play(in) != in);
}

TEST_CASE(
    "a model that breaks again after its retry stays out until another effect is "
    "chosen") {
  Rig rig("two");
  rig.Push(Ask(IntentKind::kInjectNan, 0, 4000));
  rig.Push(Ask(IntentKind::kInjectNan, 0, 100000));
  rig.Play(toys::Noise(8 * 44100));
  const std::vector<float> in = toys::Noise(2000);
  CHECK(rig.Play(in) == in);
  CHECK(rig.engine().state().fault == Fault::kNan);
  rig.Push(Select("three"));
  rig.Play(toys::Noise(4000));
  CHECK(rig.engine().state().fault == Fault::kNone);
  rig.Push(Select("two"));
  rig.Play(toys::Noise(4000));
  CHECK(rig.Play(in) != in);
}

TEST_CASE("three late blocks running go dry within 20 ms, two do not") {
  Rig rig("three");
  const std::vector<float> in = toys::Noise(8192);
  rig.Play(in);
  rig.engine().ReportBlock(true);
  rig.engine().ReportBlock(true);
  rig.engine().ReportBlock(false);
  rig.engine().ReportBlock(true);
  rig.engine().ReportBlock(true);
  rig.Play(in);
  CHECK(rig.Events().empty());
  rig.engine().ReportBlock(true);
  CheckDryFrom(rig.Play(in), in, k20ms, in.size());
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].state.fault == Fault::kOverload);
}

TEST_CASE("a model that costs too much while it warms up is never heard") {
  Rig rig("two");
  const std::vector<float> in = toys::Noise(20000), two = Rig("two").Play(in);
  const std::vector<float> first(in.begin(), in.begin() + 4064);
  rig.Push(Select("three", 4000));
  const std::vector<float> before = rig.Play(first);
  for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(before[i] == two[i]);
  for (int block = 0; block < 3; ++block) rig.engine().ReportBlock(true);
  CheckDryFrom(rig.Play(in), in, k20ms, in.size());
}

TEST_CASE(
    "late blocks while a model is being left for clean raise no alarm for clean") {
  Rig rig("one");
  rig.Push(Ask(IntentKind::kEffectClean, 0, 4000));
  rig.Play(toys::Noise(4000 + pedal::kWarmUp + 80));
  for (int block = 0; block < 3; ++block) rig.engine().ReportBlock(true);
  rig.Play(toys::Noise(4000));
  CHECK(rig.engine().state().fault == Fault::kNone);
}

TEST_CASE("a step to a spare model at another delay is told") {
  Rig rig("one");
  rig.Push(Ask(IntentKind::kInjectNan, 0, 4000, 9));
  rig.Play(toys::Noise(20000));
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == EventKind::kAlarm);
  CHECK(events[0].request == 9);
  CHECK(events[1].kind == EventKind::kSnapshot);
  CHECK(events[1].state.delay == 15);
}

TEST_CASE("nothing recovers in bypass, where nothing is tried") {
  Rig rig("two");
  rig.Push(Ask(IntentKind::kInjectNan, 0, 4000));
  rig.Push(Ask(IntentKind::kBypass, 1, 8000));
  rig.Play(toys::Noise(5 * 44100));
  CHECK(rig.engine().state().fault == Fault::kNan);
  rig.Push(Ask(IntentKind::kBypass, 0));
  rig.Play(toys::Noise(4 * 44100));
  CHECK(rig.engine().state().fault == Fault::kNone);
}

TEST_CASE("a fault is injected into a sounding model only, and always answered") {
  Rig rig("clean");
  rig.Push(Ask(IntentKind::kInjectNan, 0, 1000, 3));
  rig.Play(toys::Noise(4000));
  const std::vector<pedal::Event> events = rig.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].reason == pedal::Reason::kNoModel);
  CHECK(events[0].request == 3);
}

TEST_CASE(
    "without a bank the pedal plays dry and says so, and a bank that comes is faded "
    "in") {
  const std::unique_ptr<pedal::Bank> bank = toys::ToyBank();
  pedal::EngineConfig config;
  config.start_fade = pedal::StartFade::kOff;
  pedal::Engine engine;
  engine.Prepare(config);
  CHECK(engine.state().fault == Fault::kNoBank);
  const std::vector<float> in = toys::Noise(4096);
  std::vector<float> out(in.size()), right(in.size());
  engine.Process(in.data(), out.data(), right.data(), 4096);
  CHECK(out == in);
  REQUIRE(engine.OfferBank(bank.get()));
  engine.Process(in.data(), out.data(), right.data(), 4096);
  CHECK(std::string(engine.state().effect) == "one");
  CHECK(engine.state().fault == Fault::kNone);
  CHECK(out != in);
  CHECK(engine.TakeRetiredBank() == nullptr);
}

TEST_CASE("a bank swapped while playing comes back once no voice plays it") {
  const std::unique_ptr<pedal::Bank> first = toys::ToyBank(), second = toys::ToyBank();
  Rig rig("two", 1, first.get());
  const std::vector<float> in = toys::Sine(4000);
  rig.Play(in);
  REQUIRE(rig.engine().OfferBank(second.get()));
  rig.Play(toys::Sine(300));
  CHECK(rig.engine().TakeRetiredBank() == nullptr);  // still fading
  rig.Play(in);
  CHECK(rig.engine().TakeRetiredBank() == first.get());
  CHECK(std::string(rig.engine().state().effect) == "two");
}
