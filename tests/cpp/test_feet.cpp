// The foot map at run time: drawn edits, merged maps, and what a held foot may expect.
#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "controls/surface.h"
#include "io/foot_text.h"
#include "toys.h"

using pedal::Event;
using pedal::EventKind;
using pedal::Gesture;
using pedal::GestureKind;
using pedal::Intent;
using pedal::IntentKind;
using pedal::Reason;

namespace {

constexpr int kNumPresets = 6;

pedal::Setlist SixPresets() {
  pedal::Setlist list;
  for (int i = 0; i < kNumPresets; ++i) {
    pedal::Preset preset;
    preset.id[0] = static_cast<char>('a' + i);
    std::strcpy(preset.name, preset.id);
    std::strcpy(preset.effect, i % 2 ? "two" : "one");
    for (int p = 0; p < pedal::protocol::kNumParams; ++p)
      preset.params[p] = pedal::protocol::kParams[p].initial;
    list.Save(preset);
  }
  return list;
}

Gesture Row(GestureKind kind, int first, int second = -1) {
  Gesture row;
  row.kind = kind;
  row.first = first;
  row.second = second;
  row.on.kind = IntentKind::kEffectNext;
  if (kind == GestureKind::kMomentary || kind == GestureKind::kLatch) {
    row.on = {IntentKind::kBypass, "", pedal::protocol::ParamId::kTrim, 1, 0.0f};
    row.off = {IntentKind::kBypass, "", pedal::protocol::ParamId::kTrim, 0, 0.0f};
  }
  return row;
}

Intent SetRow(const char* preset, const Gesture& row, int request = 1) {
  Intent intent = toys::Ask(IntentKind::kGestureSet, 0, 0, request);
  std::strcpy(intent.id, preset);
  intent.gesture = row;
  return intent;
}

Gesture DrawRow(std::mt19937* rng) {
  const auto kind = static_cast<GestureKind>((*rng)() % 6);
  Gesture row = kind == GestureKind::kChord ? Row(kind, 0, 1)
                                            : Row(kind, static_cast<int>((*rng)() % 2));
  if ((*rng)() % 5 == 0) row.on = pedal::Act();
  return row;
}

std::string MapOf(const pedal::Engine& engine) {
  return pedal::MapText(engine.feet(), engine.overrides());
}

bool Holds(const pedal::Engine& engine, const char* preset) {
  const Gesture* rows[pedal::kMaxEffective];
  const int count =
      pedal::EffectiveMap(engine.feet(), engine.overrides(), preset, rows);
  return pedal::ProblemOf(rows, count, 2).reason == Reason::kNone;
}

// The engine's refusal of the last grid, kNone where it answered well.
Reason Answer(toys::Rig* rig) {
  rig->Play(std::vector<float>(16));
  Reason reason = Reason::kNone;
  bool told = false;
  for (const Event& event : rig->Events()) {
    if (event.kind == EventKind::kRejected) reason = event.reason;
    told = told || event.kind == EventKind::kRejected ||
           (event.kind == EventKind::kGestures && event.request != 0);
  }
  REQUIRE(told);
  pedal::Setlist setlist;  // as the publisher does: the next answer waits for it
  pedal::FootMap map;
  rig->engine().TakePresets(&setlist);
  rig->engine().TakeFeet(&map);
  return reason;
}

}  // namespace

TEST_CASE(
    "five thousand drawn edits: every preset's map holds, a refusal changes none") {
  std::mt19937 rng(21);
  toys::Rig rig;
  rig.engine().StartWithPresets(SixPresets());
  int taken = 0, refused = 0;
  pedal::Setlist shared;
  pedal::FootMap map;
  for (int edit = 0; edit < 5000; ++edit) {
    std::string preset;
    if (rng() % 3) preset = static_cast<char>('a' + rng() % (kNumPresets + 1));
    Intent intent = SetRow(preset.c_str(), DrawRow(&rng));
    if (rng() % 3 == 0) intent.kind = IntentKind::kGestureClear;
    if (rng() % 200 == 0) intent.kind = IntentKind::kGesturesReset;
    const std::string before = MapOf(rig.engine());
    rig.Push(intent);
    const Reason reason = Answer(&rig);
    INFO("edit " << edit);
    if (reason == Reason::kNone)
      ++taken;
    else
      REQUIRE(MapOf(rig.engine()) == before);
    refused += reason != Reason::kNone;
    REQUIRE(Holds(rig.engine(), ""));
    for (int i = 0; i < kNumPresets; ++i)
      REQUIRE(Holds(rig.engine(), std::string(1, static_cast<char>('a' + i)).c_str()));
    rig.engine().TakePresets(&shared);
    rig.engine().TakeFeet(&map);
  }
  CHECK(taken > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("what is refused is said: preset, row, conflict, too many") {
  toys::Rig rig;
  rig.engine().StartWithPresets(SixPresets());
  const auto answer = [&rig](const Intent& intent) {
    rig.Push(intent);
    return Answer(&rig);
  };
  CHECK(answer(SetRow("nonesuch", Row(GestureKind::kPress, 0))) ==
        Reason::kUnknownPreset);
  CHECK(answer(SetRow("", Row(GestureKind::kPress, 0))) == Reason::kNone);
  CHECK(answer(SetRow("", Row(GestureKind::kLatch, 0))) == Reason::kTwoPresses);
  CHECK(answer(SetRow("a", Row(GestureKind::kMomentary, 0))) == Reason::kTwoPresses);
  Gesture silent = Row(GestureKind::kPress, 0);
  silent.on = pedal::Act();
  CHECK(answer(SetRow("", silent)) == Reason::kNeedsMessage);
  CHECK(answer(SetRow("a", silent)) == Reason::kNone);
  CHECK(answer(SetRow("a", Row(GestureKind::kMomentary, 0))) == Reason::kNone);
  // The pedal's own press would come back beside the momentary.
  Intent clear = SetRow("a", silent);
  clear.kind = IntentKind::kGestureClear;
  CHECK(answer(clear) == Reason::kTwoPresses);
  // The pedal's own map may not gain what a preset's own row excludes.
  CHECK(answer(SetRow("", Row(GestureKind::kLong, 0))) == Reason::kMomentaryWaits);
  clear.gesture = Row(GestureKind::kDouble, 1);
  CHECK(answer(clear) == Reason::kUnknownRow);
  for (const GestureKind kind : {GestureKind::kLong, GestureKind::kDouble})
    CHECK(answer(SetRow("b", Row(kind, 1))) == Reason::kNone);
  CHECK(answer(SetRow("b", Row(GestureKind::kDouble, 0))) == Reason::kNone);
  CHECK(answer(SetRow("b", Row(GestureKind::kPress, 1))) == Reason::kNone);
  CHECK(answer(SetRow("b", Row(GestureKind::kChord, 0, 1))) == Reason::kMapFull);
}

TEST_CASE("deleting a preset takes its rows along, and an import brings its own") {
  toys::Rig rig;
  rig.engine().StartWithPresets(SixPresets());
  rig.Push(SetRow("a", Row(GestureKind::kPress, 0)));
  rig.Push(SetRow("b", Row(GestureKind::kPress, 0)));
  Answer(&rig);
  Intent gone = toys::Ask(IntentKind::kPresetDelete, 0, 0, 3);
  std::strcpy(gone.id, "a");
  rig.Push(gone);
  rig.Play(std::vector<float>(16));
  CHECK(MapOf(rig.engine()) == "b\tpress\tbypass\t/effect/next\t");
  pedal::Setlist list = SixPresets();
  list.overrides.Set("c", Row(GestureKind::kMomentary, 0));
  list.overrides.Set("c", Row(GestureKind::kLong, 0));  // no foot could tell it
  REQUIRE(rig.engine().OfferPresets(list));
  rig.Play(std::vector<float>(16));
  CHECK(MapOf(rig.engine()) == "c\tmomentary\tbypass\t/bypass 1\t/bypass 0");
}

TEST_CASE("rows survive their text, and nonsense is told apart") {
  const auto wrong = [](const pedal::RowText& text) {
    Gesture row;
    return pedal::ReadRow(text, &row).reason;
  };
  const std::vector<pedal::RowText> good = {
      {"chord", "bypass+effect", "/effect/select rodent", ""},
      {"momentary", "effect", "/param/set drive 81.5", "/param/set drive 20"},
      {"latch", "bypass", "/model/block 16", "/model/block 1"},
      {"long", "bypass", "/preset/load 7", ""},
      {"press", "effect", "", ""}};
  for (const pedal::RowText& text : good) {
    Gesture row;
    REQUIRE(pedal::ReadRow(text, &row).reason == Reason::kNone);
    const pedal::RowText back = pedal::ToText(row);
    CHECK(back.kind + back.switches + back.message + back.off ==
          text.kind + text.switches + text.message + text.off);
  }
  CHECK(wrong({"press", "tap", "/effect/next", ""}) == Reason::kUnknownSwitch);
  CHECK(wrong({"chord", "bypass", "/effect/next", ""}) == Reason::kWrongSwitches);
  CHECK(wrong({"press", "bypass+effect", "/effect/next", ""}) ==
        Reason::kWrongSwitches);
  CHECK(wrong({"chord", "bypass+effect+bypass", "/effect/next", ""}) ==
        Reason::kUnknownSwitch);
  CHECK(wrong({"press", "bypass", "/preset/delete a", ""}) == Reason::kNotForFeet);
  CHECK(wrong({"press", "bypass", "next", ""}) == Reason::kNotForFeet);
  CHECK(wrong({"press", "bypass", "/bypass", ""}) == Reason::kBadMessage);
  CHECK(wrong({"press", "bypass", "/bypass 2", ""}) == Reason::kBadMessage);
  CHECK(wrong({"press", "bypass", "/bypass 1 7", ""}) == Reason::kBadMessage);
  CHECK(wrong({"press", "bypass", "/param/set wah 3", ""}) == Reason::kBadMessage);
  CHECK(wrong({"latch", "bypass", "/bypass 1", ""}) == Reason::kNeedsOff);
  CHECK(wrong({"press", "bypass", "", "/bypass 0"}) == Reason::kNeedsMessage);
  for (const char* step : {"/effect/next", "/preset/next", "/preset/previous"}) {
    for (const char* kind : {"latch", "press", "long", "double"})
      CHECK(wrong({kind, "bypass", step, "/effect/clean"}) == Reason::kNeverOff);
    CHECK(wrong({"momentary", "bypass", step, "/effect/clean"}) == Reason::kNone);
    CHECK(wrong({"press", "bypass", step, ""}) == Reason::kNone);
  }
}

namespace {

// Holds both switches as told for `samples`, following the engine's map of `preset` at
// each grid point; what they asked for.
std::vector<Intent> Stand(pedal::Surface* surface, const pedal::Engine& engine,
                          const char* preset, bool first, bool second, int samples,
                          pedal::SampleTime* now) {
  std::vector<Intent> all;
  const int readings[2] = {!first, !second};
  for (int n = 0; n < samples; ++n, ++*now) {
    if (*now % pedal::kGrid == 0) surface->Follow(toys::FeetOf(engine, preset));
    Intent intents[pedal::Surface::kMaxIntents];
    const int count = surface->ProcessSwitches(readings, *now, intents);
    all.insert(all.end(), intents, intents + count);
  }
  return all;
}

}  // namespace

TEST_CASE(
    "a held momentary switch lets go of what it pressed, whatever the map is then") {
  toys::Rig rig;
  pedal::FootMap own;
  own.Set(Row(GestureKind::kMomentary, 0));
  rig.engine().StartWithFeet(own, own);
  pedal::Setlist list = SixPresets();
  Gesture silent = Row(GestureKind::kMomentary, 0);
  silent.on = silent.off = pedal::Act();
  list.overrides.Set("a", silent);
  list.overrides.Set("a", Row(GestureKind::kPress, 1));
  rig.engine().StartWithPresets(list);
  pedal::Surface surface;
  surface.Prepare();
  pedal::SampleTime now = 0;
  Stand(&surface, rig.engine(), "", false, false, 1000, &now);
  const auto down = Stand(&surface, rig.engine(), "", true, false, 1000, &now);
  REQUIRE(down.size() == 1);
  CHECK(down[0].value == 1);
  // The preset comes while the switch is held: its map waits for the foot.
  CHECK(Stand(&surface, rig.engine(), "a", true, false, 3000, &now).empty());
  const auto up = Stand(&surface, rig.engine(), "a", false, false, 2000, &now);
  REQUIRE(up.size() == 1);
  CHECK(up[0].kind == IntentKind::kBypass);
  CHECK(up[0].value == 0);
  CHECK(Stand(&surface, rig.engine(), "a", true, false, 2000, &now).empty());
  Stand(&surface, rig.engine(), "a", false, false, 2000, &now);
  const auto other = Stand(&surface, rig.engine(), "a", false, true, 2000, &now);
  REQUIRE(other.size() == 1);
  CHECK(other[0].kind == IntentKind::kEffectNext);
}

TEST_CASE(
    "maps that change at random: each press is told once, by one map or the other") {
  std::mt19937 rng(5);
  toys::Rig rig;
  pedal::FootMap own;
  own.Set(Row(GestureKind::kMomentary, 0));
  rig.engine().StartWithFeet(own, own);
  pedal::Setlist list = SixPresets();
  for (const char* preset : {"a", "b"})
    list.overrides.Set(preset, Row(GestureKind::kMomentary, 0));
  list.overrides.rows[1].row.on.value = 0;  // the other way round
  list.overrides.rows[1].row.off.value = 1;
  rig.engine().StartWithPresets(list);
  pedal::Surface surface;
  surface.Prepare();
  pedal::SampleTime now = 0;
  const char* preset = "a";
  Stand(&surface, rig.engine(), preset, false, false, 1000, &now);
  for (int press = 0; press < 400; ++press) {
    std::vector<Intent> heard;
    for (const bool held : {true, false}) {
      for (int part = 0; part < 4; ++part) {
        preset = rng() % 2 ? "a" : "b";
        const int samples = 300 + static_cast<int>(rng() % 400);
        for (const Intent& intent :
             Stand(&surface, rig.engine(), preset, held, false, samples, &now))
          heard.push_back(intent);
      }
    }
    REQUIRE(heard.size() == 2);
    REQUIRE(heard[0].value + heard[1].value == 1);  // on and off of the same map
  }
}

TEST_CASE("every change of setlist, map and pedal raises the revision by one") {
  toys::Rig rig;
  rig.engine().StartWithPresets(SixPresets());
  pedal::Setlist list;
  pedal::FootMap map;
  Intent move = toys::Ask(IntentKind::kPresetMove, 0);
  std::strcpy(move.id, "c");
  Intent keep = toys::Ask(IntentKind::kParamKeep, 1);
  Intent gone = toys::Ask(IntentKind::kPresetDelete);
  std::strcpy(gone.id, "a");
  int revision = 0;
  for (const Intent& intent :
       {move, keep, gone, SetRow("", Row(GestureKind::kLong, 0), 0),
        toys::Ask(IntentKind::kGesturesReset),
        toys::Ask(IntentKind::kExpressionParam, 2)}) {
    rig.Push(intent);
    rig.Play(std::vector<float>(16));
    const std::vector<Event> events = rig.Events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].revision == ++revision);
    rig.engine().TakePresets(&list);
    rig.engine().TakeFeet(&map);
  }
}

TEST_CASE("a snapshot tells again which knobs wait") {
  toys::Rig rig;
  Intent rest = toys::Ask(IntentKind::kKnobRest);
  rest.param = pedal::protocol::ParamId::kDrive;
  rest.number = 20.0f;
  rig.Push(rest);
  rig.Play(std::vector<float>(16));
  rig.Events();
  rig.Push(toys::Ask(IntentKind::kStateGet, 0, 0, 4));
  rig.Play(std::vector<float>(16));
  const std::vector<Event> events = rig.Events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == EventKind::kSnapshot);
  CHECK(events[1].kind == EventKind::kTakeover);
  CHECK(events[1].number == 20.0f);
}

TEST_CASE("a foot gets past presets whose effect the bank lacks") {
  toys::Rig rig;
  pedal::Setlist list = SixPresets();
  for (const int lost : {1, 2, 5}) std::strcpy(list.presets[lost].effect, "lost");
  rig.engine().StartWithPresets(list);
  const auto step = [&rig](IntentKind kind) {
    rig.Push(toys::Ask(kind));
    rig.Play(std::vector<float>(3000));
    return std::string(rig.engine().state().preset);
  };
  for (const char* expected : {"a", "d", "e", "a"})
    CHECK(step(IntentKind::kPresetNext) == expected);
  for (const char* expected : {"e", "d", "a"})
    CHECK(step(IntentKind::kPresetPrevious) == expected);
  for (pedal::Preset& preset : list.presets) std::strcpy(preset.effect, "lost");
  REQUIRE(rig.engine().OfferPresets(list));
  CHECK(step(IntentKind::kPresetNext) == "a");
  bool refused = false;
  for (const Event& event : rig.Events())
    refused = refused || event.reason == Reason::kUnknownEffect;
  CHECK(refused);
}
