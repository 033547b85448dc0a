// A causal convolution in time with its activation: a matrix over the steps that its
// taps look at, which lie in a ring in the caller's state.
#pragma once
#include "engine/matvec.h"
#include "engine/model_spec.h"

namespace pedal {

class Conv1d {
 public:
  // Copies the weights of `spec` (kind kConv1d, sizes already checked). Allocates.
  void Prepare(const LayerSpec& spec);

  // Floats of state, a whole number of cache lines; zeros: nothing was heard yet.
  int state_size() const { return ring_ + ring_size_; }

  // x: in() floats. state: state_size() floats on a cache line; its first out() floats
  // are the layer's output after the call. [audio]
  void Process(const float* x, float* state) const PEDAL_REALTIME;

  // Multiply-accumulates a step: groups are played as one matrix with zeros in it.
  float macs() const { return static_cast<float>(taps_ * in_ * out_); }

 private:
  int in_ = 0;
  int out_ = 0;
  int taps_ = 1;
  int dilation_ = 1;
  int steps_ = 1;  // that the ring holds
  // Where things lie in the state: the output, what the taps see, where in the ring the
  // next step goes (a float, exact up to 2^24), the ring.
  int seen_ = 0, place_ = 0, ring_ = 0;
  int ring_size_ = 0;
  Activation activation_ = Activation::kNone;
  MatVec matrix_;
};

}  // namespace pedal
