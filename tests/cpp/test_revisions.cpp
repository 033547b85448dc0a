// Revisions: whoever loses a message sees a gap, and no message looks like another.
#include <doctest/doctest.h>

#include "toys.h"

using pedal::EventKind;
using pedal::Intent;
using pedal::IntentKind;
using pedal::protocol::ParamId;

namespace {

Intent Save(const char* id, int request) {
  Intent intent = toys::Ask(IntentKind::kPresetSave, 0, 0, request);
  std::strcpy(intent.id, id);
  return intent;
}

// What the clients hear after `intents` came in at one grid point.
std::vector<pedal::Event> Heard(toys::Rig* rig, const std::vector<Intent>& intents) {
  rig->Events();
  for (const Intent& intent : intents) rig->Push(intent);
  rig->Play(toys::Noise(2000));
  return rig->Events();
}

int Count(const std::vector<pedal::Event>& events, EventKind kind) {
  int count = 0;
  for (const pedal::Event& event : events) count += event.kind == kind;
  return count;
}

}  // namespace

TEST_CASE("an answer that changes nothing can't be taken for the echo before it") {
  toys::Rig rig;
  const auto change = Heard(&rig, {toys::Ask(IntentKind::kBypass, 1)});
  const auto answer = Heard(&rig, {toys::Ask(IntentKind::kBypass, 1, 0, 7)});
  REQUIRE(change.size() == 1);
  REQUIRE(answer.size() == 1);
  CHECK(answer[0].request == 7);
  CHECK(answer[0].revision == change[0].revision + 1);
}

TEST_CASE("a changed setlist has a revision, so that a page that missed it asks") {
  toys::Rig rig;
  const auto events = Heard(&rig, {Save("loud", 7)});
  REQUIRE(events.size() == 2);  // the list and the preset that sounds
  CHECK(events[0].kind == EventKind::kPresets);
  CHECK(events[0].revision == 1);
  CHECK(events[1].revision == 2);
}

TEST_CASE("the answer to an edit of the setlist waits until the list can be read") {
  toys::Rig rig;
  Intent keep = toys::Ask(IntentKind::kParamKeep, 1, 0, 8);
  keep.param = ParamId::kDrive;
  const auto before = Heard(&rig, {Save("loud", 7), keep});
  CHECK(Count(before, EventKind::kPresets) == 1);  // the first is not read yet
  pedal::Setlist list;
  REQUIRE(rig.engine().TakePresets(&list));
  CHECK_FALSE(list.kept[static_cast<int>(ParamId::kDrive)]);
  const auto after = Heard(&rig, {});
  REQUIRE(after.size() == 2);  // to all, and the answer
  CHECK(after[1].request == 8);
  REQUIRE(rig.engine().TakePresets(&list));
  CHECK(list.kept[static_cast<int>(ParamId::kDrive)]);
}

TEST_CASE("a knob that waits is told with a revision, behind each snapshot and again") {
  toys::Rig rig;
  Intent rest = toys::Turn(ParamId::kDrive, 50.0f);
  rest.kind = IntentKind::kKnobRest;
  const auto moved = Heard(&rig, {rest, toys::Turn(ParamId::kDrive, 80.0f)});
  REQUIRE(moved.size() == 2);
  CHECK(moved[1].kind == EventKind::kTakeover);
  CHECK(moved[1].revision == moved[0].revision + 1);
  const auto asked = Heard(&rig, {toys::Ask(IntentKind::kStateGet)});
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].kind == EventKind::kSnapshot);
  CHECK(asked[1].kind == EventKind::kTakeover);
  CHECK(asked[1].number == 50.0f);
  rig.Play(toys::Noise(44100));
  const auto later = rig.Events();
  CHECK(later.size() == 2);
  CHECK(Count(later, EventKind::kTakeover) == 2);
}

TEST_CASE("a preset that was overtaken is refused under its own name") {
  toys::Rig rig;
  const auto events = Heard(&rig, {Save("loud", 7), Save("soft", 8)});
  REQUIRE(Count(events, EventKind::kRejected) == 1);
  for (const pedal::Event& event : events)
    if (event.kind == EventKind::kRejected)
      CHECK(event.rejected == IntentKind::kPresetSave);
}
