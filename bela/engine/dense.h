// A dense layer with its activation.
#pragma once
#include "engine/matvec.h"
#include "engine/model_spec.h"

namespace pedal {

class Dense {
 public:
  // Copies the weights of `spec` (kind kDense, sizes already checked). Allocates.
  void Prepare(const LayerSpec& spec);

  // x: in() floats; out: padded_out() floats on a cache line. [audio]
  void Process(const float* x, float* out) const PEDAL_REALTIME;

  int in() const { return in_; }
  int padded_out() const { return PadToLanes(out_); }

 private:
  int in_ = 0;
  int out_ = 0;
  Activation activation_ = Activation::kNone;
  MatVec matrix_;
  AlignedFloats row_;  // the single row of a layer with one output, where a dot product
                       // is cheaper
  float bias_ = 0.0f;
};

}  // namespace pedal
