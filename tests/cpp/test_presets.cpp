// Presets: recalled by one fade, edited while playing, left by knobs that then wait.
#include <doctest/doctest.h>

#include "controls/leds.h"
#include "toys.h"

using pedal::EventKind;
using pedal::Intent;
using pedal::IntentKind;
using pedal::protocol::ParamId;

namespace {

Intent Save(const char* id, const char* name = "", int request = 0) {
  Intent intent = toys::Ask(IntentKind::kPresetSave, 0, 0, request);
  std::strcpy(intent.id, id);
  std::strcpy(intent.name, name);
  return intent;
}

Intent Preset(IntentKind kind, const char* id, int value = 0, int request = 0) {
  Intent intent = toys::Ask(kind, value, 0, request);
  std::strcpy(intent.id, id);
  return intent;
}

Intent Knob(IntentKind kind, ParamId param, float value, pedal::SampleTime time = 0) {
  Intent intent = toys::Turn(param, value, time);
  intent.kind = kind;
  return intent;
}

void Wait(toys::Rig* rig, int samples = 2000) { rig->Play(toys::Noise(samples)); }

// Two presets: "loud" is effect one at drive 80, "soft" effect two at block 16,
// drive 20.
void SaveTwo(toys::Rig* rig) {
  rig->Push(toys::Turn(ParamId::kDrive, 80.0f));
  rig->Push(Save("loud", "Loud one"));
  rig->Push(toys::Select("two"));
  rig->Push(toys::Ask(IntentKind::kModelBlock, 16));
  rig->Push(toys::Turn(ParamId::kDrive, 20.0f));
  rig->Push(Save("soft"));
  Wait(rig);
  rig->Events();
}

float Param(toys::Rig* rig, ParamId id) {
  return rig->engine().state().params[static_cast<int>(id)];
}

std::string Current(toys::Rig* rig) { return rig->engine().state().preset; }

}  // namespace

TEST_CASE("a preset brings back effect, block and parameters, and is echoed last") {
  toys::Rig rig;
  SaveTwo(&rig);
  CHECK(Current(&rig) == "soft");
  rig.Push(Preset(IntentKind::kPresetLoad, "loud", 0, 7));
  Wait(&rig);
  const pedal::State& state = rig.engine().state();
  CHECK(std::string(state.effect) == "one");
  CHECK(state.block == 1);
  CHECK(Param(&rig, ParamId::kDrive) == 80.0f);
  CHECK(state.unsaved == 0);
  const auto events = rig.Events();
  REQUIRE(events.back().kind == EventKind::kPreset);
  CHECK(events.back().request == 7);
  CHECK(std::string(events.back().state.preset) == "loud");
  for (std::size_t i = 1; i < events.size(); ++i)
    CHECK(events[i].revision - events[i - 1].revision <= 1);
}

TEST_CASE("next and previous go round the setlist") {
  toys::Rig rig;
  SaveTwo(&rig);
  const std::pair<IntentKind, const char*> steps[] = {
      {IntentKind::kPresetNext, "loud"},
      {IntentKind::kPresetNext, "soft"},
      {IntentKind::kPresetPrevious, "loud"},
      {IntentKind::kPresetPrevious, "soft"}};
  for (const auto& step : steps) {
    rig.Push(toys::Ask(step.first));
    Wait(&rig);
    CHECK(Current(&rig) == step.second);
  }
}

TEST_CASE("an edit marks the preset unsaved, and its undoing clears the mark") {
  toys::Rig rig;
  SaveTwo(&rig);
  rig.Push(toys::Turn(ParamId::kDrive, 30.0f));
  Wait(&rig);
  CHECK(rig.engine().state().unsaved == 1);
  auto events = rig.Events();
  CHECK(events.back().kind == EventKind::kPreset);
  CHECK(events.back().state.unsaved == 1);
  rig.Push(toys::Turn(ParamId::kDrive, 20.0f));
  Wait(&rig);
  CHECK(rig.engine().state().unsaved == 0);
  rig.Push(toys::Turn(ParamId::kTrim, 3.0f));  // kept: no part of a preset
  Wait(&rig);
  CHECK(rig.engine().state().unsaved == 0);
}

TEST_CASE("a kept parameter is left to the player") {
  toys::Rig rig;
  SaveTwo(&rig);
  Intent keep = toys::Ask(IntentKind::kParamKeep, 1);
  keep.param = ParamId::kDrive;
  rig.Push(keep);
  rig.Push(Preset(IntentKind::kPresetLoad, "loud"));
  Wait(&rig);
  CHECK(Param(&rig, ParamId::kDrive) == 20.0f);
  CHECK(Current(&rig) == "loud");
}

TEST_CASE("what can't be done with a preset is rejected, and says why") {
  toys::Rig rig;
  rig.Push(Preset(IntentKind::kPresetLoad, "nonesuch", 0, 3));
  rig.Push(toys::Ask(IntentKind::kPresetNext, 0, 0, 4));
  rig.Push(Preset(IntentKind::kPresetDelete, "nonesuch", 0, 5));
  Wait(&rig, 64);
  auto events = rig.Events();
  REQUIRE(events.size() == 3);
  for (const pedal::Event& event : events)
    CHECK(event.reason == pedal::Reason::kUnknownPreset);
  for (int i = 0; i < pedal::kMaxPresets + 1; ++i) {
    rig.Push(Save(("p" + std::to_string(i)).c_str()));
    Wait(&rig, 64);
  }
  Wait(&rig);
  events = rig.Events();
  int full = 0;
  for (const pedal::Event& event : events)
    full += event.reason == pedal::Reason::kSetlistFull;
  CHECK(full == 1);
}

TEST_CASE("the setlist is moved and deleted by id, and told to the publisher") {
  toys::Rig rig;
  SaveTwo(&rig);
  pedal::Setlist told;
  while (rig.engine().TakePresets(&told)) Wait(&rig, 64);
  REQUIRE(told.count == 2);
  CHECK(std::string(told.presets[0].name) == "Loud one");
  CHECK(std::string(told.presets[1].name) == "soft");
  rig.Push(Preset(IntentKind::kPresetMove, "soft", 0));
  Wait(&rig, 64);
  REQUIRE(rig.engine().TakePresets(&told));
  CHECK(std::string(told.presets[0].id) == "soft");
  rig.Push(Preset(IntentKind::kPresetDelete, "soft", 0, 9));
  Wait(&rig, 64);
  REQUIRE(rig.engine().TakePresets(&told));
  CHECK(told.count == 1);
  CHECK(Current(&rig) == "");
  CHECK(rig.Events().back().request == 9);
}

TEST_CASE("a knob that a preset left behind waits until it has passed the value") {
  toys::Rig rig;
  SaveTwo(&rig);
  const auto turn = [&rig](float value) {
    rig.Push(Knob(IntentKind::kKnobTurn, ParamId::kDrive, value));
    Wait(&rig, 64);
    return Param(&rig, ParamId::kDrive);
  };
  rig.Push(Knob(IntentKind::kKnobRest, ParamId::kDrive, 20.0f));
  CHECK(turn(22.0f) == 22.0f);  // it stood there: no waiting
  rig.Push(Preset(IntentKind::kPresetLoad, "loud"));
  Wait(&rig);
  CHECK(rig.engine().state().waiting == 2u);
  CHECK(turn(40.0f) == 80.0f);
  const auto now = rig.engine().clock();
  const pedal::Leds a = pedal::LedsAt(rig.engine().state(), 0, now / 4410 * 4410);
  const pedal::Leds b =
      pedal::LedsAt(rig.engine().state(), 0, now / 4410 * 4410 + 2205);
  CHECK(a.effect != b.effect);
  CHECK(turn(79.0f) == 79.0f);  // within the band of 1 %
  CHECK(rig.engine().state().waiting == 0u);
  rig.Push(toys::Turn(ParamId::kDrive, 50.0f));
  Wait(&rig, 64);
  CHECK(turn(60.0f) == 50.0f);
  CHECK(turn(40.0f) == 40.0f);  // passed
  bool told = false;
  for (const pedal::Event& event : rig.Events())
    told = told || (event.kind == EventKind::kTakeover && event.number == 40.0f);
  CHECK(told);
}

TEST_CASE("press again does the other thing, by the engine's own state") {
  toys::Rig rig;
  Intent press = toys::Select("two");
  press.or_off = true;
  press.gesture.off = {IntentKind::kEffectSelect, "one", ParamId::kTrim, 0, 0.0f};
  for (const char* expected : {"two", "one", "two"}) {
    rig.Push(press);
    Wait(&rig);
    CHECK(std::string(rig.engine().state().effect) == expected);
  }
  rig.Push(press);
  rig.Push(press);  // two quick presses cancel out
  Wait(&rig);
  CHECK(std::string(rig.engine().state().effect) == "two");
}

TEST_CASE("presets and waiting knobs sound the same at every period") {
  const auto play = [](int period) {
    toys::Rig rig;
    SaveTwo(&rig);
    rig.Push(Knob(IntentKind::kKnobRest, ParamId::kDrive, 50.0f));
    for (int i = 0; i < 12; ++i) {
      Intent next = toys::Ask(IntentKind::kPresetNext, 0, 2600 + 900 * i);
      rig.Push(next);
    }
    for (int i = 0; i < 200; ++i)
      rig.engine().Push(pedal::Source::kProgram,
                        Knob(IntentKind::kKnobTurn, ParamId::kDrive,
                             static_cast<float>(i % 100), 2500 + 50 * i));
    return rig.Play(toys::Noise(14000), period);
  };
  const std::vector<float> expected = play(16);
  for (int period : {1, 50, 128, 1024}) CHECK(play(period) == expected);
}
