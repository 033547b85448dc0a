// The pedal's reflexes: a model that breaks or costs too much is left at once, and a
// bank is swapped while playing.
#include <cstring>

#include "engine/engine.h"

namespace pedal {

bool Engine::Tripped(const Playable* playable) const PEDAL_REALTIME {
  return playable && (playable == tripped_[0] || playable == tripped_[1]);
}

void Engine::Raise(Fault fault, const Playable* playable, int effect) PEDAL_REALTIME {
  if (fault_effect_ != effect) {
    retried_ = false;
    tripped_[0] = tripped_[1] = nullptr;
  }
  if (!Tripped(playable)) tripped_[tripped_[0] ? 1 : 0] = playable;
  fault_effect_ = effect;
  probation_end_ = 0;
  const SampleTime grid_point = clock_ - clock_ % kGrid;  // the same for every period
  retry_at_ = grid_point + kRetryAfter;
  state_.fault = fault;
  old_fault_ = false;
  ++revision_;
  Emit(EventNow(EventKind::kAlarm, fault_request_, grid_point));
  fault_request_ = 0;
}

// The sounding model goes at once: it is the one that costs; where another comes, that
// one.
void Engine::Overload() PEDAL_REALTIME {
  late_running_ = 0;
  if (phase_ == Phase::kWarming && PathOf(wanted_) == voices_[current_].path()) {
    phase_ = Phase::kSteady;  // only foreseen: its time is given back, without a word
    foresight_end_ = 0;
    return;
  }
  Voice& incoming = voices_[1 - current_];
  if (phase_ != Phase::kSteady && incoming.path().kind == PathKind::kModel) {
    const Playable* coming = incoming.path().playable;
    if (phase_ == Phase::kWarming)
      phase_ = Phase::kSteady;
    else
      incoming.Trip();
    return Raise(Fault::kOverload, coming, incoming_.effect);
  }
  Voice& current = voices_[current_];
  // What is being left is gone within 10 ms.
  if (phase_ == Phase::kFading || current.path().kind != PathKind::kModel) return;
  const Playable* playing = current.path().playable;
  current.Trip();
  Raise(Fault::kOverload, playing, true_.effect);
}

void Engine::ReportBlock(bool late) PEDAL_REALTIME {
  late_running_ = late ? late_running_ + 1 : 0;
  if (late_running_ >= kLateBlocksToTrip) Overload();
}

// One retry after two seconds; a second's probation ends the fault, as does going to
// another effect.
void Engine::StepFault() PEDAL_REALTIME {
  if (state_.fault != Fault::kNan && state_.fault != Fault::kOverload) return;
  if (old_fault_) return;
  if (true_.effect != fault_effect_ && wanted_.effect != fault_effect_)
    return ClearFault();
  if (true_.bypass) {  // nothing is tried unheard
    retry_at_ += kGrid;
    if (probation_end_ != 0) probation_end_ += kGrid;
    return;
  }
  if (probation_end_ != 0) {
    if (clock_ >= probation_end_) ClearFault();
  } else if (!retried_ && clock_ >= retry_at_) {
    retried_ = true;
    tripped_[0] = tripped_[1] = nullptr;
    probation_end_ = clock_ + kProbation;
  }
}

void Engine::ForgetFault() PEDAL_REALTIME {
  tripped_[0] = tripped_[1] = nullptr;
  fault_effect_ = kNoEffect;
  probation_end_ = 0;
  retried_ = false;
}

void Engine::ClearFault() PEDAL_REALTIME {
  ForgetFault();
  state_.fault = Fault::kNone;
  ++revision_;
  Emit(EventNow(EventKind::kRecovered, 0, clock_));
}

bool Engine::OfferBank(const Bank* bank) {
  const Bank* none = nullptr;
  return offered_.compare_exchange_strong(none, bank);
}

const Bank* Engine::TakeRetiredBank() { return retired_.exchange(nullptr); }

// The voices still play the old bank, and state_ tells of it until the fade begins; it
// is retired when that is over. The effect stays where both have it.
void Engine::TakeOfferedBank() PEDAL_REALTIME {
  if (leaving_ || phase_ != Phase::kSteady) return;
  const Bank* bank = offered_.exchange(nullptr);
  if (!bank) return;
  const bool was_clean = wanted_.effect == kClean;
  char wish[kIdSize];
  std::strcpy(wish, asked_[0] ? IdOf(wanted_.effect) : state_.effect);
  leaving_ = bank_;
  bank_ = bank;
  foresight_end_ = 0;  // of an effect of the bank before
  true_.effect = std::strcmp(state_.effect, "clean") == 0 ? kClean : kNoEffect;
  const int same = bank_->Find(wish);
  const int other = IndexOf(leaving_ ? "" : config_.effect);
  if (same < 0 && !was_clean) ForgetWish(0, Intent());
  wanted_.effect = was_clean ? kClean : same >= 0 ? same : other;
  ForgetFault();
  old_fault_ = true;
}

// From now on state_ is that of the new bank; a fault of the one before is over.
void Engine::TellBank() PEDAL_REALTIME {
  told_ = bank_;
  state_.bank = bank_->number;
  if (old_fault_) state_.fault = Fault::kNone;
  old_fault_ = false;
}

void Engine::RetireBank() PEDAL_REALTIME {
  const bool gone = told_ == bank_ && phase_ == Phase::kSteady;
  if (!leaving_ || !gone || retired_.load() != nullptr) return;
  retired_.store(leaving_);
  leaving_ = nullptr;
}

int Engine::IndexOf(const char* id) const PEDAL_REALTIME {
  if (std::strcmp(id, "clean") == 0) return kClean;
  const int found = bank_ ? bank_->Find(id) : -1;
  if (found >= 0) return found;
  return bank_ && !bank_->effects.empty() ? 0 : kNoEffect;
}

}  // namespace pedal
