// The dearest that a player hears every day: two models of 40 units at block 1, fading
// from one to the other in the whole engine at period 64, again and again.
#include <cstring>

#include "bench/cases.h"
#include "bench/networks.h"
#include "engine/engine.h"

namespace pedal_bench {
namespace {

constexpr int kPeriod = 64;
constexpr int kUnits = 40;
// A change runs in 8 ms unheard and 10 ms of fade; the next grid point begins another.
constexpr int kChange =
    (pedal::kWarmUp + pedal::kFade + pedal::kGrid - 1) / pedal::kGrid * pedal::kGrid;

class Crossfader : public Player {
 public:
  Crossfader() {
    bank_.effects.resize(2);
    for (int i = 0; i < 2; ++i) {
      pedal::Effect& effect = bank_.effects[static_cast<std::size_t>(i)];
      std::strcpy(effect.id, i ? "two" : "one");
      effect.block1.reset(new pedal::Playable);
      effect.block1->Prepare(RandomLstm(kUnits, 1), 1.0f, {});
    }
    pedal::EngineConfig config;
    config.start_fade = pedal::StartFade::kOff;
    engine_->Prepare(config);
    engine_->StartWith(&bank_);
  }

  void Play(const float* in, int frames, float* out) override {
    float right[kPeriod];
    for (int at = 0; at + kPeriod <= frames; at += kPeriod) {
      if (engine_->clock() + kPeriod > next_) Select();
      engine_->Process(in + at, out + at, right, kPeriod);
      while (engine_->PeekEvent()) engine_->PopEvent();
    }
  }

 private:
  void Select() {
    pedal::Intent intent;
    intent.kind = pedal::IntentKind::kEffectSelect;
    intent.time = next_;
    second_ = !second_;
    std::strcpy(intent.id, second_ ? "two" : "one");
    engine_->Push(pedal::Source::kControls, intent);
    next_ += kChange;
  }

  pedal::Bank bank_;
  std::unique_ptr<pedal::Engine> engine_{new pedal::Engine};
  pedal::SampleTime next_ = 0;
  bool second_ = false;
};

}  // namespace

Case Crossfade() {
  Case made;
  made.name = "crossfade";
  made.frames = 1 << 14;
  Case::Subject subject;
  subject.name = "pedal";
  subject.player.reset(new Crossfader);
  made.subjects.push_back(std::move(subject));
  return made;
}

}  // namespace pedal_bench
