// A cascade's samples, and what its knobs do to it; one layer's kernel is
// engine/cascade_layer.h.
//
// State: the input's last 15 samples and a place for one more, its one-poles, the
// output's; then of each layer the last sums without their bias and the one-poles;
// then, with knobs, whether what follows is theirs, the knobs, and what Bend makes of
// them. Bent: keep and share of the input's one-poles; bias, rest, keep, share and the
// weights of each layer; then the mix. Weights and mix have in them the layer's gain
// and the share of each linear one-pole that they take up.
#include "engine/cascade.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/cascade_layer.h"

namespace pedal {
namespace {

using cascade_layer::Bounded;
using cascade_layer::kLargestSum;
using cascade_layer::kLoudest;
using cascade_layer::kStride;
using cascade_layer::Poles;
using cascade_layer::Root;

constexpr float kLeastLift = -4.0f;  // keeps p + sqrt(1 + p^2) far from cancelling

constexpr int kUsualHints = 4;  // of one knob

constexpr float kLeastShare = 2e-4f;  // that a knob may leave a one-pole with

// sum over j of hints[j] * rows[j], a vector, onto `start`.
Vec Hinted(Vec start, const float* hints, int count, const float* rows, int width) {
  for (int j = 0; j < count; ++j)
    start = MulAdd(start, Splat(hints[j]), Load(rows + j * width));
  return start;
}

// From what hints add up to, to a factor above zero: p + sqrt(1 + p^2), p above -4.
Vec Factor(Vec p) {
  p = Max(p, Splat(kLeastLift));
  return MulAdd(p, Splat(0.5f), Root(p));
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

// `count` rows of `padded` weights: (weights + hints rows) gain, and each row by its
// own share where there are such. kHints: how many, or 0 for any.
template <int kHints>
void Reweigh(const float* weights, const float* reweight, int size, const float* hints,
             int count_of_hints, const float* gain, int padded, const float* shares,
             int count, float* out) {
  const int some = kHints ? kHints : count_of_hints;
  for (int u = 0; u < padded; u += kLanes) {
    const Vec gained = Load(gain + u);
    for (int c = 0; c < count; ++c) {
      const int at = c * padded + u;
      const Vec w = Hinted(Load(weights + at), hints, some, reweight + at, size);
      Store(out + at, Mul(w, shares ? Mul(gained, Splat(shares[c])) : gained));
    }
  }
}

void Multiply(float* row, const float* by, int count) {
  for (int i = 0; i < count; i += kLanes)
    Store(row + i, Mul(Load(row + i), Load(by + i)));
}

void Take(const float* in, int count, float* out) {
  int n = 0;
  for (; n + kLanes <= count; n += kLanes)
    Store(out + n, Bounded(LoadAny(in + n), kLoudest));
  for (; n < count; ++n)
    out[n] = in[n] > kLoudest ? kLoudest : in[n] < -kLoudest ? -kLoudest : in[n];
}

// The kernel for kVecs vectors of units, kSamples at once. taps: they go in first.
template <int kSamples, int kVecs>
auto Chosen(bool slews, bool taps) -> void (*)(const cascade_layer::Tile&, int) {
  using cascade_layer::Play;
  if (slews)
    return taps ? Play<Poles::kSlewing, true, kSamples, kVecs>
                : Play<Poles::kSlewing, false, kSamples, kVecs>;
  return taps ? Play<Poles::kLinear, true, kSamples, kVecs>
              : Play<Poles::kLinear, false, kSamples, kVecs>;
}

void DivideBy(float* row, const float* by, int count) {
  for (int i = 0; i < count; i += kLanes)
    Store(row + i, Divide(Load(row + i), Load(by + i)));
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
  float* mix = bent + bent_size_ - features_;
  for (int f = 0; f < features_; f += kLanes)
    Store(mix + f,
          Hinted(Load(mix_.data() + f), hints, hints_, remix_.data() + f, features_));
  const float* shares = bent + padded_poles_;
  Stretch(low_keep_, low_share_, low_stretch_, hints, hints_, padded_poles_, bent,
          bent + padded_poles_);
  Multiply(mix + padded_taps_, shares, padded_poles_);
  mix += padded_taps_ + padded_poles_;
  bent += 2 * padded_poles_;
  for (const Layer& layer : layers_) {
    const int padded = layer.padded;
    alignas(kAlignment) float gain[kMaxCascadeUnits];
    for (int u = 0; u < padded; u += kLanes) {
      const Vec lift =
          Bounded(Hinted(Splat(0.0f), hints, hints_, layer.lift.data() + u, padded),
                  kLargestSum);
      const Vec bias = Bounded(Hinted(Load(layer.bias.data() + u), hints, hints_,
                                      layer.shift.data() + u, padded),
                               kLargestSum);
      const Vec root = Root(bias);
      Store(gain + u, Factor(lift));
      Store(bent + u, bias);
      // As the kernel computes it, so that silence gives zero to the bit.
      Store(bent + padded + u, cascade_layer::Half(bias, bias, root, root));
    }
    Stretch(layer.keep, layer.share, layer.stretch, hints, hints_, padded,
            bent + 2 * padded, bent + 3 * padded);
    float* own_shares = bent + 3 * padded;
    bent += kRows * padded;
    const float *weights = layer.weights.data(), *reweight = layer.reweight.data();
    const int size = static_cast<int>(layer.weights.size());
    const int first = layer.first_inputs * padded;
    const auto reweigh = hints_ == kUsualHints ? Reweigh<kUsualHints> : Reweigh<0>;
    reweigh(weights, reweight, size, hints, hints_, gain, padded, nullptr,
            layer.first_inputs, bent);
    reweigh(weights + first, reweight + first, size, hints, hints_, gain, padded,
            shares, layer.second_inputs, bent + first);
    shares = layer.slews ? nullptr : own_shares;
    if (layer.slews)
      for (int u = 0; u < padded; u += kLanes)  // the kernel has twice an inverse root
        Store(own_shares + u, Mul(Splat(0.5f), Load(own_shares + u)));
    else
      Multiply(mix + padded, own_shares, padded);
    mix += 2 * padded;
    bent += size;
  }
}

// Linear one-poles add up what comes in as it is: times their shares, or over them, so
// that they sound as before where a knob moves their shares.
void Cascade::Rescale(const float* bent, bool over, float* state) const PEDAL_REALTIME {
  const auto rescale = over ? DivideBy : Multiply;
  rescale(state + kPast, bent + padded_poles_, padded_poles_);
  float* layers = state + kPast + padded_poles_ + padded_couplers_;
  bent += 2 * padded_poles_;
  for (const Layer& layer : layers_) {
    const int padded = layer.padded;
    if (!layer.slews) rescale(layers + padded, bent + 3 * padded, padded);
    layers += 2 * padded;
    bent += static_cast<std::size_t>(kRows * padded) + layer.weights.size();
  }
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
    Rescale(knobs + kKnobs, false, state);
    Bend(conditioning, knobs + kKnobs);
    Rescale(knobs + kKnobs, true, state);
    knobs[0] = 1.0f;
    for (int k = 0; k < conditioning_; ++k) knobs[1 + k] = conditioning[k];
  }
  return knobs + kKnobs;
}

// The input's one-poles of `count` samples, and the mix of them and the taps, a vector
// a sample. newest: the first of the samples, those before it ahead of it.
void Cascade::Hear(const float* newest, int count, const float* bent, const float* mix,
                   float* low_state, float* lows, float* sum) const PEDAL_REALTIME {
  // The mix of the taps lies in the order of time.
  const float* oldest = newest - (padded_taps_ - 1);
  for (int p = 0; p < padded_poles_; p += kLanes) {
    const Vec keep = Load(bent + p), share = Load(mix + padded_taps_ + p);
    Vec low = Load(low_state + p);
    for (int n = 0; n < count; ++n) {
      low = MulAdd(Splat(newest[n]), keep, low);
      Store(lows + n * kStride + p, low);
      Vec part;
      if (p == 0) {
        part = Mul(Load(mix), LoadAny(oldest + n));
        for (int i = kLanes; i < padded_taps_; i += kLanes)
          part = MulAdd(part, Load(mix + i), LoadAny(oldest + n + i));
      } else {
        part = Load(sum + n * kLanes);
      }
      Store(sum + n * kLanes, MulAdd(part, share, low));
    }
    Store(low_state + p, low);
  }
}

// Adds up each sample's vector and, by their depths, the one-poles of that.
void Cascade::Couple(float* sum, int count, float* low_state,
                     float* out) const PEDAL_REALTIME {
  alignas(kAlignment) float mixed[kMaxFrames];
  const int rows = PadToLanes(count);
  for (int n = count; n < rows; ++n) Store(sum + n * kLanes, Splat(0.0f));
  for (int n = 0; n < rows; n += kLanes) Store(mixed + n, AddUpRows(sum + n * kLanes));
  for (int j = 0; j < padded_couplers_; j += kLanes) {
    const Vec keep = Load(coupler_keep_.data() + j), depth = Load(depth_.data() + j);
    Vec low = Load(low_state + j);
    for (int n = 0; n < count; ++n) {
      low = MulAdd(Splat(mixed[n]), keep, low);
      const Vec deep = Mul(depth, low);
      Store(sum + n * kLanes, j == 0 ? deep : Add(Load(sum + n * kLanes), deep));
    }
    Store(low_state + j, low);
  }
  for (int n = 0; n < rows; n += kLanes)
    Store(mixed + n, Add(Load(mixed + n), AddUpRows(sum + n * kLanes)));
  std::memcpy(out, mixed, static_cast<std::size_t>(count) * sizeof(float));
}

void Cascade::Process(const float* in, const float* conditioning, int count, float* out,
                      float* state) const PEDAL_REALTIME {
  using cascade_layer::Tile;
  // Apart by more than a page of memory, lest writes to one look like reads of the
  // other.
  constexpr int kRoom = kMaxFrames * kStride + 32;
  alignas(kAlignment) float rooms[2][kRoom];
  alignas(kAlignment) float sum[kMaxFrames * kLanes];
  alignas(kAlignment) float past[kPast + kMaxFrames];  // [n + kPast]: sample n
  const float* bent = BentBy(conditioning, state);
  const float* mix = bent + bent_size_ - features_;
  for (int n = 0; n < kPast; n += kLanes) Store(past + n, Load(state + n));
  Take(in, count, past + kPast);
  float* couplers = state + kPast + padded_poles_;
  Hear(past + kPast, count, bent, mix, state + kPast, rooms[0], sum);
  for (int n = 0; n < kPast; n += kLanes) Store(state + n, LoadAny(past + count + n));
  bent += 2 * padded_poles_;
  mix += padded_taps_ + padded_poles_;
  float* before = couplers + padded_couplers_;
  const float *u = past + kPast, *s = rooms[0];
  float* next = rooms[1];
  bool first = true;
  for (const Layer& layer : layers_) {
    const int padded = layer.padded;
    const auto play = [&](int at, void (*tile_play)(const Tile&, int)) {
      const Tile tile = {bent + kRows * padded + at,
                         bent + at,
                         bent + padded + at,
                         bent + 2 * padded + at,
                         bent + 3 * padded + at,
                         layer.slew.data() + at,
                         mix + at,
                         mix + padded + at,
                         padded,
                         layer.first_inputs,
                         layer.second_inputs,
                         u,
                         s,
                         next + at,
                         next + padded + at,
                         sum,
                         before + at,
                         before + padded + at};
      tile_play(tile, count);
    };
    int at = 0;
    for (; at + 2 * kLanes <= padded; at += 2 * kLanes)
      play(at, Chosen<4, 2>(layer.slews, first));
    if (at < padded) play(at, Chosen<8, 1>(layer.slews, first));
    bent += static_cast<std::size_t>(kRows * padded) + layer.weights.size();
    mix += 2 * padded;
    before += 2 * padded;
    u = next;
    s = next + padded;
    next = next == rooms[1] ? rooms[0] : rooms[1];
    first = false;
  }
  Couple(sum, count, couplers, out);
}

}  // namespace pedal
