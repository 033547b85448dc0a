// The pedal's memory: presets are recalled and edited at grid points, on the engine's
// own copy of the setlist.
#include <cstring>

#include "engine/engine.h"

namespace pedal {

using protocol::ParamId;

void Engine::StartWithPresets(const Setlist& setlist) { setlist_ = setlist; }

bool Engine::OfferPresets(const Setlist& setlist) {
  return coming_setlist_.Put(setlist);
}

bool Engine::TakePresets(Setlist* setlist) { return shared_setlist_.Take(setlist); }

void Engine::TakeOfferedPresets() PEDAL_REALTIME {
  if (!coming_setlist_.Take(&setlist_)) return;
  Override dropped;  // one that the pedal's own map, edited meanwhile, excludes
  while (DropConflict(feet_, &setlist_.overrides, &dropped)) continue;
  if (setlist_.Find(wanted_.preset) < 0) ForgetPreset();
  setlist_changed_ = presets_untold_ = feet_untold_ = true;
  ++feet_revision_;
}

// Told again as soon as the publisher has read what was shared before.
void Engine::SharePresets() PEDAL_REALTIME {
  if (setlist_changed_ && shared_setlist_.Put(setlist_)) setlist_changed_ = false;
  if (feet_changed_ && shared_feet_.Put(feet_)) feet_changed_ = false;
  if (setlist_changed_ || feet_changed_) return;
  if (presets_untold_) EmitChange(EventKind::kPresets, 0);
  if (feet_untold_) EmitChange(EventKind::kGestures, 0);
  presets_untold_ = feet_untold_ = false;
  for (int a = 0; a < num_answers_; ++a)
    EmitChange(answers_[a].kind, answers_[a].request);
  num_answers_ = 0;
}

// An answer waits until the publisher can read what it tells.
void Engine::TellMemory(EventKind kind, int request) PEDAL_REALTIME {
  const bool ready = !setlist_changed_ && !feet_changed_;
  if (ready || num_answers_ == kMaxAnswers) return EmitChange(kind, request);
  answers_[num_answers_].kind = kind;
  answers_[num_answers_++].request = request;
}

void Engine::ApplyToSetlist(const Intent& intent) PEDAL_REALTIME {
  bool done = true;
  switch (intent.kind) {
    case IntentKind::kPresetLoad:
    case IntentKind::kPresetNext:
    case IntentKind::kPresetPrevious:
      return Recall(PresetMeant(intent), intent);
    case IntentKind::kPresetSave:
      return SavePreset(intent);
    case IntentKind::kPresetDelete:
      if (setlist_.overrides.Drop(intent.id)) {
        feet_untold_ = true;
        ++feet_revision_;
      }
      done = setlist_.Delete(intent.id);
      if (done && std::strcmp(wanted_.preset, intent.id) == 0) ForgetPreset();
      break;
    case IntentKind::kPresetMove:
      done = setlist_.Move(intent.id, intent.value);
      break;
    case IntentKind::kParamKeep:
      setlist_.kept[static_cast<int>(intent.param)] = intent.value != 0;
      break;
    default:  // kPresetsGet
      return TellMemory(EventKind::kPresets, intent.request);
  }
  if (!done) return EmitRejected(intent, Reason::kUnknownPreset);
  setlist_changed_ = presets_untold_ = true;
  if (intent.request != 0) TellMemory(EventKind::kPresets, intent.request);
  SharePresets();
}

// kNoEffect where it means none, or one that the bank lacks.
int Engine::EffectMeant(const Intent& intent) const PEDAL_REALTIME {
  switch (intent.kind) {
    case IntentKind::kEffectSelect: {
      if (std::strcmp(intent.id, "clean") == 0) return kClean;
      const int found = bank_ ? bank_->Find(intent.id) : -1;
      return found < 0 ? kNoEffect : found;
    }
    case IntentKind::kEffectNext: {
      const int count = bank_ ? static_cast<int>(bank_->effects.size()) : 0;
      const int next = wanted_.effect < 0 ? 0 : wanted_.effect + 1;
      return next < count ? next : kClean;
    }
    case IntentKind::kEffectClean:
      return kClean;
    default:
      return kNoEffect;
  }
}

// Its place in the setlist; -1 where it means none, or one that there is not.
int Engine::PresetMeant(const Intent& intent) const PEDAL_REALTIME {
  const int count = setlist_.count;
  const int here = setlist_.Find(wanted_.preset);
  switch (intent.kind) {
    case IntentKind::kPresetLoad:
      return setlist_.Find(intent.id);
    case IntentKind::kPresetNext:
      return NextPlayable(count == 0 ? -1 : (here + 1) % count, 1);
    case IntentKind::kPresetPrevious:
      return NextPlayable(here > 0 ? here - 1 : count - 1, -1);
    default:
      return -1;
  }
}

int Engine::EffectOf(const Preset& preset) const PEDAL_REALTIME {
  if (std::strcmp(preset.effect, "clean") == 0) return kClean;
  const int found = bank_ ? bank_->Find(preset.effect) : -1;
  return found < 0 ? kNoEffect : found;
}

// The place from `index` on whose effect the bank has, so that a foot gets past those
// that cannot play; `index` itself where none can.
int Engine::NextPlayable(int index, int step) const PEDAL_REALTIME {
  for (int tries = 0, i = index; tries < setlist_.count; ++tries) {
    if (EffectOf(setlist_.presets[i]) != kNoEffect) return i;
    i = (i + step + setlist_.count) % setlist_.count;
  }
  return index;
}

// Effect and block change like any wish, by one fade; parameters glide at once.
void Engine::Recall(int index, const Intent& intent) PEDAL_REALTIME {
  if (index < 0) return EmitRejected(intent, Reason::kUnknownPreset);
  const Preset& preset = setlist_.presets[index];
  const int effect = EffectOf(preset);
  if (effect == kNoEffect) return EmitRejected(intent, Reason::kUnknownEffect);
  ForgetWish(0, intent);
  ForgetWish(2, intent);
  wanted_.effect = effect;
  wanted_.block = preset.block == kGrid ? kGrid : 1;
  for (int p = 0; p < protocol::kNumParams; ++p) {
    const ParamId id = static_cast<ParamId>(p);
    if (setlist_.kept[p]) continue;
    if (state_.params[p] != preset.params[p]) MoveParam(id, preset.params[p], 0);
    NoteTakeover(id);
  }
  WishPreset(preset.id, intent);
}

void Engine::WishPreset(const char* id, const Intent& intent) PEDAL_REALTIME {
  const int field = static_cast<int>(EventKind::kPreset);
  ForgetWish(field, intent);
  std::memmove(wanted_.preset, id, std::strlen(id) + 1);
  asked_[field] = true;
  requests_[field] = intent.request;
  asked_by_[field] = intent.kind;
}

// The sound stays, but is no preset's any more.
void Engine::ForgetPreset() PEDAL_REALTIME {
  ForgetWish(static_cast<int>(EventKind::kPreset), Intent());
  for (Selection* selection : {&true_, &wanted_, &incoming_})
    selection->preset[0] = '\0';
  state_.preset[0] = '\0';
  state_.unsaved = 0;
}

void Engine::SavePreset(const Intent& intent) PEDAL_REALTIME {
  if (wanted_.effect == kNoEffect) return EmitRejected(intent, Reason::kNoModel);
  const int found = setlist_.Find(intent.id);
  Preset preset;
  std::memcpy(preset.id, intent.id, kIdSize);
  const char* old = found >= 0 ? setlist_.presets[found].name : intent.id;
  std::memcpy(preset.name, intent.name[0] ? intent.name : old, kNameSize);
  const char* effect = IdOf(wanted_.effect);
  std::memcpy(preset.effect, effect, std::strlen(effect) + 1);
  preset.block = wanted_.block;
  std::memcpy(preset.params, state_.params, sizeof preset.params);
  if (!setlist_.Save(preset)) return EmitRejected(intent, Reason::kSetlistFull);
  setlist_changed_ = presets_untold_ = true;
  SharePresets();
  WishPreset(preset.id, intent);
}

bool Engine::LeftPreset() const PEDAL_REALTIME {
  const int index = state_.preset[0] ? setlist_.Find(state_.preset) : -1;
  if (index < 0) return false;
  const Preset& preset = setlist_.presets[index];
  bool left =
      std::strcmp(preset.effect, state_.effect) != 0 || preset.block != state_.block;
  for (int p = 0; p < protocol::kNumParams; ++p)
    left = left || (!setlist_.kept[p] && preset.params[p] != state_.params[p]);
  return left;
}

}  // namespace pedal
