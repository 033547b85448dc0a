// A dense layer: a dot product for one output, else a matrix; then the activation.
#include "engine/dense.h"

#include "engine/activate.h"

namespace pedal {
namespace {

float Dot(const float* a, const float* b, int count) {
  float sum = 0.0f;
  for (int i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

// Whole vectors in two sums, the rest by hand: `a` need not be padded.
float DotVectors(const float* a, const float* b, int count) {
  Vec even = Splat(0.0f), odd = Splat(0.0f);
  int i = 0;
  for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
    even = MulAdd(even, Load(a + i), Load(b + i));
    odd = MulAdd(odd, Load(a + i + kLanes), Load(b + i + kLanes));
  }
  for (; i + kLanes <= count; i += kLanes)
    even = MulAdd(even, Load(a + i), Load(b + i));
  alignas(kAlignment) float lanes[kLanes];
  Store(lanes, Add(even, odd));
  float sum = 0.0f;
  for (int lane = 0; lane < kLanes; ++lane) sum += lanes[lane];
  return sum + Dot(a + i, b + i, count - i);
}

}  // namespace

void Dense::Prepare(const LayerSpec& spec) {
  in_ = spec.in;
  out_ = spec.out;
  activation_ = spec.activation;
  if (out_ == 1) {
    row_.Prepare(static_cast<std::size_t>(PadToLanes(in_)));
    for (int k = 0; k < in_; ++k) row_.data()[k] = spec.kernel[k];
    bias_ = spec.bias[0];
    return;
  }
  matrix_.Prepare(out_, in_);
  for (int k = 0; k < in_; ++k)
    for (int r = 0; r < out_; ++r) matrix_.SetWeight(r, k, spec.kernel[k * out_ + r]);
  for (int r = 0; r < out_; ++r) matrix_.SetBias(r, spec.bias[r]);
}

void Dense::Process(const float* x, float* out) const PEDAL_REALTIME {
  if (out_ == 1) {
    Store(out, Splat(0.0f));
    out[0] = bias_ + DotVectors(x, row_.data(), in_);
  } else {
    matrix_.Process(x, out);
  }
  Activate(activation_, out, out_);
}

}  // namespace pedal
