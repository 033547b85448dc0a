// All footswitches and knobs of the board: raw pin readings in, intents out.
#pragma once
#include "controls/footswitch.h"
#include "controls/knob.h"
#include "engine/intent.h"

namespace pedal {

class Surface {
 public:
  void Prepare() {
    for (int k = 0; k < board::kNumKnobs; ++k)
      knobs_[k].Prepare(board::kKnobs[k].low, board::kKnobs[k].high);
  }

  // One reading of one footswitch. True where `intent` was filled. [audio]
  bool ProcessFootswitch(int index, int reading, Intent* intent) PEDAL_REALTIME {
    const board::Footswitch& wiring = board::kFootswitches[index];
    if (footswitches_[index].Process(reading == wiring.pressed) != Edge::kPressed)
      return false;
    intent->kind = index == static_cast<int>(board::FootswitchId::kBypass)
                       ? IntentKind::kBypassToggle
                       : IntentKind::kEffectNext;
    return true;
  }

  // One reading of one knob, at a grid point. True where `intent` was filled. [audio]
  bool ProcessKnob(int index, float reading, Intent* intent) PEDAL_REALTIME {
    if (!knobs_[index].Process(reading)) return false;
    intent->kind = IntentKind::kParamSet;
    intent->param = board::kKnobs[index].param;
    intent->number = ValueAt(protocol::kParams[static_cast<int>(intent->param)],
                             knobs_[index].position());
    return true;
  }

 private:
  Footswitch footswitches_[board::kNumFootswitches];
  Knob knobs_[board::kNumKnobs];
};

}  // namespace pedal
