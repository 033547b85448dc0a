// The kernel of one layer of a cascade: vectors run over units, samples follow each
// other, so that every one-pole is a plain recursion and no sample depends on how they
// are grouped.
//
// A tile of units plays a group of samples from its sums to its features without
// leaving the registers.
// Features and one-poles are halves, and a linear one-pole adds up what comes in as it
// is: its share, like a layer's gain, is part of the weights behind it.
// What else was tried: bela/bench/attempts.md.
#pragma once
#include "engine/model_spec.h"
#include "engine/vec.h"

#define PEDAL_INLINE inline __attribute__((always_inline))

namespace pedal {
namespace cascade_layer {

constexpr int kStride = 2 * kMaxCascadeUnits;  // floats of a sample's features

constexpr float kLoudest = 1e9f;      // what louder input counts as
constexpr float kLargestSum = 1e14f;  // what larger sums count as: squares are numbers

// None of a trained model comes near `most`. What is no number stays none.
PEDAL_INLINE Vec Bounded(Vec x, float most) {
  return Max(Splat(-most), Min(Splat(most), x));
}

// Twice sqrt(1 + x^2).
PEDAL_INLINE Vec Root(Vec x) { return TwiceRoot(MulAdd(Splat(1.0f), x, x)); }

// Half of the antialiased sigmoid between two sums and their roots.
PEDAL_INLINE Vec Half(Vec v, Vec before, Vec root, Vec root_before) {
  return Divide(Add(v, before), Add(root, root_before));
}

enum class Poles {
  kLinear,
  kSlewing,  // some unit's at least; or sums that need a bound
};

// Some vectors of one layer's units, and where they play. Rows of vectors lie `padded`
// floats apart.
struct Tile {
  const float* weights;  // (first + second, padded)
  const float *bias, *rest, *keep, *share, *slew, *mix_u, *mix_s;
  int padded, first, second;  // columns: of u (or taps), of s (or poles)
  const float *u, *s;         // of the first sample: what goes in
  float *u_out, *s_out;
  float* sum;              // a vector a sample: the output so far
  float *before, *memory;  // state
};

// What goes on from sample to sample.
template <int kVecs>
struct Running {
  Vec z[kVecs], v[kVecs], root[kVecs], s[kVecs];
};

// z[sample] += weights (columns, padded) x. Samples lie kNext floats apart in x,
// columns kSide.
template <int kSamples, int kVecs, int kNext, int kSide>
PEDAL_INLINE const float* Columns(const float* weights, int padded, const float* x,
                                  int columns, Vec z[][kVecs]) {
#pragma GCC unroll 4
  for (int c = 0; c < columns; ++c, weights += padded, x += kSide) {
    Vec w[kVecs];
    for (int k = 0; k < kVecs; ++k) w[k] = Load(weights + k * kLanes);
    for (int n = 0; n < kSamples; ++n) {
      const Vec a = Splat(x[n * kNext]);
      for (int k = 0; k < kVecs; ++k) z[n][k] = MulAdd(z[n][k], w[k], a);
    }
  }
  return weights;
}

// kSamples samples from `n` on. kTaps: what goes in first are taps, the newest ahead.
template <Poles kPoles, bool kTaps, int kSamples, int kVecs>
PEDAL_INLINE void Group(const Tile& tile, int n, Running<kVecs>* running) {
  constexpr int kNext = kTaps ? 1 : kStride, kSide = kTaps ? -1 : 1;
  Vec z[kSamples][kVecs];
  for (int i = 0; i < kSamples; ++i)
    for (int k = 0; k < kVecs; ++k) z[i][k] = Splat(0.0f);
  const float* rest = Columns<kSamples, kVecs, kNext, kSide>(
      tile.weights, tile.padded, tile.u + n * kNext, tile.first, z);
  Columns<kSamples, kVecs, kStride, 1>(rest, tile.padded, tile.s + n * kStride,
                                       tile.second, z);
  for (int k = 0; k < kVecs; ++k) {
    const int at = k * kLanes;
    const Vec bias = Load(tile.bias + at), still = Load(tile.rest + at);
    const Vec keep = Load(tile.keep + at);
    const Vec mix_u = Load(tile.mix_u + at), mix_s = Load(tile.mix_s + at);
    Vec v = running->v[k], root = running->root[k], s = running->s[k];
    for (int i = 0; i < kSamples; ++i) {
      Vec v_now = Add(z[i][k], bias);
      if (kPoles == Poles::kSlewing) v_now = Bounded(v_now, kLargestSum);
      const Vec root_now = Root(v_now);
      const Vec u = Sub(Half(v_now, v, root_now, root), still);
      v = v_now;
      root = root_now;
      if (kPoles == Poles::kLinear) {
        s = MulAdd(u, keep, s);
      } else {
        const Vec slew = Load(tile.slew + at);
        const Vec steep = MulSub(Mul(slew, u), slew, s);
        const Vec square = MulAdd(Splat(1.0f), steep, steep);
        const Vec near = NearInverseRoot(square);
        const Vec move = Mul(Mul(Load(tile.share + at), Sub(u, s)), near);
        s = MulAdd(s, move, MulSub(Splat(3.0f), Mul(square, near), near));
      }
      const int sample = n + i;
      Store(tile.u_out + sample * kStride + at, u);
      Store(tile.s_out + sample * kStride + at, s);
      float* sum = tile.sum + sample * kLanes;
      Store(sum, MulAdd(MulAdd(Load(sum), mix_u, u), mix_s, s));
    }
    running->z[k] = z[kSamples - 1][k];
    running->v[k] = v;
    running->root[k] = root;
    running->s[k] = s;
  }
}

// `count` samples, kSamples of them at once where there are so many.
template <Poles kPoles, bool kTaps, int kSamples, int kVecs>
void Play(const Tile& tile, int count) {
  Running<kVecs> running;
  for (int k = 0; k < kVecs; ++k) {
    running.z[k] = Load(tile.before + k * kLanes);
    running.v[k] = Add(running.z[k], Load(tile.bias + k * kLanes));
    if (kPoles == Poles::kSlewing) running.v[k] = Bounded(running.v[k], kLargestSum);
    running.root[k] = Root(running.v[k]);
    running.s[k] = Load(tile.memory + k * kLanes);
  }
  int n = 0;
  for (; n + kSamples <= count; n += kSamples)
    Group<kPoles, kTaps, kSamples, kVecs>(tile, n, &running);
  for (; n < count; ++n) Group<kPoles, kTaps, 1, kVecs>(tile, n, &running);
  for (int k = 0; k < kVecs; ++k) {
    Store(tile.before + k * kLanes, running.z[k]);
    Store(tile.memory + k * kLanes, running.s[k]);
  }
}

}  // namespace cascade_layer
}  // namespace pedal
