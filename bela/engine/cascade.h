// A time-invariant network: layers of dense, antialiased sigmoid and one-poles on up to
// 16 samples at once, and a mix of all of them. What it computes is described in
// training/aa_file.py.
//
// Nothing goes back through a dense layer, so it can't whistle; all of the state is
// zero after silence, whatever the knobs say.
#pragma once
#include "engine/aligned.h"
#include "engine/model_spec.h"
#include "engine/realtime.h"

namespace pedal {

// nullptr where `spec` can be played with `conditioning` knobs, else what is wrong with
// it, as half a sentence.
const char* CheckCascade(const CascadeSpec& spec, int conditioning);

class Cascade {
 public:
  // Copies the weights of `spec`, for which CheckCascade must have returned nullptr.
  // Allocates.
  void Prepare(const CascadeSpec& spec, int conditioning);

  // Floats of state, a whole number of cache lines; zeros are the state of silence.
  int state_size() const { return state_size_; }
  // Multiply-accumulates a sample, the one-poles' included.
  float macs_per_sample() const { return macs_per_sample_; }

  // Plays `count` samples, at most 16; how they are grouped changes nothing. in and out
  // may be the same; state: state_size() floats on a cache line. [audio]
  void Process(const float* in, const float* conditioning, int count, float* out,
               float* state) const PEDAL_REALTIME;

 private:
  enum {
    kPast = 16,   // floats kept of the input
    kKnobs = 16,  // floats of [whether bent, knobs]
    kRows = 4     // of a layer in what Bend makes, before the weights
  };

  // One layer's weights, rows of units up to whole vectors.
  struct Layer {
    int first_inputs, second_inputs;  // columns: of u (or taps), of s (or poles)
    int padded;                       // units
    bool slews;                       // some one-pole does, or sums need a bound
    AlignedFloats weights;            // (first + second inputs, padded)
    AlignedFloats bias, keep, share, slew;
    AlignedFloats lift, shift, stretch;  // (hints, padded)
    AlignedFloats reweight;              // (hints, first + second inputs, padded)
  };

  void Bend(const float* conditioning, float* bent) const PEDAL_REALTIME;
  const float* BentBy(const float* conditioning, float* state) const PEDAL_REALTIME;
  void Rescale(const float* bent, bool over, float* state) const PEDAL_REALTIME;
  void Hear(const float* newest, int count, const float* bent, const float* mix,
            float* low_state, float* lows, float* sum) const PEDAL_REALTIME;
  void Couple(float* sum, int count, float* low_state, float* out) const PEDAL_REALTIME;

  int taps_ = 1, padded_taps_ = 0;
  int poles_ = 0, padded_poles_ = 0;
  int hints_ = 0, conditioning_ = 0;
  int features_ = 0;   // of all layers, each padded
  int units_ = 0;      // of all layers, each padded
  int bent_size_ = 0;  // floats that Bend makes
  int state_size_ = 0;
  float macs_per_sample_ = 0.0f;
  std::vector<Layer> layers_;
  AlignedFloats low_keep_, low_share_, low_stretch_;
  AlignedFloats mix_, remix_;  // (features), (hints, features)
  int padded_couplers_ = 0;
  AlignedFloats coupler_keep_, depth_;
  std::vector<float> hint_weight_, hint_bias_;  // (conditioning, hints), (hints)
  AlignedFloats unbent_;  // what Bend gives where there are no knobs
};

}  // namespace pedal
