// The pedal's mind: intents become wishes, wishes become voices that warm up and fade,
// fades become truths.
#include <cstring>

#include "engine/curve.h"
#include "engine/engine.h"
#include "engine/finite.h"

namespace pedal {

using protocol::ParamId;

namespace {

// Restarts of a warm-up may add no more than this to it, however fast the presses
// come.
constexpr int kMostHurry = 2 * kWarmUp;

// Of one queue at one grid point: a flood is worked off, not swallowed whole.
constexpr int kMostIntents = 64;

int FieldOf(EventKind kind) {
  return static_cast<int>(kind);
}  // kEffect, kBypass, kBlock, kPreset: 0, 1, 2, 3

float Clamp(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}

}  // namespace

void Engine::DrainQueues() PEDAL_REALTIME {
  for (auto& queue : queues_) {
    for (int taken = 0; taken < kMostIntents; ++taken) {
      const Intent* intent = queue.Peek();
      if (!intent || intent->time > clock_) break;
      Apply(*intent);
      queue.Pop();
    }
  }
}

void Engine::Apply(const Intent& intent) PEDAL_REALTIME {
  if (intent.wrong != Reason::kNone)
    return EmitRejected(intent, intent.wrong, intent.name);
  if (intent.foreseen) return Foresee(intent);
  if (intent.or_off && Holds(intent)) return Apply(IntentOf(intent.gesture.off));
  switch (intent.kind) {
    case IntentKind::kEffectSelect:
    case IntentKind::kEffectNext:
    case IntentKind::kEffectClean: {
      const int effect = EffectMeant(intent);
      if (effect == kNoEffect) return EmitRejected(intent, Reason::kUnknownEffect);
      return Wish(EventKind::kEffect, intent, effect);
    }
    case IntentKind::kBypass:
      return Wish(EventKind::kBypass, intent, intent.value != 0);
    case IntentKind::kBypassToggle:
      return Wish(EventKind::kBypass, intent, !wanted_.bypass);
    case IntentKind::kModelBlock:
      return Wish(EventKind::kBlock, intent, intent.value == kGrid ? kGrid : 1);
    case IntentKind::kParamSet:
      MoveParam(intent.param, intent.number, intent.request);
      return NoteTakeover(intent.param);
    case IntentKind::kKnobRest:
    case IntentKind::kKnobTurn:
      return TurnKnob(intent);
    case IntentKind::kStateGet:
      return EmitSnapshot(intent.request);
    case IntentKind::kPresetLoad:
    case IntentKind::kPresetNext:
    case IntentKind::kPresetPrevious:
    case IntentKind::kPresetSave:
    case IntentKind::kPresetDelete:
    case IntentKind::kPresetMove:
    case IntentKind::kParamKeep:
    case IntentKind::kPresetsGet:
      return ApplyToSetlist(intent);
    case IntentKind::kPresetsBackup:
      return TellMemory(EventKind::kBackup, intent.request);
    case IntentKind::kNothing:
    case IntentKind::kPresetsExport:
    case IntentKind::kPresetsImport:
    case IntentKind::kPresetsRestore:
    case IntentKind::kFootswitch:
    case IntentKind::kInjectUnderrun:
    case IntentKind::kInjectBurn:
    case IntentKind::kMonitorSubscribe:
    case IntentKind::kMonitorLeave:
    case IntentKind::kBankLoad:
      return;  // files, texts and consoles are no matter of the engine's
    case IntentKind::kBanksGet:
      return EmitChange(EventKind::kBanks, intent.request);
    case IntentKind::kGesturesGet:
    case IntentKind::kGestureSet:
    case IntentKind::kGestureClear:
    case IntentKind::kGesturesReset:
      return ApplyToFeet(intent);
    case IntentKind::kExpressionGet:
    case IntentKind::kExpressionParam:
    case IntentKind::kExpressionCalibrate:
      return ApplyToPedal(intent);
    case IntentKind::kPedalRest:
    case IntentKind::kPedalTurn:
      return MovePedal(intent);
    case IntentKind::kInjectNan:
    case IntentKind::kInjectOverload:
      if (fault_request_ != 0 || phase_ != Phase::kSteady ||
          voices_[current_].path().kind != PathKind::kModel)
        return EmitRejected(intent, Reason::kNoModel);
      fault_request_ = intent.request;
      if (intent.kind == IntentKind::kInjectOverload) return Overload();
      return voices_[current_].InjectNan();
  }
}

void Engine::Wish(EventKind field, const Intent& intent, int value) PEDAL_REALTIME {
  const int f = FieldOf(field);
  ForgetWish(f, intent);
  (f == 0 ? wanted_.effect : f == 1 ? wanted_.bypass : wanted_.block) = value;
  asked_[f] = true;
  requests_[f] = intent.request;
  asked_by_[f] = intent.kind;
}

void Engine::ForgetWish(int field, const Intent& intent) PEDAL_REALTIME {
  if (asked_[field] && requests_[field] != 0) {
    Intent older = intent;
    older.request = requests_[field];
    older.kind = asked_by_[field];
    EmitRejected(older, Reason::kSuperseded);
  }
  asked_[field] = false;
}

void Engine::MoveParam(ParamId id, float value, int request) PEDAL_REALTIME {
  SetParam(id, value);
  TellParam(id, request);
}

void Engine::TellParam(ParamId id, int request) PEDAL_REALTIME {
  untold_ &= ~(1u << static_cast<int>(id));
  param_told_[static_cast<int>(id)] = clock_;
  ++revision_;
  Event event = EventNow(EventKind::kParam, request, clock_);
  event.param = id;
  Emit(event);
}

// True where the latest wish is already what this intent asks for.
bool Engine::Holds(const Intent& intent) const PEDAL_REALTIME {
  switch (intent.kind) {
    case IntentKind::kEffectSelect:
      return std::strcmp(IdOf(wanted_.effect), intent.id) == 0;
    case IntentKind::kEffectClean:
      return wanted_.effect == kClean;
    case IntentKind::kBypass:
      return wanted_.bypass == (intent.value != 0);
    case IntentKind::kModelBlock:
      return wanted_.block == intent.value;
    case IntentKind::kParamSet:
      return state_.params[static_cast<int>(intent.param)] == intent.number;
    case IntentKind::kPresetLoad:
      return std::strcmp(wanted_.preset, intent.id) == 0;
    default:
      return false;
  }
}

void Engine::SetParam(ParamId id, float value) PEDAL_REALTIME {
  const protocol::Param& param = protocol::kParams[static_cast<int>(id)];
  if (!IsFinite(value)) value = param.initial;
  value = Clamp(value, param.min, param.max);
  state_.params[static_cast<int>(id)] = value;
  positions_[static_cast<int>(id)].SetTarget(Position(id));
  switch (id) {
    case ParamId::kTrim:
      return trim_.SetTarget(FromDecibel(value));
    case ParamId::kDrive:
      return;  // of models alone
    case ParamId::kTone:
      low_.SetTarget(FromDecibel(-0.5f * value));
      return high_.SetTarget(FromDecibel(0.5f * value));
    case ParamId::kLevel:
      return level_.SetTarget(FromDecibel(value));
    case ParamId::kGate:  // at its lowest the gate is off
      return threshold_.SetTarget(value > param.min ? FromDecibel(value) : 0.0f);
  }
}

void Engine::SnapParams() PEDAL_REALTIME {
  for (Smoother* smoother : {&trim_, &low_, &high_, &level_, &threshold_})
    smoother->Reset(smoother->target());
  for (Smoother& position : positions_) position.Reset(position.target());
}

float Engine::Position(ParamId id) const PEDAL_REALTIME {
  const int p = static_cast<int>(id);
  return pedal::PositionOf(protocol::kParams[p], state_.params[p]);
}

Path Engine::PathOf(const Selection& selection) const PEDAL_REALTIME {
  Path path;
  if (selection.block == kGrid) path.delay = bank_ ? bank_->BlockDelay() : kBlockDelay;
  if (selection.bypass || selection.effect == kNoEffect) return path;
  if (selection.effect == kClean) {
    path.kind = PathKind::kClean;
    return path;
  }
  const Effect& effect = bank_->effects[static_cast<std::size_t>(selection.effect)];
  const Playable* wish = effect.ModelFor(selection.block);
  const Playable* plays = wish;
  if (Tripped(wish)) {
    const Playable* other =
        wish == effect.block1.get() ? effect.block16.get() : effect.block1.get();
    const bool cheaper =
        other && other->model().macs_per_sample() < wish->model().macs_per_sample();
    plays = cheaper && !Tripped(other) ? other : nullptr;
  }
  if (!plays) return path;
  path.kind = PathKind::kModel;
  path.playable = plays;
  const Model& model = plays->model();
  if (model.frames() == kGrid && !model.is_cascade()) path.delay = kBlockDelay;
  return path;
}

void Engine::StepPath() PEDAL_REALTIME {
  if (phase_ == Phase::kFading) return;
  const Selection& aim = Foresees() ? foreseen_ : wanted_;
  const Path target = PathOf(aim);
  if (phase_ == Phase::kWarming) {
    phase_left_ -= kGrid;
    if (behind_ > 0) ++behind_;  // the grid that just ended
    const bool still = target == voices_[1 - current_].path();
    if (still) {
      incoming_ = aim;
    } else if (target == voices_[current_].path()) {
      phase_ = Phase::kSteady;
    } else if (hurried_ < kMostHurry) {
      Begin(aim);
    }
  }
  if (phase_ == Phase::kSteady) {
    hurried_ = 0;
    if (target == voices_[current_].path()) {
      true_ = wanted_;
      return MakeTrue(clock_);
    }
    Begin(aim);
  }
  hurried_ += kGrid;
  CatchUp();
  if (phase_ != Phase::kWarming || phase_left_ > 0) return;
  SwallowInjection();
  true_ = incoming_;
  MakeTrue(clock_);
  phase_ = Phase::kFading;
  phase_left_ = kFade;
}

// A model that is being left can't raise an alarm any more.
void Engine::SwallowInjection() PEDAL_REALTIME {
  if (fault_request_ == 0) return;
  Intent swallowed;
  swallowed.kind = IntentKind::kInjectNan;
  swallowed.request = fault_request_;
  fault_request_ = 0;
  EmitRejected(swallowed, Reason::kNoModel);
}

void Engine::Begin(const Selection& aim) PEDAL_REALTIME {
  const Path path = PathOf(aim);
  float positions[protocol::kNumParams];
  for (int p = 0; p < protocol::kNumParams; ++p)
    positions[p] = Position(static_cast<ParamId>(p));
  Voice& incoming = voices_[1 - current_];
  const Voice& current = voices_[current_];
  incoming.Start(path, StartFrom::kRest, positions);
  behind_ = 0;
  if (path.kind == current.path().kind && path.playable == current.path().playable)
    incoming.Adopt(current);
  else if (path.kind == PathKind::kModel && path.playable->model().frames() == kGrid)
    behind_ = kCatchUpGrids;
  incoming_ = aim;
  phase_ = Phase::kWarming;
  phase_left_ = path.kind == PathKind::kDry ? 0 : kWarmUp;
}

// Plays the next grids of history, or what is left of it, through the incoming voice.
void Engine::CatchUp() PEDAL_REALTIME {
  float unheard[kGrid];
  Voice& incoming = voices_[1 - current_];
  for (int grid = 0; grid < kCatchUpRate && behind_ > 0; ++grid, --behind_) {
    const Playable* coming = incoming.path().playable;
    const Grid& past =
        history_[(clock_ / kGrid + kHistoryGrids - behind_) % kHistoryGrids];
    if (!incoming.Process(past, 0, kGrid, unheard)) return DropIncoming(coming);
  }
}

void Engine::MakeTrue(SampleTime time) PEDAL_REALTIME {
  const bool new_bank = told_ != bank_;
  if (new_bank) TellBank();
  const int delay = PathOf(true_).delay;
  const bool moved = delay != state_.delay;
  state_.delay = delay;
  const char* id = IdOf(true_.effect);
  const bool changed_effect = std::strcmp(state_.effect, id) != 0;
  const bool changed_bypass = state_.bypass != true_.bypass;
  const bool changed_block = state_.block != true_.block;
  if (changed_effect) std::memcpy(state_.effect, id, std::strlen(id) + 1);
  state_.bypass = true_.bypass;
  state_.block = true_.block;
  bool changed_preset = std::strcmp(state_.preset, true_.preset) != 0;
  if (changed_preset) std::memcpy(state_.preset, true_.preset, kIdSize);
  const int unsaved = LeftPreset();
  changed_preset = state_.preset[0] && (changed_preset || unsaved != state_.unsaved);
  state_.unsaved = unsaved;
  if (new_bank) {  // who asked for it sees the effects with the sound
    ++revision_;
    EmitSnapshot(bank_->request);
  }
  const bool changed[kNumFields] = {changed_effect, changed_bypass, changed_block,
                                    changed_preset};
  const EventKind kinds[kNumFields] = {EventKind::kEffect, EventKind::kBypass,
                                       EventKind::kBlock, EventKind::kPreset};
  const bool met[kNumFields] = {
      wanted_.effect == true_.effect, wanted_.bypass == true_.bypass,
      wanted_.block == true_.block, std::strcmp(wanted_.preset, true_.preset) == 0};
  for (int f = 0; f < kNumFields; ++f) {
    const bool answers = asked_[f] && met[f];
    if (!changed[f] && !answers) continue;
    ++revision_;  // of its own even where it changes nothing: else it would look to who
                  // lost the echo before it as if it were that one
    Emit(EventNow(kinds[f], answers ? requests_[f] : 0, time));
    if (answers) asked_[f] = false;
  }
  if (!moved || changed[2] || new_bank)
    return;  // a spare model may lie at another delay
  ++revision_;
  EmitSnapshot(0);
}

const char* Engine::IdOf(int effect) const PEDAL_REALTIME {
  if (effect == kClean) return "clean";
  return effect >= 0 ? bank_->effects[static_cast<std::size_t>(effect)].id : "";
}

Event Engine::EventNow(EventKind kind, int request, SampleTime time) PEDAL_REALTIME {
  Event event;
  event.kind = kind;
  event.revision = revision_;
  event.request = request;
  event.time = time;
  event.state = state_;
  return event;
}

void Engine::Emit(const Event& event) PEDAL_REALTIME {
  if (!events_.Push(event)) events_lost_.fetch_add(1, std::memory_order_relaxed);
}

// What is no sound: a list, a knob, the pedal. Answers and repeats have a revision of
// their own too, so that none of them looks like a change that was lost.
void Engine::EmitChange(EventKind kind, int request) PEDAL_REALTIME {
  ++revision_;
  Emit(EventNow(kind, request, clock_));
}

// With all knobs that wait, as it holds none.
void Engine::EmitSnapshot(int request) PEDAL_REALTIME {
  Emit(EventNow(EventKind::kSnapshot, request, clock_));
  for (int p = 0; p < protocol::kNumParams; ++p)
    if ((state_.waiting >> p) & 1u) EmitTakeover(static_cast<ParamId>(p));
}

void Engine::EmitRejected(const Intent& intent, Reason reason, const char* word,
                          int value) PEDAL_REALTIME {
  Event event = EventNow(EventKind::kRejected, intent.request, clock_);
  std::strncpy(event.word, word, kIdSize - 1);
  event.value = value;
  event.reason = reason;
  event.rejected = intent.kind;
  Emit(event);
}

}  // namespace pedal
