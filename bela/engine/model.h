// A neural network that plays: layers, each on the output of the one before; or a
// time-invariant cascade.
#pragma once
#include <vector>

#include "engine/cascade.h"
#include "engine/layer.h"
#include "engine/model_spec.h"
#include "engine/other_layers.h"

namespace pedal {

// Room for the state of the largest model that CheckSpec admits: fifteen recurrent
// layers of 128 units, 1808 floats each where they recall, and a conv1d that remembers
// kMaxHistory values and sees them all at once.
constexpr int kMaxStateFloats = 45056;

// nullptr where `spec` can be played, else what is wrong with it, as half a sentence.
const char* CheckSpec(const ModelSpec& spec);

// Weights only; the state lies with the caller (engine/voice), so that two paths can
// play one model.
class Model {
 public:
  // Copies the weights of `spec`, for which CheckSpec must have returned nullptr.
  // Allocates.
  void Prepare(const ModelSpec& spec);

  // Floats of state, at most kMaxStateFloats; zeros are the state of a fresh model.
  int state_size() const { return state_size_; }
  int frames() const { return frames_; }
  int conditioning() const { return conditioning_; }
  // True where its frames may be cut anywhere, so that it has no delay: PlayPart.
  bool is_cascade() const { return cascades_; }
  // Multiply-accumulates a sample, for telling two models of an effect apart by cost.
  float macs_per_sample() const { return macs_per_sample_; }

  // Plays one frame. in, out: frames() samples, may be the same; conditioning:
  // conditioning() values in 0..1; state: state_size() floats on a cache line. [audio]
  void Process(const float* in, const float* conditioning, float* out,
               float* state) const PEDAL_REALTIME;

  // Plays `count` samples, at most frames(), of a cascade, as soon as they are there.
  // [audio]
  void PlayPart(const float* in, const float* conditioning, int count, float* out,
                float* state) const PEDAL_REALTIME {
    cascade_.Process(in, conditioning, count, out, state);
  }

  // Plays `count` samples of a model of one frame, at once where that is cheaper. in,
  // out: (count), may be the same; conditioning: (count, conditioning()). How samples
  // are grouped changes no bit. [audio]
  void PlaySamples(const float* in, const float* conditioning, int count, float* out,
                   float* state) const PEDAL_REALTIME;

  // Runs silence through `state` until the output stands still (at most 4 s). settings:
  // how many are settled, which share the time that a large model may take. Not for the
  // audio thread.
  void Settle(const float* conditioning, float* state, int settings = 1) const;

 private:
  void Couple(float* out, float* low) const PEDAL_REALTIME;

  int frames_ = 1;
  int conditioning_ = 0;
  float skip_ = 0.0f;
  bool mixes_ = false;  // the first layer plays the only one behind it, too
  bool cascades_ = false;
  std::vector<Layer> layers_;
  Cascade cascade_;
  std::unique_ptr<OtherLayers> other_;  // plays in place of the layers here
  std::vector<float> coupler_pole_, coupler_depth_;
  int state_size_ = 0;
  int input_size_ =
      0;  // floats at the start of the state that hold [frame, conditioning]
  float macs_per_sample_ = 0.0f;
};

}  // namespace pedal
