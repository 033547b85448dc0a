// Knobs and the expression pedal: one that something else left behind waits until it
// has passed its parameter's value.
#include "engine/curve.h"
#include "engine/engine.h"

namespace pedal {

using protocol::ParamId;

namespace {

constexpr SampleTime kTellEvery = kSampleRate / 20;  // of a waiting knob, of a sweep
constexpr SampleTime kTellAgain = kSampleRate / 2;  // of one at rest: a page may be new
constexpr SampleTime kEchoEvery = kSampleRate / 50;  // of a turned knob
constexpr float kThere = 0.01f;  // of the range: a knob this near needs no takeover
constexpr SampleTime kLongestSweep = 60 * kSampleRate;  // whoever began it has left

float BandOf(ParamId id) PEDAL_REALTIME {
  const protocol::Param& param = protocol::kParams[static_cast<int>(id)];
  return kThere * (param.max - param.min);
}

bool IsRest(const Intent& intent) PEDAL_REALTIME {
  return intent.kind == IntentKind::kKnobRest || intent.kind == IntentKind::kPedalRest;
}

}  // namespace

// The one that a player is told of, where knob and pedal move the same parameter: that
// which moved last.
Takeover& Engine::TakeoverOf(ParamId id) PEDAL_REALTIME {
  const bool shared = state_.expression.param == static_cast<int>(id);
  return shared && pedal_last_ ? pedal_takeover_ : takeovers_[static_cast<int>(id)];
}

void Engine::TurnKnob(const Intent& intent) PEDAL_REALTIME {
  const int p = static_cast<int>(intent.param);
  if (!IsRest(intent) && state_.expression.param == p) pedal_last_ = false;
  Turn(&takeovers_[p], intent);
}

void Engine::Turn(Takeover* takeover, const Intent& intent) PEDAL_REALTIME {
  const ParamId id = intent.param;
  const float target = state_.params[static_cast<int>(id)], band = BandOf(id);
  if (IsRest(intent)) {
    takeover->Rest(intent.number, target, band);
  } else if (takeover->Turn(intent.number, target, band)) {
    MoveByKnob(id, intent.number);
    Takeover& knob = takeovers_[static_cast<int>(id)];
    if (takeover != &knob) knob.Moved(intent.number, band);
    if (takeover != &pedal_takeover_ && state_.expression.param == static_cast<int>(id))
      pedal_takeover_.Moved(intent.number, band);
  } else {
    state_.waiting_turned = clock_;
  }
  const bool due = clock_ - takeover_told_ >= kTellEvery;
  TellTakeover(id, takeover == &TakeoverOf(id) && takeover->pending() && due);
}

// After something else than its knob has moved a parameter.
void Engine::NoteTakeover(ParamId id) PEDAL_REALTIME {
  const int p = static_cast<int>(id);
  takeovers_[p].Moved(state_.params[p], BandOf(id));
  if (state_.expression.param == p) pedal_takeover_.Moved(state_.params[p], BandOf(id));
  TellTakeover(id, false);
}

// Where it began or ended to wait; `again` tells of one that still waits.
void Engine::TellTakeover(ParamId id, bool again) PEDAL_REALTIME {
  const unsigned bit = 1u << static_cast<int>(id);
  const Takeover& takeover = TakeoverOf(id);
  const bool waited = (state_.waiting & bit) != 0;
  if (takeover.pending() == waited && !(waited && again)) return;
  state_.waiting = takeover.pending() ? state_.waiting | bit : state_.waiting & ~bit;
  takeover_told_ = clock_;
  EmitTakeover(id);
}

void Engine::EmitTakeover(ParamId id) PEDAL_REALTIME {
  ++revision_;
  Event event = EventNow(EventKind::kTakeover, 0, clock_);
  event.param = id;
  event.number = TakeoverOf(id).knob();
  Emit(event);
}

// Those that wait are told twice a second too: a page may have missed it.
void Engine::RemindOfTakeovers() PEDAL_REALTIME {
  if (state_.waiting == 0 || clock_ - takeover_told_ < kTellAgain) return;
  takeover_told_ = clock_;
  for (int p = 0; p < protocol::kNumParams; ++p)
    if ((state_.waiting >> p) & 1u) EmitTakeover(static_cast<ParamId>(p));
}

// Moves a parameter by hand or foot: heard at once, told when its turn comes.
void Engine::MoveByKnob(ParamId id, float value) PEDAL_REALTIME {
  SetParam(id, value);
  untold_ |= 1u << static_cast<int>(id);
}

// A knob's echoes: not more of them than a screen can show, and always the last one.
void Engine::StepTelling() PEDAL_REALTIME {
  for (int p = 0; p < protocol::kNumParams; ++p) {
    const bool due = clock_ - param_told_[p] >= kEchoEvery;
    if (((untold_ >> p) & 1u) && due) TellParam(static_cast<ParamId>(p), 0);
  }
}

void Engine::ApplyToPedal(const Intent& intent) PEDAL_REALTIME {
  Expression& pedal = state_.expression;
  if (intent.kind == IntentKind::kExpressionCalibrate) return Calibrate(intent);
  if (intent.kind == IntentKind::kExpressionParam && pedal.param != intent.value) {
    const int left = pedal.param;
    pedal.param = intent.value;
    pedal_last_ = false;
    if (left >= 0) TellTakeover(static_cast<ParamId>(left), false);
    pedal_takeover_ = Takeover();
    if (pedal.moves()) {  // where it stands, it does not move the new one yet
      Intent rest;
      rest.kind = IntentKind::kPedalRest;
      rest.number = pedal.position;
      MovePedal(rest);
    }
  }
  EmitChange(EventKind::kExpression, intent.request);
}

void Engine::Calibrate(const Intent& intent) PEDAL_REALTIME {
  Expression& pedal = state_.expression;
  if (intent.value != 0) {
    sweep_.Reset();
    pedal.calibrating = 1;
    sweep_told_ = clock_;
    sweep_end_ = clock_ + kLongestSweep;
    return EmitChange(EventKind::kExpression, intent.request);
  }
  if (!pedal.calibrating) return EmitRejected(intent, Reason::kNotSwept);
  pedal.calibrating = 0;
  const float span = sweep_.span();
  if (span < Sweep::kLeast) {
    EmitRejected(intent, Reason::kSweptTooLittle, "", static_cast<int>(100.0f * span));
    return EmitChange(EventKind::kExpression, 0);
  }
  pedal.low = sweep_.low();
  pedal.high = sweep_.high();
  const float share = (pedal.position - pedal.low) / (pedal.high - pedal.low);
  pedal.position = share < 0.0f ? 0.0f : share > 1.0f ? 1.0f : share;
  pedal_takeover_ = Takeover();  // the next reading tells where it stands
  EmitChange(EventKind::kExpression, intent.request);
}

void Engine::MovePedal(const Intent& intent) PEDAL_REALTIME {
  Expression& pedal = state_.expression;
  pedal.position = intent.number;
  if (pedal.calibrating) {
    sweep_.Feed(intent.number, clock_);
    if (clock_ - sweep_told_ < kTellEvery) return;
    sweep_told_ = clock_;
    return EmitChange(EventKind::kExpression, 0);
  }
  if (!pedal.moves()) return;
  Intent turn = intent;
  turn.param = static_cast<ParamId>(pedal.param);
  turn.number = ValueAt(protocol::kParams[pedal.param], intent.number);
  if (!IsRest(intent)) pedal_last_ = true;
  Turn(&pedal_takeover_, turn);
}

// A sweep that nobody ends is given up; the pedal plays as it did before.
void Engine::EndLateSweep() PEDAL_REALTIME {
  if (!state_.expression.calibrating || clock_ < sweep_end_) return;
  state_.expression.calibrating = 0;
  EmitChange(EventKind::kExpression, 0);
}

}  // namespace pedal
