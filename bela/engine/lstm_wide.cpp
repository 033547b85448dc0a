// The tiles of an LSTM for vectors of eight floats.
//
// Sums of a tile of up to three vectors of units, four gates each, stay in registers
// while the columns stream past, one forward read of the weights; its cells follow at
// once, so that the next tile's products fill the time that they take. Layout: of each
// tile the biases, the columns of x, those of h; of each of these, vector by vector,
// the gates input, candidate, forget, output. What else was tried:
// bela/bench/attempts.md.
#include "engine/lstm_wide.h"

#if PEDAL_LSTM_WIDE
#include "engine/lstm_cell.h"

#define PEDAL_INLINE inline __attribute__((always_inline))

namespace pedal {
namespace {

constexpr int kGates = 4;
constexpr int kFromKeras[kGates] = {0, 2, 1, 3};  // of i, f, c, o
constexpr int kCandidate = 1;                     // its place here

// Vectors in the next tile where `left` of them are to come.
constexpr int TileOf(int left) {
  return left == 4 || left == 2 ? 2 : left >= 3 ? 3 : 1;
}

// z += one column times x.
template <int kTile>
PEDAL_INLINE const float* Column(const float* weights, Vec x, Vec* z) {
  for (int k = 0; k < kTile * kGates; ++k)
    z[k] = MulAdd(z[k], Load(weights + kLanes * k), x);
  return weights + kTile * kGates * kLanes;
}

// Eight columns of h, of which each half of a vector is told one by one what lies in
// itself, then in the other half: cheaper than a load for each, and sooner. Where z and
// odd differ, odd columns have sums of their own.
template <int kTile>
PEDAL_INLINE const float* EightColumns(const float* weights, Vec h, Vec* z, Vec* odd) {
  const Vec swapped = _mm256_permute2f128_ps(h, h, 1);
  weights = Column<kTile>(weights, _mm256_permute_ps(h, 0x00), z);
  weights = Column<kTile>(weights, _mm256_permute_ps(h, 0x55), odd);
  weights = Column<kTile>(weights, _mm256_permute_ps(h, 0xaa), z);
  weights = Column<kTile>(weights, _mm256_permute_ps(h, 0xff), odd);
  weights = Column<kTile>(weights, _mm256_permute_ps(swapped, 0x00), z);
  weights = Column<kTile>(weights, _mm256_permute_ps(swapped, 0x55), odd);
  weights = Column<kTile>(weights, _mm256_permute_ps(swapped, 0xaa), z);
  return Column<kTile>(weights, _mm256_permute_ps(swapped, 0xff), odd);
}

// The unit of h that `lane` is told in column `column` of EightColumns.
constexpr int UnitOf(int column, int lane) {
  return column / kLanes * kLanes + (lane / 4 + column % kLanes / 4) % 2 * 4 +
         column % 4;
}

// Sums of a tile before h: biases and x.
template <int kTile>
PEDAL_INLINE const float* Begin(const float* weights, const float* x, int in, Vec* z) {
  for (int k = 0; k < kTile * kGates; ++k) z[k] = Load(weights + kLanes * k);
  weights += kTile * kGates * kLanes;
  for (int i = 0; i < in; ++i) weights = Column<kTile>(weights, Splat(x[i]), z);
  return weights;
}

// A whole tile's step: h of the step before in, of this one out.
template <int kTile>
PEDAL_INLINE const float* Tile(const float* weights, const float* x, int in, int vecs,
                               const float* before, float* after, float* c) {
  Vec z[kTile * kGates];
  weights = Begin<kTile>(weights, x, in, z);
  for (int v = 0; v < vecs; ++v)
    weights = EightColumns<kTile>(weights, Load(before + kLanes * v), z, z);
  for (int t = 0; t < kTile; ++t) {
    const Vec* sums = z + kGates * t;
    Vec cell = Load(c + kLanes * t);
    Store(after + kLanes * t,
          lstm_cell::Step(sums[0], sums[1], sums[2], sums[3], &cell));
    Store(c + kLanes * t, cell);
  }
  return weights;
}

PEDAL_INLINE float AddUp(Vec v) {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

}  // namespace

// One or two vectors of units: all of the state stays in registers.
template <int kVecs>
void LstmWide::RunFew(const Weights& weights, const Samples& samples, float* h_state,
                      float* c_state) {
  constexpr bool kSplit = kVecs == 1;  // else products wait for each other
  Vec h[kVecs], c[kVecs];
  for (int v = 0; v < kVecs; ++v) h[v] = Load(h_state + kLanes * v);
  for (int v = 0; v < kVecs; ++v) c[v] = Load(c_state + kLanes * v);
  for (int n = 0; n < samples.count; ++n) {
    Vec z[kVecs * kGates], odd[kVecs * kGates];
    const float* from =
        Begin<kVecs>(weights.data, samples.x + n * weights.in, weights.in, z);
    if (kSplit)
      for (Vec& sum : odd) sum = Splat(0.0f);
    for (int v = 0; v < kVecs; ++v)
      from = EightColumns<kVecs>(from, h[v], z, kSplit ? odd : z);
    if (kSplit)
      for (int k = 0; k < kVecs * kGates; ++k) z[k] = Add(z[k], odd[k]);
    for (int v = 0; v < kVecs; ++v) {
      const Vec* sums = z + kGates * v;
      h[v] = lstm_cell::Step(sums[0], sums[1], sums[2], sums[3], &c[v]);
    }
    if (!samples.mix) continue;
    Vec sum = Mul(h[0], Load(samples.mix));
    for (int v = 1; v < kVecs; ++v)
      sum = MulAdd(sum, h[v], Load(samples.mix + kLanes * v));
    samples.out[n] = AddUp(sum) + samples.mix[kLanes * kVecs];
  }
  for (int v = 0; v < kVecs; ++v) Store(h_state + kLanes * v, h[v]);
  for (int v = 0; v < kVecs; ++v) Store(c_state + kLanes * v, c[v]);
}

// More vectors; kVecs: how many, or 0 for any. A step reads all of h while it writes
// the next, so two of them take turns.
template <int kVecs>
void LstmWide::RunMany(const Weights& weights, const Samples& samples, float* h,
                       float* c) {
  const int vecs = kVecs ? kVecs : weights.vecs, in = weights.in;
  alignas(kAlignment) float other[kMaxUnits];
  float *before = h, *after = other;
  for (int n = 0; n < samples.count; ++n) {
    const float* from = weights.data;
    const float* x = samples.x + n * in;
    for (int v = 0; v < vecs; v += TileOf(vecs - v)) {
      float *h_to = after + kLanes * v, *cell = c + kLanes * v;
      switch (TileOf(vecs - v)) {
        case 1:
          from = Tile<1>(from, x, in, vecs, before, h_to, cell);
          break;
        case 2:
          from = Tile<2>(from, x, in, vecs, before, h_to, cell);
          break;
        default:
          from = Tile<3>(from, x, in, vecs, before, h_to, cell);
      }
    }
    float* const done = after;
    after = before;
    before = done;
    if (!samples.mix) continue;
    Vec sum = Mul(Load(done), Load(samples.mix));
    for (int v = 1; v < vecs; ++v)
      sum = MulAdd(sum, Load(done + kLanes * v), Load(samples.mix + kLanes * v));
    samples.out[n] = AddUp(sum) + samples.mix[kLanes * vecs];
  }
  if (before == h) return;
  for (int v = 0; v < vecs; ++v) Store(h + kLanes * v, Load(before + kLanes * v));
}

LstmWide::Kernel LstmWide::Choose(int vecs) {
  switch (vecs) {
    case 1:
      return RunFew<1>;
    case 2:
      return RunFew<2>;
    case 3:
      return RunMany<3>;
    case 4:
      return RunMany<4>;
    case 5:
      return RunMany<5>;
    case 8:
      return RunMany<8>;
    default:
      return RunMany<0>;
  }
}

void LstmWide::Prepare(const LayerSpec& spec) {
  const int units = spec.out, width = kGates * units;
  vecs_ = PadToLanes(units) / kLanes;
  in_ = spec.in;
  const int columns = 1 + in_ + kLanes * vecs_;  // of the biases, x and h
  weights_.Prepare(static_cast<std::size_t>(kGates * kLanes * vecs_ * columns));
  // One weight: `row` of Keras' gates.
  const auto weight = [&](int column, int row, int lane) -> double {
    if (column == 0) return static_cast<double>(spec.bias[row]);
    if (column <= in_)
      return static_cast<double>(spec.kernel[(column - 1) * width + row]);
    const int unit = UnitOf(column - 1 - in_, lane);
    return unit < units ? static_cast<double>(spec.recurrent[unit * width + row]) : 0.0;
  };
  float* to = weights_.data();
  for (int first = 0, tile = 0; first < vecs_; first += tile) {
    tile = TileOf(vecs_ - first);
    for (int column = 0; column < columns; ++column) {
      for (int k = 0; k < tile * kGates * kLanes; ++k, ++to) {
        const int lane = k % kLanes, gate = k / kLanes % kGates;
        const int unit = (first + k / (kLanes * kGates)) * kLanes + lane;
        if (unit >= units) continue;
        const double scale =
            gate == kCandidate ? CandidateScale::kScale : 0.5 * GateScale::kScale;
        *to = static_cast<float>(scale *
                                 weight(column, kFromKeras[gate] * units + unit, lane));
      }
    }
  }
  kernel_ = Choose(vecs_);
}

}  // namespace pedal
#endif
