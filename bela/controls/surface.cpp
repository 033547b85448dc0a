// Readings become intents: the map of gestures, the parameters of the knobs.
#include "controls/surface.h"

#include <cstring>

#include "engine/curve.h"

namespace pedal {

Reason Surface::Prepare() { return Prepare(board::kGestures, board::kNumGestures); }

Reason Surface::Prepare(const Gesture* map, int count) {
  for (int k = 0; k < board::kNumKnobs; ++k) {
    if (board::kKnobs[k].swept)
      knobs_[k].PrepareRaw();
    else
      knobs_[k].Prepare(board::kKnobs[k].low, board::kKnobs[k].high);
  }
  const Gesture* rows[kMaxEffective] = {};
  if (count > kMaxEffective) return Reason::kMapFull;
  for (int g = 0; g < count; ++g) rows[g] = &map[g];
  return TakeMap(rows, count);
}

Reason Surface::TakeMap(const Gesture* const* rows, int count) PEDAL_REALTIME {
  const Reason wrong = gestures_.Prepare(rows, count, board::kNumFootswitches);
  for (int g = 0; g < count; ++g) map_[g] = *rows[g];
  return wrong;
}

void Surface::Follow(const Feet& feet) PEDAL_REALTIME {
  FollowPedal(feet.pedal);
  if (feet.revision == revision_ && std::strcmp(feet.preset, preset_) == 0) return;
  if (!gestures_.idle()) return;  // what is held lets go of what it pressed
  const Gesture* rows[kMaxEffective] = {};
  const int count = EffectiveMap(feet.map, feet.overrides, feet.preset, rows);
  if (TakeMap(rows, count) != Reason::kNone)  // never mute: the pedal's own map holds
    TakeMap(rows, EffectiveMap(feet.map, feet.overrides, "", rows));
  revision_ = feet.revision;
  std::strncpy(preset_, feet.preset, kIdSize - 1);
}

// Another span makes other positions of the same readings: the next one moves nothing.
void Surface::FollowPedal(const Expression& pedal) PEDAL_REALTIME {
  if (pedal.low == pedal_.low && pedal.high == pedal_.high &&
      pedal.calibrating == pedal_.calibrating)
    return;
  pedal_ = pedal;
  for (int k = 0; k < board::kNumKnobs; ++k) {
    if (!board::kKnobs[k].swept) continue;
    if (pedal.calibrated() && !pedal.calibrating)
      knobs_[k].Prepare(pedal.low, pedal.high);
    else
      knobs_[k].PrepareRaw();
    knobs_[k].Reset();
  }
}

bool Surface::JustStartedSafely(const int* readings) PEDAL_REALTIME {
  if (start_ != StartKind::kUnknown) return false;
  for (int i = 0; i < board::kNumFootswitches; ++i)
    all_held_ = all_held_ && readings[i] == board::kFootswitches[i].pressed;
  if (all_held_ && ++start_samples_ < kStartTime) return false;
  start_ = all_held_ ? StartKind::kSafe : StartKind::kNormal;
  return all_held_;
}

int Surface::ProcessSwitches(const int* readings, SampleTime time,
                             Intent* intents) PEDAL_REALTIME {
  Edge edges[board::kNumFootswitches];
  remote_.Process();
  touched_ = -1;
  for (int i = 0; i < board::kNumFootswitches; ++i) {
    const bool pressed = readings[i] == board::kFootswitches[i].pressed;
    edges[i] = footswitches_[i].Process(pressed || remote_.Down(i));
    if (edges[i] == Edge::kTouched) touched_ = i;
  }
  int count = 0;
  if (JustStartedSafely(readings)) {
    intents[count] = Intent();
    intents[count].kind = IntentKind::kBypass;
    intents[count].value = 1;
    intents[count++].time = time;
  }
  Fired fired[Gestures::kMaxFired];
  const int num_fired = gestures_.Process(edges, time, fired);
  for (int f = 0; f < num_fired; ++f)
    intents[count++] = IntentOfRow(fired[f].gesture, fired[f].off, time);
  return count;
}

Intent Surface::IntentOfRow(int index, bool off, SampleTime time) const PEDAL_REALTIME {
  const Gesture& row = map_[index];
  Intent intent = IntentOf(off ? row.off : row.on);
  intent.time = time;
  // A momentary switch tells on and off by itself; any other asks the engine.
  intent.or_off =
      row.kind != GestureKind::kMomentary && row.off.kind != IntentKind::kNothing;
  intent.gesture = row;
  return intent;
}

bool Surface::Foresee(SampleTime time, Intent* intent) const PEDAL_REALTIME {
  const int row = touched_ < 0 ? -1 : gestures_.Foresee(touched_);
  if (row < 0) return false;
  *intent = IntentOfRow(row, false, time);
  intent->foreseen = true;
  return true;
}

bool Surface::ProcessKnob(int index, float reading, Intent* intent) PEDAL_REALTIME {
  const KnobNews news = knobs_[index].Process(reading);
  if (news == KnobNews::kNone) return false;
  const bool rest = news == KnobNews::kRest;
  const SampleTime time = intent->time;
  *intent = Intent();
  intent->time = time;
  intent->number = knobs_[index].position();
  intent->kind = rest ? IntentKind::kPedalRest : IntentKind::kPedalTurn;
  if (board::kKnobs[index].swept) return true;
  intent->kind = rest ? IntentKind::kKnobRest : IntentKind::kKnobTurn;
  intent->param = board::kKnobs[index].param;
  intent->number = ValueAt(protocol::kParams[static_cast<int>(intent->param)],
                           knobs_[index].position());
  return true;
}

}  // namespace pedal
