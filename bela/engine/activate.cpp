// Activations: tanh and sigmoid by their fraction, all lanes at once; the exponential
// ones, which models of sound seldom have, by the library a unit at a time.
#include "engine/activate.h"

#include <cmath>

#include "engine/rational.h"

namespace pedal {
namespace {

Vec Bend(Activation activation, Vec v) {
  const Vec half = Splat(0.5f);
  if (activation == Activation::kRelu) return Max(v, Splat(0.0f));
  const bool tanh = activation == Activation::kTanh;
  const Fraction t = Tanh(tanh ? v : Mul(half, v));
  const Vec whole = Divide(t.numerator, t.denominator);
  return tanh ? whole : MulAdd(half, half, whole);
}

void Elu(float* x, int units) {
  for (int i = 0; i < units; ++i)
    if (x[i] < 0.0f) x[i] = std::exp(x[i]) - 1.0f;
}

// The largest taken off first, so that nothing overflows.
void Softmax(float* x, int units) {
  float largest = x[0], sum = 0.0f;
  for (int i = 1; i < units; ++i) largest = x[i] > largest ? x[i] : largest;
  for (int i = 0; i < units; ++i) {
    x[i] = std::exp(x[i] - largest);
    sum += x[i];
  }
  for (int i = 0; i < units; ++i) x[i] /= sum;
}

}  // namespace

void Activate(Activation activation, float* x, int units) PEDAL_REALTIME {
  switch (activation) {
    case Activation::kNone:
      return;
    case Activation::kElu:
      return Elu(x, units);
    case Activation::kSoftmax:
      return Softmax(x, units);
    default:
      for (int i = 0; i < units; i += kLanes)
        Store(x + i, Bend(activation, Load(x + i)));
  }
}

}  // namespace pedal
