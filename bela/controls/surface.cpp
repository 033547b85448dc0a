// Readings become intents: the map of gestures, the parameters of the knobs.
#include "controls/surface.h"

#include <cstring>

namespace pedal {
namespace {

Intent ToIntent(const board::Act& act) {
  Intent intent;
  intent.kind = act.kind;
  intent.param = act.param;
  intent.value = act.value;
  intent.number = act.number;
  std::strncpy(intent.id, act.id, kIdSize - 1);
  return intent;
}

}  // namespace

const char* Surface::Prepare(const Gesture* map, int count) {
  for (int k = 0; k < board::kNumKnobs; ++k)
    knobs_[k].Prepare(board::kKnobs[k].low, board::kKnobs[k].high);
  map_ = map;
  if (count > kMaxGestures) return "expected at most 16 gestures";
  for (int g = 0; g < count; ++g) {
    wishes_[g].on = ToIntent(map[g].on);
    wishes_[g].off = ToIntent(map[g].off);
    // A momentary switch tells on and off by itself; any other asks the engine.
    if (map[g].has_off && map[g].kind != GestureKind::kMomentary)
      wishes_[g].on.again = &wishes_[g].off;
  }
  return gestures_.Prepare(map, count, board::kNumFootswitches);
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
  for (int i = 0; i < board::kNumFootswitches; ++i) {
    const bool pressed = readings[i] == board::kFootswitches[i].pressed;
    edges[i] = footswitches_[i].Process(pressed || remote_.Down(i));
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
  for (int f = 0; f < num_fired; ++f) {
    const Wish& wish = wishes_[fired[f].gesture];
    intents[count] = fired[f].off ? wish.off : wish.on;
    intents[count++].time = time;
  }
  return count;
}

bool Surface::ProcessKnob(int index, float reading, Intent* intent) PEDAL_REALTIME {
  const KnobNews news = knobs_[index].Process(reading);
  if (news == KnobNews::kNone) return false;
  const SampleTime time = intent->time;
  *intent = Intent();
  intent->time = time;
  intent->kind =
      news == KnobNews::kRest ? IntentKind::kKnobRest : IntentKind::kKnobTurn;
  intent->param = board::kKnobs[index].param;
  intent->number = ValueAt(protocol::kParams[static_cast<int>(intent->param)],
                           knobs_[index].position());
  return true;
}

}  // namespace pedal
