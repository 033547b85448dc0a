// What a touched switch will ask for, warmed up while its contact still bounces: so the
// new sound is no later than after a clean press. It is heard and told only once the
// press has come; a spark leaves no trace.
#include "engine/engine.h"

namespace pedal {

static_assert(kForesight < kWarmUp, "what is foreseen only must not sound");

void Engine::Foresee(const Intent& intent) PEDAL_REALTIME {
  if (phase_ != Phase::kSteady) return;  // both voices are needed
  const Intent meant =
      intent.or_off && Holds(intent) ? IntentOf(intent.gesture.off) : intent;
  foreseen_ = wanted_;
  const int effect = EffectMeant(meant), preset = PresetMeant(meant);
  if (effect != kNoEffect) foreseen_.effect = effect;
  if (preset >= 0) {
    foreseen_.effect = EffectOf(setlist_.presets[preset]);
    foreseen_.block = setlist_.presets[preset].block == kGrid ? kGrid : 1;
  }
  if (meant.kind == IntentKind::kBypass) foreseen_.bypass = meant.value != 0;
  if (meant.kind == IntentKind::kBypassToggle) foreseen_.bypass = !wanted_.bypass;
  if (meant.kind == IntentKind::kModelBlock)
    foreseen_.block = meant.value == kGrid ? kGrid : 1;
  foresight_end_ = clock_ + kForesight;
}

// True while nothing has been wished for that sounds otherwise. Dry needs no warm-up.
bool Engine::Foresees() const PEDAL_REALTIME {
  return clock_ < foresight_end_ && PathOf(wanted_) == voices_[current_].path() &&
         PathOf(foreseen_).kind != PathKind::kDry;
}

// A model that broke while no one had wished for it yet is met again by the press.
void Engine::DropIncoming(const Playable* broken) PEDAL_REALTIME {
  if (phase_ == Phase::kFading) return Raise(Fault::kNan, broken, incoming_.effect);
  phase_ = Phase::kSteady;
  if (!Foresees()) return Raise(Fault::kNan, broken, incoming_.effect);
  foresight_end_ = 0;
}

}  // namespace pedal
