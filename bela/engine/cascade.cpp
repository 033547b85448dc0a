// The kernels of a cascade: vectors run over units, samples follow each other, so that
// every one-pole is a plain recursion and no sample depends on how they are grouped.
//
// State: the input's last 15 samples and a place for one more, its one-poles, the
// output's; then of each layer what the gain gave last and the one-poles; then, with
// knobs, whether what follows is theirs, the knobs, and what Bend makes of them.
// Bent: keep and share of the input's one-poles; gain, bias, rest, keep, share and the
// weights of each layer; then the mix.
#include "engine/cascade.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/vec.h"

namespace pedal {
namespace {

constexpr int kStride = 2 * kMaxCascadeUnits;  // floats of a sample's features
constexpr float kLeastLift = -4.0f;  // keeps p + sqrt(1 + p^2) far from cancelling

constexpr float kLeastShare = 2e-4f;  // that a knob may leave a one-pole with

// What a sum may be: its square is then a number. None of a trained model comes near.
Vec Bounded(Vec x) { return Max(Min(x, Splat(1e14f)), Splat(-1e14f)); }

Vec Root(Vec x) { return Sqrt(MulAdd(Splat(1.0f), x, x)); }

// sum[sample] += weights (columns, padded) x, kVecs vectors of units from `weights` on.
template <int kSamples, int kVecs>
inline __attribute__((always_inline)) const float* Columns(const float* weights,
                                                           int padded, const float* x,
                                                           int columns,
                                                           Vec sum[][kVecs]) {
  for (int c = 0; c < columns; ++c, weights += padded) {
    Vec w[kVecs];
    for (int v = 0; v < kVecs; ++v) w[v] = Load(weights + v * kLanes);
    for (int n = 0; n < kSamples; ++n) {
      const Vec a = Splat(x[n * kStride + c]);
      for (int v = 0; v < kVecs; ++v) sum[n][v] = MulAdd(sum[n][v], w[v], a);
    }
  }
  return weights;
}

// One layer's columns: of u (or taps), of s (or poles), and where these begin.
struct Columned {
  const float* weights;
  int padded, first, second, second_at;
};

// kVecs vectors of units, kSamples samples from `x` on: z = W f.
template <int kSamples, int kVecs>
inline __attribute__((always_inline)) void Group(const Columned& layer, const float* x,
                                                 float* z) {
  Vec sum[kSamples][kVecs];
  for (int k = 0; k < kSamples; ++k)
    for (int v = 0; v < kVecs; ++v) sum[k][v] = Splat(0.0f);
  const float* rest =
      Columns<kSamples, kVecs>(layer.weights, layer.padded, x, layer.first, sum);
  Columns<kSamples, kVecs>(rest, layer.padded, x + layer.second_at, layer.second, sum);
  for (int k = 0; k < kSamples; ++k)
    for (int v = 0; v < kVecs; ++v)
      Store(z + k * kMaxCascadeUnits + v * kLanes, sum[k][v]);
}

// The same for `count` samples, kSamples of them at once where there are so many.
template <int kSamples, int kVecs>
void Product(const Columned& layer, const float* heard, int count, float* z) {
  int n = 0;
  for (; n + kSamples <= count; n += kSamples)
    Group<kSamples, kVecs>(layer, heard + n * kStride, z + n * kMaxCascadeUnits);
  for (; n < count; ++n)
    Group<1, kVecs>(layer, heard + n * kStride, z + n * kMaxCascadeUnits);
}

enum class Poles { kLinear, kSlewing };

// What one vector of units is played with.
struct Units {
  Vec gain, bias, rest, keep, share, slew_squared, mix_u, mix_s;
};

// z -> u and s of `count` samples, and their part of the output into `sum`, a vector a
// sample. before, memory: the state.
template <Poles kPoles>
void Sound(const Units& units, const float* z, int count, float* before, float* memory,
           float* u_out, float* s_out, float* sum) {
  Vec lifted = Load(before), s = Load(memory);
  Vec v = Bounded(Add(lifted, units.bias)), root = Root(v);
  for (int n = 0; n < count; ++n) {
    lifted = Mul(units.gain, Load(z + n * kMaxCascadeUnits));
    const Vec v_now = Bounded(Add(lifted, units.bias)), root_now = Root(v_now);
    const Vec u = Sub(Divide(Add(v_now, v), Add(root_now, root)), units.rest);
    v = v_now;
    root = root_now;
    if (kPoles == Poles::kLinear) {
      s = MulAdd(Mul(units.share, u), units.keep, s);
    } else {
      const Vec move = Sub(u, s), steep = Mul(units.slew_squared, Mul(move, move));
      s = Add(s, Divide(Mul(units.share, move), Sqrt(Add(Splat(1.0f), steep))));
    }
    Store(u_out + n * kStride, u);
    Store(s_out + n * kStride, s);
    const Vec part = MulAdd(Load(sum + n * kLanes), units.mix_u, u);
    Store(sum + n * kLanes, MulAdd(part, units.mix_s, s));
  }
  Store(before, lifted);
  Store(memory, s);
}

// sum over j of hints[j] * rows[j], a vector, onto `start`.
Vec Hinted(Vec start, const float* hints, int count, const float* rows, int width) {
  for (int j = 0; j < count; ++j)
    start = MulAdd(start, Splat(hints[j]), Load(rows + j * width));
  return start;
}

// From what hints add up to, to a factor above zero: p + sqrt(1 + p^2), p above -4.
Vec Factor(Vec p) {
  p = Max(p, Splat(kLeastLift));
  return Add(p, Root(p));
}

// One-poles of `count` places with time constants `factor` times as long.
void Stretch(const AlignedFloats& keep, const AlignedFloats& share,
             const AlignedFloats& stretch, const float* hints, int count_of_hints,
             int count, float* keep_out, float* share_out) {
  for (int i = 0; i < count; i += kLanes) {
    const Vec p = Hinted(Splat(0.0f), hints, count_of_hints, stretch.data() + i, count);
    const Vec longer = Mul(Load(keep.data() + i), Factor(Min(p, Splat(-kLeastLift))));
    const Vec held = Load(share.data() + i);
    const Vec bent = Divide(held, Add(held, longer));
    const Vec kept = Max(bent, Min(held, Splat(kLeastShare)));
    Store(keep_out + i, Sub(Splat(1.0f), kept));
    Store(share_out + i, kept);
  }
}

float AddUp(const float* lanes) {
  float sum = 0.0f;
  for (int lane = 0; lane < kLanes; ++lane) sum += lanes[lane];
  return sum;
}

}  // namespace

// All that knobs move, at these knobs.
void Cascade::Bend(const float* conditioning, float* bent) const PEDAL_REALTIME {
  float hints[kMaxHints];
  for (int j = 0; j < hints_; ++j) {
    float x = hint_bias_[static_cast<std::size_t>(j)];
    for (int k = 0; k < conditioning_; ++k)
      x += conditioning[k] * hint_weight_[static_cast<std::size_t>(k * hints_ + j)];
    hints[j] = x / std::sqrt(1.0f + x * x);
  }
  Stretch(low_keep_, low_share_, low_stretch_, hints, hints_, padded_poles_, bent,
          bent + padded_poles_);
  bent += 2 * padded_poles_;
  for (const Layer& layer : layers_) {
    const int padded = layer.padded;
    for (int u = 0; u < padded; u += kLanes) {
      const Vec lift =
          Bounded(Hinted(Splat(0.0f), hints, hints_, layer.lift.data() + u, padded));
      const Vec bias = Bounded(Hinted(Load(layer.bias.data() + u), hints, hints_,
                                      layer.shift.data() + u, padded));
      const Vec root = Root(bias);
      Store(bent + u, Factor(lift));
      Store(bent + padded + u, bias);
      // As Sound computes it, so that silence gives zero to the bit.
      Store(bent + 2 * padded + u, Divide(Add(bias, bias), Add(root, root)));
    }
    Stretch(layer.keep, layer.share, layer.stretch, hints, hints_, padded,
            bent + 3 * padded, bent + 4 * padded);
    bent += kRows * padded;
    const int weights = static_cast<int>(layer.weights.size());
    for (int w = 0; w < weights; w += kLanes)
      Store(bent + w, Hinted(Load(layer.weights.data() + w), hints, hints_,
                             layer.reweight.data() + w, weights));
    bent += weights;
  }
  for (int f = 0; f < features_; f += kLanes)
    Store(bent + f,
          Hinted(Load(mix_.data() + f), hints, hints_, remix_.data() + f, features_));
}

// Bends anew only where a knob has moved since the last block.
const float* Cascade::BentBy(const float* conditioning,
                             float* state) const PEDAL_REALTIME {
  if (hints_ == 0) return unbent_.data();
  const int line = static_cast<int>(kAlignment / sizeof(float));
  float* knobs = state + state_size_ - (kKnobs + bent_size_ + line - 1) / line * line;
  bool same = knobs[0] > 0.0f;
  for (int k = 0; k < conditioning_; ++k)
    same = same && knobs[1 + k] == conditioning[k];
  if (!same) {
    Bend(conditioning, knobs + kKnobs);
    knobs[0] = 1.0f;
    for (int k = 0; k < conditioning_; ++k) knobs[1 + k] = conditioning[k];
  }
  return knobs + kKnobs;
}

// The first features of `count` samples: taps, then the input's one-poles.
void Cascade::Hear(const float* in, int count, const float* bent, float* state,
                   float* heard) const PEDAL_REALTIME {
  float past[kPast + kMaxFrames];  // [n + kPast]: sample n
  std::memcpy(past, state, kPast * sizeof(float));
  std::memcpy(past + kPast, in, static_cast<std::size_t>(count) * sizeof(float));
  std::memcpy(state, past + count, kPast * sizeof(float));
  for (int n = 0; n < count; ++n) {
    float* row = heard + n * kStride;
    for (int i = 0; i < taps_; ++i) row[i] = past[kPast + n - i];
    for (int i = taps_; i < padded_taps_; ++i) row[i] = 0.0f;
  }
  for (int p = 0; p < padded_poles_; p += kLanes) {
    const Vec keep = Load(bent + p), share = Load(bent + padded_poles_ + p);
    Vec low = Load(state + kPast + p);
    for (int n = 0; n < count; ++n) {
      low = MulAdd(Mul(share, Splat(past[kPast + n])), keep, low);
      Store(heard + n * kStride + padded_taps_ + p, low);
    }
    Store(state + kPast + p, low);
  }
}

// Adds up each sample's vector and, by their depths, the one-poles of that.
void Cascade::Couple(const float* sum, int count, float* state,
                     float* out) const PEDAL_REALTIME {
  alignas(kAlignment) float mixed[kMaxFrames], deep[kMaxFrames * kLanes];
  for (int n = 0; n < count; ++n) mixed[n] = AddUp(sum + n * kLanes);
  for (int j = 0; j < padded_couplers_; j += kLanes) {
    const Vec keep = Load(coupler_keep_.data() + j);
    const Vec share = Load(coupler_share_.data() + j), depth = Load(depth_.data() + j);
    Vec low = Load(state + j);
    for (int n = 0; n < count; ++n) {
      low = MulAdd(Mul(share, Splat(mixed[n])), keep, low);
      const Vec so_far = j == 0 ? Splat(0.0f) : Load(deep + n * kLanes);
      Store(deep + n * kLanes, MulAdd(so_far, depth, low));
    }
    Store(state + j, low);
  }
  for (int n = 0; n < count; ++n) out[n] = mixed[n] + AddUp(deep + n * kLanes);
}

void Cascade::Process(const float* in, const float* conditioning, int count, float* out,
                      float* state) const PEDAL_REALTIME {
  alignas(kAlignment) float rooms[2][kMaxFrames * kStride];
  alignas(kAlignment) float z[kMaxFrames * kMaxCascadeUnits];
  alignas(kAlignment) float sum[kMaxFrames * kLanes];
  const float* bent = BentBy(conditioning, state);
  const float* mix = bent + bent_size_ - features_;
  float* heard = rooms[0];
  Hear(in, count, bent, state, heard);
  bent += 2 * padded_poles_;
  const int inputs = padded_taps_ + padded_poles_;
  for (int n = 0; n < count; ++n) {
    Vec part = Splat(0.0f);
    for (int f = 0; f < inputs; f += kLanes)
      part = MulAdd(part, Load(mix + f), Load(heard + n * kStride + f));
    Store(sum + n * kLanes, part);
  }
  mix += inputs;
  float* next = rooms[1];
  float* couplers = state + kPast + padded_poles_;
  float* before = couplers + padded_couplers_;
  for (const Layer& layer : layers_) {
    const int padded = layer.padded;
    Columned columns = {bent + kRows * padded, padded, layer.first_inputs,
                        layer.second_inputs, layer.second_at};
    int u = 0;
    for (; u + 2 * kLanes <= padded; u += 2 * kLanes, columns.weights += 2 * kLanes)
      Product<4, 2>(columns, heard, count, z + u);
    for (; u < padded; u += kLanes, columns.weights += kLanes)
      Product<8, 1>(columns, heard, count, z + u);
    for (u = 0; u < padded; u += kLanes) {
      const Units units = {Load(bent + u),
                           Load(bent + padded + u),
                           Load(bent + 2 * padded + u),
                           Load(bent + 3 * padded + u),
                           Load(bent + 4 * padded + u),
                           Load(layer.slew_squared.data() + u),
                           Load(mix + u),
                           Load(mix + padded + u)};
      (layer.slews ? Sound<Poles::kSlewing>
                   : Sound<Poles::kLinear>)(units, z + u, count, before + u,
                                            before + padded + u, next + u,
                                            next + padded + u, sum);
    }
    bent += static_cast<std::size_t>(kRows * padded) + layer.weights.size();
    mix += 2 * padded;
    before += 2 * padded;
    std::swap(heard, next);
  }
  Couple(sum, count, couplers, out);
}

}  // namespace pedal
