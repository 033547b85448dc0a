// A causal convolution in time, a step at a time, so that nothing depends on the
// period.
#include "engine/conv1d.h"

#include "engine/activate.h"

namespace pedal {
namespace {

int ToLine(int floats) {
  const int line = static_cast<int>(kAlignment / sizeof(float));
  return (floats + line - 1) / line * line;
}

}  // namespace

void Conv1d::Prepare(const LayerSpec& spec) {
  in_ = spec.in;
  out_ = spec.out;
  taps_ = spec.taps;
  dilation_ = spec.dilation;
  activation_ = spec.activation;
  steps_ = (taps_ - 1) * dilation_ + 1;
  seen_ = ToLine(PadToLanes(out_));
  place_ = seen_ + ToLine(taps_ * in_);
  ring_ = place_ + ToLine(1);
  ring_size_ = ToLine(steps_ * in_);
  matrix_.Prepare(out_, taps_ * in_);
  const int wide = in_ / spec.groups, units = out_ / spec.groups;
  for (int tap = 0; tap < taps_; ++tap)
    for (int i = 0; i < wide; ++i)
      for (int o = 0; o < out_; ++o) {
        const int column = tap * in_ + o / units * wide + i;
        matrix_.SetWeight(o, column, spec.kernel[(tap * wide + i) * out_ + o]);
      }
  for (int o = 0; o < out_; ++o) matrix_.SetBias(o, spec.bias[o]);
}

void Conv1d::Process(const float* x, float* state) const PEDAL_REALTIME {
  float* seen = state + seen_;
  float* ring = state + ring_;
  const int now = static_cast<int>(state[place_]);
  for (int i = 0; i < in_; ++i) ring[now * in_ + i] = x[i];
  for (int tap = 0; tap < taps_; ++tap) {
    int step = now - (taps_ - 1 - tap) * dilation_;
    if (step < 0) step += steps_;
    for (int i = 0; i < in_; ++i) seen[tap * in_ + i] = ring[step * in_ + i];
  }
  state[place_] = static_cast<float>(now + 1 == steps_ ? 0 : now + 1);
  matrix_.Process(seen, state);
  Activate(activation_, state, out_);
}

}  // namespace pedal
