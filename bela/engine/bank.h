// The bank as the engine plays it: effects, their models of block 1 and 16, and the
// rest state of each.
#pragma once
#include <memory>
#include <vector>

#include "engine/model.h"
#include "engine/protocol.h"

namespace pedal {

constexpr int kIdSize = 32;  // an id's 31 characters and its end
constexpr int kMaxEffects = 32;

// One model with all that the engine needs to start it at once.
class Playable {
 public:
  // spec: checked by CheckSpec. gain: linear, on the model's output. knobs: a parameter
  // for each conditioning input. Finds the rest states, so this takes up to seconds.
  // Allocates.
  void Prepare(const ModelSpec& spec, float gain, std::vector<protocol::ParamId> knobs);

  const Model& model() const { return model_; }
  float gain() const { return gain_; }
  int num_knobs() const { return static_cast<int>(knobs_.size()); }
  protocol::ParamId knob(int index) const {
    return knobs_[static_cast<std::size_t>(index)];
  }

  // False for a model that gives no number even in silence.
  bool RestIsFinite() const;

  // The state after long silence at the nearest of kRestPoints places of the first knob
  // and of the second; conditioning: num_knobs() values in 0..1. [audio]
  const float* Rest(const float* conditioning) const PEDAL_REALTIME;

 private:
  static constexpr int kRestPoints = 5;
  Model model_;
  float gain_ = 1.0f;
  std::vector<protocol::ParamId> knobs_;
  std::vector<AlignedFloats> rest_;  // one, or kRestPoints of a knob, squared of two
};

struct Effect {
  char id[kIdSize] = {};
  std::unique_ptr<Playable> block1;
  std::unique_ptr<Playable>
      block16;  // may be absent: block1 then plays, as late as the others

  // The model for a selected block; never nullptr in a loaded bank.
  const Playable* ModelFor(int block) const PEDAL_REALTIME {
    if (block == 16 && block16) return block16.get();
    return block1 ? block1.get() : block16.get();
  }
};

struct Bank {
  char name[kIdSize] = {};
  int number = 0;               // of its loader's, 1 or more; comes back in State::bank
  int request = 0;              // of who asked for it, 0 for none
  std::vector<Effect> effects;  // at most kMaxEffects

  // Samples that block 16 makes every path late: 15, or 0 where all models of block 16
  // are cascades. [audio]
  int BlockDelay() const PEDAL_REALTIME;

  // Index of an effect, or -1. [audio]
  int Find(const char* id) const PEDAL_REALTIME;
};

}  // namespace pedal
