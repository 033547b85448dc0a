// The expression pedal and the knobs: sweeps, curves, and how often they are told.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "controls/surface.h"
#include "engine/curve.h"
#include "toys.h"

using pedal::Event;
using pedal::EventKind;
using pedal::Intent;
using pedal::IntentKind;
using pedal::Reason;

namespace {

// Sweeps the expression pedal of a surface to `reading`, and plays what it asks.
void SweepTo(pedal::Surface* surface, toys::Rig* rig, float reading) {
  for (int n = 0; n < 400; ++n) {
    surface->Follow(toys::FeetOf(rig->engine(), ""));
    Intent intent;
    intent.time = rig->engine().clock();
    if (surface->ProcessKnob(3, reading, &intent)) rig->Push(intent);
    rig->Play(std::vector<float>(16));
  }
}

float Drive(toys::Rig* rig) { return rig->engine().state().params[1]; }

void Calibrate(pedal::Surface* surface, toys::Rig* rig, std::vector<float> readings) {
  SweepTo(surface, rig, readings.front());
  rig->engine().Push(pedal::Source::kGui,
                     toys::Ask(IntentKind::kExpressionCalibrate, 1));
  for (const float reading : readings) SweepTo(surface, rig, reading);
  rig->Push(toys::Ask(IntentKind::kExpressionCalibrate, 0, 0, 9));
  SweepTo(surface, rig, readings.back());
}

}  // namespace

TEST_CASE("an expression pedal plays once it was swept, the way it was swept") {
  struct Case {
    std::vector<float> sweep;
    float heel, toe;
  };
  for (const Case& one :
       {Case{{0.1f, 0.7f}, 0.1f, 0.7f}, Case{{0.4f, 0.1f, 0.7f, 0.09f}, 0.09f, 0.7f},
        Case{{0.7f, 0.1f}, 0.7f, 0.1f}, Case{{0.5f, 0.7f, 0.1f}, 0.7f, 0.1f}}) {
    toys::Rig rig;
    pedal::Surface surface;
    surface.Prepare();
    Intent drive = toys::Ask(IntentKind::kExpressionParam, 1);
    rig.Push(drive);
    for (const float reading : {0.2f, 0.7f, 0.0f}) SweepTo(&surface, &rig, reading);
    CHECK(Drive(&rig) == 50.0f);  // not calibrated: it moves nothing
    Calibrate(&surface, &rig, one.sweep);
    const pedal::Expression& pedal = rig.engine().state().expression;
    CHECK(pedal.low == doctest::Approx(one.heel).epsilon(0.03));
    CHECK(pedal.high == doctest::Approx(one.toe).epsilon(0.03));
    CHECK(Drive(&rig) == 50.0f);  // waits until it has passed the value
    SweepTo(&surface, &rig, one.toe);
    SweepTo(&surface, &rig, one.heel);
    CHECK(Drive(&rig) == 0.0f);
    SweepTo(&surface, &rig, 0.5f * (one.heel + one.toe));
    CHECK(Drive(&rig) == doctest::Approx(50.0).epsilon(0.02));
    SweepTo(&surface, &rig, one.toe);
    CHECK(Drive(&rig) == 100.0f);
  }
}

TEST_CASE("a sweep of less than a fifth is refused, and the span before is kept") {
  toys::Rig rig;
  pedal::Surface surface;
  surface.Prepare();
  SweepTo(&surface, &rig, 0.1f);
  Calibrate(&surface, &rig, {0.1f, 0.7f});
  rig.Events();
  Calibrate(&surface, &rig, {0.3f, 0.45f});
  int percent = 0;
  for (const Event& event : rig.Events())
    if (event.reason == Reason::kSweptTooLittle) percent = event.value;
  CHECK(percent > 10);
  CHECK(percent < 20);
  CHECK(rig.engine().state().expression.high == doctest::Approx(0.7).epsilon(0.03));
  rig.Push(toys::Ask(IntentKind::kExpressionCalibrate, 0, 0, 1));
  rig.Play(std::vector<float>(16));
  const std::vector<Event> events = rig.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].reason == Reason::kNotSwept);
}

TEST_CASE("knob and expression pedal on one parameter: each waits for the other") {
  toys::Rig rig;
  pedal::Surface surface;
  surface.Prepare();
  rig.Push(toys::Ask(IntentKind::kExpressionParam, 1));
  SweepTo(&surface, &rig, 0.1f);
  Calibrate(&surface, &rig, {0.1f, 0.7f});
  SweepTo(&surface, &rig, 0.1f);
  SweepTo(&surface, &rig, 0.6f);
  const float by_foot = Drive(&rig);
  CHECK(by_foot > 80.0f);
  CHECK(rig.engine().state().waiting == 0);
  const auto knob = [&rig](IntentKind kind, float value) {
    Intent intent = toys::Ask(kind);
    intent.param = pedal::protocol::ParamId::kDrive;
    intent.number = value;
    rig.Push(intent);
    rig.Play(std::vector<float>(16));
    return Drive(&rig);
  };
  knob(IntentKind::kKnobRest, 20.0f);
  CHECK(knob(IntentKind::kKnobTurn, 25.0f) == by_foot);
  CHECK(rig.engine().state().waiting != 0);
  knob(IntentKind::kKnobTurn, 95.0f);  // passed
  CHECK(knob(IntentKind::kKnobTurn, 30.0f) == 30.0f);
  SweepTo(&surface, &rig, 0.55f);
  CHECK(Drive(&rig) == 30.0f);
  SweepTo(&surface, &rig, 0.15f);
  CHECK(Drive(&rig) < 15.0f);
}

TEST_CASE("position and value are one curve in both directions") {
  const pedal::protocol::Param linear = {
      "a", "", -20.0f, 4.0f, 0.0f, pedal::protocol::Curve::kLinear, 20.0f};
  const pedal::protocol::Param bent = {
      "b", "", 20.0f, 20000.0f, 100.0f, pedal::protocol::Curve::kExponential, 20.0f};
  for (const pedal::protocol::Param& param : {linear, bent}) {
    for (int i = 0; i <= 10; ++i) {
      const float position = 0.1f * static_cast<float>(i);
      CHECK(pedal::PositionOf(param, pedal::ValueAt(param, position)) ==
            doctest::Approx(position).epsilon(1e-4));
    }
  }
  CHECK(pedal::ValueAt(bent, 0.5f) == doctest::Approx(632.456).epsilon(1e-4));
}

TEST_CASE("a swept knob is told fifty times a second, and where it rests") {
  toys::Rig rig;
  std::vector<Event> told;
  float last = 0.0f;
  for (int n = 0; n < 600; ++n) {
    Intent turn = toys::Ask(IntentKind::kKnobTurn);
    turn.param = pedal::protocol::ParamId::kDrive;
    turn.number = last = 50.0f + 0.05f * static_cast<float>(n % 500);
    if (n < 500) rig.Push(turn);
    rig.Play(std::vector<float>(16));
    for (const Event& event : rig.Events())
      if (event.kind == EventKind::kParam) told.push_back(event);
  }
  CHECK(told.size() >= 8);
  CHECK(told.size() <= 10);  // in 181 ms
  CHECK(told.back().state.params[1] == 50.0f + 0.05f * 499.0f);
  CHECK(told.back().revision == static_cast<int>(told.size()));
}
