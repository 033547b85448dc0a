// Small banks and signals for the tests: models of random weights, always the same.
#pragma once
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "controls/surface.h"
#include "engine/engine.h"

namespace toys {

inline std::vector<float> Random(std::mt19937* rng, std::size_t count, float scale) {
  std::uniform_real_distribution<float> uniform(-scale, scale);
  std::vector<float> values(count);
  for (float& v : values) v = uniform(*rng);
  return values;
}

// LSTM or GRU and a dense layer, contractive enough to be quiet when idle.
inline pedal::ModelSpec RandomSpec(pedal::LayerKind kind, int units, int frames,
                                   int knobs, unsigned seed) {
  std::mt19937 rng(seed);
  const std::size_t in = static_cast<std::size_t>(frames + knobs);
  const std::size_t h = static_cast<std::size_t>(units);
  const std::size_t gates = static_cast<std::size_t>(pedal::GatesOf(kind));
  pedal::ModelSpec spec;
  spec.frames = frames;
  spec.conditioning = knobs;
  pedal::LayerSpec layer;
  layer.kind = kind;
  layer.in = static_cast<int>(in);
  layer.out = units;
  layer.kernel = Random(&rng, in * gates * h, 1.5f);
  layer.recurrent =
      Random(&rng, h * gates * h, 1.0f / std::sqrt(static_cast<float>(h)));
  layer.bias = Random(&rng, (kind == pedal::LayerKind::kGru ? 2 : 1) * gates * h, 0.0f);
  pedal::LayerSpec dense;
  dense.in = units;
  dense.out = frames;
  dense.kernel = Random(&rng, h * static_cast<std::size_t>(frames), 0.7f);
  dense.bias = Random(&rng, static_cast<std::size_t>(frames), 0.0f);
  spec.layers = {layer, dense};
  return spec;
}

// A layer of random weights, of any kind.
inline pedal::LayerSpec RandomLayer(pedal::LayerKind kind, int in, int out,
                                    std::mt19937* rng, int taps = 1, int dilation = 1,
                                    int groups = 1) {
  using Kind = pedal::LayerKind;
  const std::size_t wide = static_cast<std::size_t>(in);
  const std::size_t units = static_cast<std::size_t>(out);
  const std::size_t gates = static_cast<std::size_t>(pedal::GatesOf(kind));
  const bool recurs = kind == Kind::kLstm || kind == Kind::kGru;
  pedal::LayerSpec layer;
  layer.kind = kind;
  layer.in = in;
  layer.out = out;
  layer.taps = taps;
  layer.dilation = dilation;
  layer.groups = groups;
  const float scale = 1.0f / std::sqrt(static_cast<float>(in * taps / groups));
  std::size_t weights = static_cast<std::size_t>(taps) * wide * gates * units /
                        static_cast<std::size_t>(groups);
  if (kind == Kind::kActivation) return layer;
  if (kind == Kind::kPrelu || kind == Kind::kBatchNorm) weights = units;
  layer.kernel = Random(rng, weights, pedal::KeepsWidth(kind) ? 1.0f : 2.0f * scale);
  if (recurs) layer.recurrent = Random(rng, units * gates * units, scale);
  if (kind != Kind::kPrelu)
    layer.bias = Random(rng, (kind == Kind::kGru ? 2 : 1) * gates * units, 0.2f);
  return layer;
}

// One of each layer, with each activation.
inline pedal::ModelSpec EveryLayer(int frames, int knobs, unsigned seed) {
  using Kind = pedal::LayerKind;
  std::mt19937 rng(seed);
  pedal::ModelSpec spec;
  spec.frames = frames;
  spec.conditioning = knobs;
  spec.skip = 0.5f;
  spec.layers = {RandomLayer(Kind::kConv1d, frames + knobs, 12, &rng, 3, 5),
                 RandomLayer(Kind::kBatchNorm, 12, 12, &rng),
                 RandomLayer(Kind::kActivation, 12, 12, &rng),
                 RandomLayer(Kind::kConv1d, 12, 6, &rng, 4, 2, 3),
                 RandomLayer(Kind::kLstm, 6, 7, &rng),
                 RandomLayer(Kind::kGru, 7, 9, &rng),
                 RandomLayer(Kind::kPrelu, 9, 9, &rng),
                 RandomLayer(Kind::kDense, 9, 5, &rng),
                 RandomLayer(Kind::kDense, 5, frames, &rng)};
  spec.layers[0].activation = pedal::Activation::kTanh;
  spec.layers[2].activation = pedal::Activation::kElu;
  spec.layers[3].activation = pedal::Activation::kRelu;
  spec.layers[5].recall = {1.1f, -0.1f, 0.02f, -0.02f};
  spec.layers[7].activation = pedal::Activation::kSoftmax;
  return spec;
}

// A time-invariant network of block 16; 4 hints a knob.
inline pedal::ModelSpec RandomCascade(const std::vector<int>& sizes, int knobs,
                                      float slew, unsigned seed) {
  std::mt19937 rng(seed);
  pedal::ModelSpec spec;
  spec.frames = 16;
  spec.conditioning = knobs;
  pedal::CascadeSpec& cascade = spec.cascade;
  cascade.taps = 6;
  cascade.hints = 4 * knobs;
  const std::size_t hints = static_cast<std::size_t>(cascade.hints);
  cascade.hint_weight = Random(&rng, hints * static_cast<std::size_t>(knobs), 3.0f);
  cascade.hint_bias = Random(&rng, hints, 2.0f);
  cascade.pole = {0.7f, 0.9f, 0.97f, 0.99f, 0.997f, 0.9995f};
  cascade.stretch = Random(&rng, hints * cascade.pole.size(), 0.5f);
  std::size_t in = 12, features = 12;
  for (int size : sizes) {
    const std::size_t units = static_cast<std::size_t>(size);
    pedal::CascadeSpec::Layer layer;
    layer.units = size;
    layer.weight = Random(&rng, in * units, 2.0f / std::sqrt(static_cast<float>(in)));
    layer.bias = Random(&rng, units, 0.5f);
    layer.pole = Random(&rng, units, 0.49f);
    for (float& pole : layer.pole) pole += 0.5f;
    layer.slew.assign(units, slew);
    layer.lift = Random(&rng, hints * units, 1.0f);
    layer.shift = Random(&rng, hints * units, 0.5f);
    layer.stretch = Random(&rng, hints * units, 0.5f);
    layer.reweight = Random(&rng, hints * in * units, 0.1f);
    cascade.layers.push_back(layer);
    in = 2 * units;
    features += in;
  }
  cascade.mix = Random(&rng, features, 0.3f);
  cascade.remix = Random(&rng, hints * features, 0.1f);
  cascade.coupler_pole = {0.99f, 0.998f};
  cascade.depth = {-0.4f, -0.5f};
  return spec;
}

inline std::unique_ptr<pedal::Playable> RandomPlayable(int units, int frames,
                                                       unsigned seed) {
  std::unique_ptr<pedal::Playable> playable(new pedal::Playable);
  playable->Prepare(RandomSpec(pedal::LayerKind::kLstm, units, frames, 0, seed), 1.0f,
                    {});
  return playable;
}

// Effects "one" (both blocks; block 16 is the cheaper), "two" (both; block 1 is) and
// "three" (block 1 only).
inline std::unique_ptr<pedal::Bank> ToyBank() {
  std::unique_ptr<pedal::Bank> bank(new pedal::Bank);
  std::strcpy(bank->name, "toys");
  bank->effects.resize(3);
  std::strcpy(bank->effects[0].id, "one");
  bank->effects[0].block1 = RandomPlayable(16, 1, 1);
  bank->effects[0].block16 = RandomPlayable(8, 16, 2);
  std::strcpy(bank->effects[1].id, "two");
  bank->effects[1].block1 = RandomPlayable(8, 1, 3);
  bank->effects[1].block16 = RandomPlayable(64, 16, 4);
  std::strcpy(bank->effects[2].id, "three");
  bank->effects[2].block1 = RandomPlayable(12, 1, 5);
  return bank;
}

inline std::vector<float> Sine(int count, float frequency_hz = 220.0f,
                               float peak = 0.4f) {
  std::vector<float> x(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    x[static_cast<std::size_t>(i)] =
        peak * static_cast<float>(
                   std::sin(2.0 * 3.14159265358979 * frequency_hz * i / 44100.0));
  return x;
}

inline std::vector<float> Noise(int count, unsigned seed = 9) {
  std::mt19937 rng(seed);
  return Random(&rng, static_cast<std::size_t>(count), 0.5f);
}

inline pedal::Intent Select(const char* id, pedal::SampleTime time = 0,
                            int request = 0) {
  pedal::Intent intent;
  intent.kind = pedal::IntentKind::kEffectSelect;
  std::strcpy(intent.id, id);
  intent.time = time;
  intent.request = request;
  return intent;
}

inline pedal::Intent Ask(pedal::IntentKind kind, int value = 0,
                         pedal::SampleTime time = 0, int request = 0) {
  pedal::Intent intent;
  intent.kind = kind;
  intent.value = value;
  intent.time = time;
  intent.request = request;
  return intent;
}

inline pedal::Intent Turn(pedal::protocol::ParamId param, float value,
                          pedal::SampleTime time = 0) {
  pedal::Intent intent;
  intent.kind = pedal::IntentKind::kParamSet;
  intent.param = param;
  intent.number = value;
  intent.time = time;
  return intent;
}

// An engine with a bank, ready to play `effect` from sample 0 without a start fade.
class Rig {
 public:
  explicit Rig(const char* effect = "one", int block = 1,
               const pedal::Bank* bank = nullptr) {
    if (!bank) own_ = ToyBank();
    pedal::EngineConfig config;
    config.start_fade = pedal::StartFade::kOff;
    config.block = block;
    std::strcpy(config.effect, effect);
    engine_.reset(new pedal::Engine);
    engine_->Prepare(config);
    engine_->StartWith(bank ? bank : own_.get());
  }

  pedal::Engine& engine() { return *engine_; }
  const pedal::Bank& bank() const { return *own_; }
  void Push(const pedal::Intent& intent) {
    engine_->Push(pedal::Source::kControls, intent);
  }

  // The left output, played in blocks of `period`; right must equal left.
  std::vector<float> Play(const std::vector<float>& in, int period = 64) {
    std::vector<float> left(in.size()), right(in.size());
    for (std::size_t done = 0; done < in.size();) {
      const std::size_t count =
          std::min(in.size() - done, static_cast<std::size_t>(period));
      engine_->Process(&in[done], &left[done], &right[done], static_cast<int>(count));
      done += count;
    }
    same_ = same_ && left == right;
    return left;
  }
  bool both_channels_agree() const { return same_; }

  // All events since the last call.
  std::vector<pedal::Event> Events() {
    std::vector<pedal::Event> events;
    while (const pedal::Event* event = engine_->PeekEvent()) {
      events.push_back(*event);
      engine_->PopEvent();
    }
    return events;
  }

 private:
  std::unique_ptr<pedal::Bank> own_;
  std::unique_ptr<pedal::Engine> engine_;
  bool same_ = true;
};

// What a surface follows while `preset` sounds, "" for none.
inline pedal::Feet FeetOf(const pedal::Engine& engine, const char* preset) {
  return {engine.feet(), engine.overrides(), engine.feet_revision(), preset,
          engine.state().expression};
}

}  // namespace toys
