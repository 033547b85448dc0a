// The pedal's memory: presets are recalled and edited at grid points, on the engine's
// own copy of the setlist; a knob that a preset left behind waits until it has passed.
#include <cstring>

#include "engine/engine.h"

namespace pedal {

using protocol::ParamId;

namespace {

constexpr SampleTime kTellEvery = kSampleRate / 20;  // of a waiting knob that is turned
constexpr SampleTime kTellAgain = kSampleRate / 2;  // of one at rest: a page may be new
constexpr float kThere = 0.01f;  // of the range: a knob this near needs no takeover

float BandOf(ParamId id) {
  const protocol::Param& param = protocol::kParams[static_cast<int>(id)];
  return kThere * (param.max - param.min);
}

}  // namespace

void Engine::StartWithPresets(const Setlist& setlist) { setlist_ = setlist; }

bool Engine::OfferPresets(const Setlist& setlist) {
  if (setlist_coming_.load(std::memory_order_acquire)) return false;
  coming_setlist_ = setlist;
  setlist_coming_.store(true, std::memory_order_release);
  return true;
}

bool Engine::TakePresets(Setlist* setlist) {
  if (!setlist_shared_.load(std::memory_order_acquire)) return false;
  *setlist = shared_setlist_;
  setlist_shared_.store(false, std::memory_order_release);
  return true;
}

void Engine::TakeOfferedPresets() PEDAL_REALTIME {
  if (!setlist_coming_.load(std::memory_order_acquire)) return;
  setlist_ = coming_setlist_;
  setlist_coming_.store(false, std::memory_order_release);
  if (setlist_.Find(wanted_.preset) < 0) ForgetPreset();
  setlist_changed_ = true;
}

// Told again as soon as the publisher has read the one before.
void Engine::SharePresets() PEDAL_REALTIME {
  if (!setlist_changed_ || setlist_shared_.load(std::memory_order_acquire)) return;
  shared_setlist_ = setlist_;
  setlist_shared_.store(true, std::memory_order_release);
  setlist_changed_ = false;
  ++revision_;  // who misses the list sees the gap
  if (num_setlist_requests_ == 0) Emit(EventNow(EventKind::kPresets, 0, clock_));
  for (int r = 0; r < num_setlist_requests_; ++r)
    Emit(EventNow(EventKind::kPresets, setlist_requests_[r], clock_));
  num_setlist_requests_ = 0;
}

// An answer waits until the publisher can read the list that it tells.
void Engine::AnswerSetlist(int request) PEDAL_REALTIME {
  if (setlist_changed_ && num_setlist_requests_ < kMaxSetlistRequests && request != 0)
    setlist_requests_[num_setlist_requests_++] = request;
  else if (!setlist_changed_ || request != 0)
    Emit(EventNow(EventKind::kPresets, request, clock_));
  SharePresets();
}

void Engine::ApplyToSetlist(const Intent& intent) PEDAL_REALTIME {
  const int count = setlist_.count;
  const int here = setlist_.Find(wanted_.preset);
  bool done = true;
  switch (intent.kind) {
    case IntentKind::kPresetLoad:
      return Recall(setlist_.Find(intent.id), intent);
    case IntentKind::kPresetNext:
      return Recall(count == 0 ? -1 : (here + 1) % count, intent);
    case IntentKind::kPresetPrevious:
      return Recall(here > 0 ? here - 1 : count - 1, intent);
    case IntentKind::kPresetSave:
      return SavePreset(intent);
    case IntentKind::kPresetDelete:
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
      return AnswerSetlist(intent.request);
  }
  if (!done) return EmitRejected(intent, Reason::kUnknownPreset);
  setlist_changed_ = true;
  AnswerSetlist(intent.request);
}

// Effect and block change like any wish, by one fade; parameters glide at once.
void Engine::Recall(int index, const Intent& intent) PEDAL_REALTIME {
  if (index < 0) return EmitRejected(intent, Reason::kUnknownPreset);
  const Preset& preset = setlist_.presets[index];
  const bool clean = std::strcmp(preset.effect, "clean") == 0;
  const int effect = clean ? kClean : bank_ ? bank_->Find(preset.effect) : kNoEffect;
  if (effect < 0 && !clean) return EmitRejected(intent, Reason::kUnknownEffect);
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
  setlist_changed_ = true;
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

void Engine::TurnKnob(const Intent& intent) PEDAL_REALTIME {
  const int p = static_cast<int>(intent.param);
  Takeover& takeover = takeovers_[p];
  const float target = state_.params[p], band = BandOf(intent.param);
  if (intent.kind == IntentKind::kKnobRest)
    takeover.Rest(intent.number, target, band);
  else if (takeover.Turn(intent.number, target, band))
    MoveParam(intent.param, intent.number, 0);
  else
    state_.waiting_turned = clock_;
  const bool waited = (state_.waiting >> p) & 1u;
  const bool tell = clock_ - takeover_told_ >= kTellEvery;
  if (takeover.pending() != waited) return ToggleTakeover(intent.param);
  if (!waited || !tell) return;
  TellTakeover(intent.param);
}

// After something else than its knob has moved a parameter.
void Engine::NoteTakeover(ParamId id) PEDAL_REALTIME {
  const int p = static_cast<int>(id);
  Takeover& takeover = takeovers_[p];
  takeover.Moved(state_.params[p], BandOf(id));
  const bool waited = (state_.waiting >> p) & 1u;
  if (takeover.pending() != waited) ToggleTakeover(id);
}

// A change like any other: it has a revision, so that a gap tells who missed it.
void Engine::ToggleTakeover(ParamId id) PEDAL_REALTIME {
  state_.waiting ^= 1u << static_cast<int>(id);
  ++revision_;
  TellTakeover(id);
}

void Engine::TellTakeover(ParamId id) PEDAL_REALTIME {
  takeover_told_ = clock_;
  Event event = EventNow(EventKind::kTakeover, 0, clock_);
  event.param = id;
  event.number = takeovers_[static_cast<int>(id)].knob();
  Emit(event);
}

// A snapshot holds no knobs: those that wait are told behind it, and twice a second.
void Engine::TellWaiting() PEDAL_REALTIME {
  for (int p = 0; p < protocol::kNumParams; ++p)
    if ((state_.waiting >> p) & 1u) TellTakeover(static_cast<ParamId>(p));
}

void Engine::RemindOfTakeovers() PEDAL_REALTIME {
  if (state_.waiting != 0 && clock_ - takeover_told_ >= kTellAgain) TellWaiting();
}

}  // namespace pedal
