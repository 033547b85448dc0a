// The pedal's feet: rows of the foot map are edited at grid points; one that a foot
// could not tell from another, in general or while some preset sounds, is refused.
#include "engine/engine.h"

namespace pedal {

void Engine::StartWithFeet(const FootMap& map, const FootMap& factory) {
  feet_ = map;
  factory_feet_ = factory;
}

bool Engine::TakeFeet(FootMap* map) { return shared_feet_.Take(map); }

void Engine::ApplyToFeet(const Intent& intent) PEDAL_REALTIME {
  switch (intent.kind) {
    case IntentKind::kGestureSet:
      return SetGesture(intent);
    case IntentKind::kGestureClear:
      return ClearGesture(intent);
    case IntentKind::kGesturesReset:
      feet_ = factory_feet_;
      feet_changed_ = true;
      setlist_changed_ = setlist_changed_ || setlist_.overrides.count > 0;
      setlist_.overrides = Overrides();
      return FeetChanged(intent.request);
    default:  // kGesturesGet
      return TellMemory(EventKind::kGestures, intent.request);
  }
}

void Engine::FeetChanged(int request) PEDAL_REALTIME {
  feet_untold_ = true;
  ++feet_revision_;
  if (request != 0) TellMemory(EventKind::kGestures, request);
  SharePresets();
}

// True, and refused, where `row` cannot hold while `preset` sounds.
bool Engine::Conflicts(const Intent& intent, const char* preset,
                       const Gesture& row) PEDAL_REALTIME {
  const Conflict conflict = ConflictWith(feet_, setlist_.overrides, preset, row);
  if (conflict.reason == Reason::kNone) return false;
  EmitRejected(intent, conflict.reason, preset, conflict.index);
  return true;
}

// Every effective map held before, so only the new row can be wrong; where a preset has
// a row of its own for this gesture, the pedal's does not matter.
void Engine::SetGesture(const Intent& intent) PEDAL_REALTIME {
  const Gesture& row = intent.gesture;
  const bool nothing = row.on.kind == IntentKind::kNothing;
  if (intent.id[0]) {
    if (setlist_.Find(intent.id) < 0)
      return EmitRejected(intent, Reason::kUnknownPreset);
    if (!nothing && Conflicts(intent, intent.id, row)) return;
    if (!setlist_.overrides.Set(intent.id, row))
      return EmitRejected(intent, Reason::kMapFull);
    setlist_changed_ = true;
    return FeetChanged(intent.request);
  }
  if (nothing) return EmitRejected(intent, Reason::kNeedsMessage);
  if (Conflicts(intent, "", row)) return;
  for (int i = 0; i < setlist_.count; ++i) {
    const char* preset = setlist_.presets[i].id;
    if (setlist_.overrides.Find(preset, row) >= 0) continue;
    if (Conflicts(intent, preset, row)) return;
  }
  if (!feet_.Set(row)) return EmitRejected(intent, Reason::kMapFull);
  feet_changed_ = true;
  FeetChanged(intent.request);
}

void Engine::ClearGesture(const Intent& intent) PEDAL_REALTIME {
  const Gesture& row = intent.gesture;
  if (!intent.id[0]) {
    if (!feet_.Clear(row)) return EmitRejected(intent, Reason::kUnknownRow);
    feet_changed_ = true;
    return FeetChanged(intent.request);
  }
  if (setlist_.Find(intent.id) < 0) return EmitRejected(intent, Reason::kUnknownPreset);
  if (setlist_.overrides.Find(intent.id, row) < 0)
    return EmitRejected(intent, Reason::kUnknownRow);
  const int own = feet_.Find(row);  // would hold again
  if (own >= 0 && Conflicts(intent, intent.id, feet_.rows[own])) return;
  setlist_.overrides.Clear(intent.id, row);
  setlist_changed_ = true;
  FeetChanged(intent.request);
}

}  // namespace pedal
