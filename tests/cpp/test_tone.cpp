// Models with a tone knob of their own.
#include <doctest/doctest.h>

#include "toys.h"

using pedal::protocol::ParamId;
using toys::Rig;
using toys::Select;
using toys::Turn;

namespace {

float LargestDifference(const std::vector<float>& x, const std::vector<float>& y) {
  float largest = 0.0f;
  for (std::size_t i = 0; i < x.size(); ++i)
    largest = std::fmax(largest, std::fabs(x[i] - y[i]));
  return largest;
}

}  // namespace

TEST_CASE("a model with a tone knob makes its tone itself, without the tilt") {
  pedal::Bank bank;
  bank.effects.resize(2);
  const char* ids[] = {"toned", "tilted"};
  const ParamId knobs[] = {ParamId::kTone, ParamId::kDrive};
  pedal::ModelSpec spec = toys::RandomSpec(pedal::LayerKind::kLstm, 8, 1, 1, 11);
  for (std::size_t i = 32; i < 64; ++i) spec.layers[0].kernel[i] = 0.0f;  // the knob's
  pedal::ModelSpec cascade = toys::RandomCascade({8, 8}, 1, 0.0f, 12);
  for (float& weight : cascade.cascade.hint_weight) weight = 0.0f;
  for (std::size_t i = 0; i < 2; ++i) {
    pedal::Effect& effect = bank.effects[i];
    std::strcpy(effect.id, ids[i]);
    effect.block1.reset(new pedal::Playable);
    effect.block1->Prepare(spec, 1.0f, {knobs[i]});
    effect.block16.reset(new pedal::Playable);
    effect.block16->Prepare(cascade, 1.0f, {knobs[i]});
  }
  const std::vector<float> in = toys::Noise(6000);
  for (int block : {1, 16}) {
    Rig flat("tilted", block, &bank), tilted("tilted", block, &bank);
    Rig toned("toned", block, &bank);
    tilted.Push(Turn(ParamId::kTone, 6.0f, 1000));
    toned.Push(Turn(ParamId::kTone, 6.0f, 1000));
    const std::vector<float> expected = flat.Play(in);
    // A cascade rounds where a knob moves, even one that does nothing.
    CHECK_MESSAGE(LargestDifference(toned.Play(in), expected) < 1e-5f, "block ", block);
    CHECK(LargestDifference(tilted.Play(in), expected) > 0.01f);
  }
}

TEST_CASE("a model starts from its rest at where both knobs stand") {
  pedal::Playable playable;
  pedal::ModelSpec spec = toys::RandomSpec(pedal::LayerKind::kLstm, 8, 1, 2, 13);
  playable.Prepare(spec, 1.0f, {ParamId::kDrive, ParamId::kTone});
  const std::size_t size = static_cast<std::size_t>(playable.model().state_size());
  for (float drive : {0.0f, 0.25f, 1.0f})
    for (float tone : {0.0f, 0.75f, 1.0f}) {
      const float knobs[] = {drive, tone};
      pedal::AlignedFloats settled;
      settled.Prepare(size);
      playable.model().Settle(knobs, settled.data());
      const float* rest = playable.Rest(knobs);
      for (std::size_t i = 0; i < size; ++i) CHECK(rest[i] == settled.data()[i]);
    }
}

TEST_CASE("a tone knob that is turned sounds the same whatever the period") {
  pedal::Bank bank;
  bank.effects.resize(1);
  std::strcpy(bank.effects[0].id, "toned");
  bank.effects[0].block1.reset(new pedal::Playable);
  bank.effects[0].block1->Prepare(toys::RandomSpec(pedal::LayerKind::kLstm, 8, 1, 2, 7),
                                  1.0f, {ParamId::kDrive, ParamId::kTone});
  bank.effects[0].block16.reset(new pedal::Playable);
  bank.effects[0].block16->Prepare(toys::RandomCascade({8, 8}, 2, 0.0f, 8), 1.0f,
                                   {ParamId::kDrive, ParamId::kTone});
  const std::vector<float> in = toys::Noise(9000);
  for (int block : {1, 16}) {
    std::vector<float> first;
    for (int period : {64, 1, 7, 1024}) {
      Rig rig("toned", block, &bank);
      rig.Push(Turn(ParamId::kTone, -9.0f, 1500));
      rig.Push(Select("clean", 4001));
      rig.Push(Turn(ParamId::kTone, 12.0f, 4200));
      rig.Push(Select("toned", 6000));
      const std::vector<float> out = rig.Play(in, period);
      if (first.empty()) first = out;
      CHECK_MESSAGE(out == first, "period ", period, ", block ", block);
    }
  }
}
