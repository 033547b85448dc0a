// The pedal's time: splits blocks at grid points, and between them plays one voice or
// fades two.
#include "engine/engine.h"

#include <cstring>

#include "engine/finite.h"

namespace pedal {

using protocol::ParamId;

constexpr int Engine::kClean;
constexpr int Engine::kNoEffect;
constexpr int Engine::kNumFields;

EngineConfig::EngineConfig() {
  for (int p = 0; p < protocol::kNumParams; ++p)
    params[p] = protocol::kParams[p].initial;
}

void Engine::Prepare(const EngineConfig& config) {
  config_ = config;
  for (Voice& voice : voices_) voice.Prepare(config.chain);
  gate_.Prepare();
  gate_.Reset();
  for (int i = 0; i < kFade; ++i) fade_[i] = RaisedCosine(i, kFade);
  const auto smooth = [](Smoother* smoother, ParamId id) {
    smoother->Prepare(protocol::kParams[static_cast<int>(id)].smooth_ms);
  };
  smooth(&trim_, ParamId::kTrim);
  smooth(&low_, ParamId::kTone);
  smooth(&high_, ParamId::kTone);
  smooth(&level_, ParamId::kLevel);
  smooth(&threshold_, ParamId::kGate);
  for (int p = 0; p < protocol::kNumParams; ++p)
    smooth(&positions_[p], static_cast<ParamId>(p));
  for (int p = 0; p < protocol::kNumParams; ++p)
    SetParam(static_cast<ParamId>(p), config.params[p]);
  SnapParams();
  true_.block = wanted_.block = state_.block = config.block;
  true_.bypass = wanted_.bypass = state_.bypass = config.bypass;
  for (Selection* selection : {&true_, &wanted_})
    std::memcpy(selection->preset, config.preset, kIdSize);
  std::memcpy(state_.preset, config.preset, kIdSize);
  state_.expression = config.expression;
  state_.fault = Fault::kNoBank;
  start_left_ = config.start_fade == StartFade::k100ms ? kStartFade : 0;
  const bool clean = std::strcmp(config.effect, "clean") == 0;
  if (clean) true_.effect = wanted_.effect = kClean;
  if (clean) std::strcpy(state_.effect, "clean");
  voices_[current_].Start(PathOf(wanted_), StartFrom::kRest,
                          state_.params);  // dry: asks no knob
  state_.delay = voices_[current_].path().delay;
}

void Engine::StartWith(const Bank* bank) {
  told_ = bank_ = bank;
  state_.bank = bank ? bank->number : 0;
  state_.fault = bank ? Fault::kNone : Fault::kNoBank;
  wanted_.effect = true_.effect = IndexOf(config_.effect);
  const char* id = IdOf(true_.effect);
  std::memcpy(state_.effect, id, std::strlen(id) + 1);
  float positions[protocol::kNumParams];
  for (int p = 0; p < protocol::kNumParams; ++p)
    positions[p] = Position(static_cast<ParamId>(p));
  const StartFrom from =
      config_.chain == Chain::kModelAlone ? StartFrom::kZero : StartFrom::kRest;
  voices_[current_].Start(PathOf(wanted_), from, positions);
  state_.delay = voices_[current_].path().delay;
}

bool Engine::Push(Source source, const Intent& intent) PEDAL_REALTIME {
  return queues_[static_cast<int>(source)].Push(intent);
}

void Engine::Process(const float* in, float* left, float* right,
                     int frames) PEDAL_REALTIME {
  float out[kGrid];
  for (int done = 0; done < frames;) {
    const int begin = static_cast<int>(clock_ % kGrid);
    if (begin == 0) AtGridPoint();
    const int end =
        begin + (frames - done < kGrid - begin ? frames - done : kGrid - begin);
    FillGrid(in + done, begin, end);
    PlayVoices(begin, end, out);
    if (start_left_ > 0 || stop_left_ >= 0) FadeEnds(begin, end, out);
    for (int i = begin; i < end; ++i, ++done) left[done] = right[done] = out[i];
    clock_ += end - begin;
  }
}

void Engine::AtGridPoint() PEDAL_REALTIME {
  const Grid* last = grid_;
  grid_ = &history_[clock_ / kGrid % kHistoryGrids];
  std::memcpy(grid_->last_raw, last->raw, sizeof last->raw);
  std::memcpy(grid_->last_shaped, last->shaped, sizeof last->shaped);
  TakeOfferedBank();
  TakeOfferedPresets();
  DrainQueues();
  EndLateSweep();
  StepTelling();
  StepFault();
  StepPath();
  SharePresets();
  RemindOfTakeovers();
  RetireBank();
  for (Smoother* smoother : {&trim_, &low_, &high_, &level_, &threshold_})
    smoother->AtGridPoint();
  for (Smoother& position : positions_) position.AtGridPoint();
}

void Engine::FillGrid(const float* in, int begin, int end) PEDAL_REALTIME {
  for (int i = begin; i < end; ++i) {
    const float raw = in[i - begin];
    grid_->raw[i] = IsFinite(raw) ? raw : 0.0f;
    const float sound = ClampTo(grid_->raw[i], kLoudest);  // dry stays as it is
    grid_->shaped[i] = gate_.Process(sound * trim_.At(i), threshold_.At(i));
    grid_->level[i] = level_.At(i);
    grid_->low[i] = low_.At(i);
    grid_->high[i] = high_.At(i);
    for (int p = 0; p < protocol::kNumParams; ++p)
      grid_->knobs[p][i] = positions_[p].At(i);
  }
}

void Engine::PlayVoices(int begin, int end, float* out) PEDAL_REALTIME {
  Voice& current = voices_[current_];
  const Playable* playing = current.path().playable;
  const bool fine = current.Process(*grid_, begin, end, out);
  // A model that breaks while it is being left has gone dry by itself, and is gone
  // within 10 ms.
  if (!fine && phase_ != Phase::kFading) Raise(Fault::kNan, playing, true_.effect);
  if (phase_ == Phase::kSteady) return;
  Voice& incoming = voices_[1 - current_];
  float other[kGrid];
  const Playable* coming = incoming.path().playable;
  if (behind_ > 0) return;  // still with the history
  if (!incoming.Process(*grid_, begin, end, other)) DropIncoming(coming);
  if (phase_ != Phase::kFading) return;
  for (int i = begin; i < end; ++i) {
    const float share = phase_left_ > 0 ? fade_[kFade - phase_left_] : 1.0f;
    out[i] += share * (other[i] - out[i]);
    if (phase_left_ == 0) out[i] = other[i];
    if (phase_left_ > 0) --phase_left_;
  }
  if (phase_left_ > 0) return;
  current_ = 1 - current_;
  phase_ = Phase::kSteady;
}

void Engine::FadeEnds(int begin, int end, float* out) PEDAL_REALTIME {
  for (int i = begin; i < end; ++i) {
    if (start_left_ > 0) {
      out[i] *= RaisedCosine(kStartFade - start_left_, kStartFade);
      --start_left_;
    }
    if (stop_left_ < 0) continue;
    out[i] *= stop_left_ > 0 ? RaisedCosine(stop_left_ - 1, kStartFade) : 0.0f;
    if (stop_left_ > 0) --stop_left_;
  }
}

void Engine::FadeOut() PEDAL_REALTIME {
  if (stop_left_ < 0) stop_left_ = kStartFade;
}

}  // namespace pedal
