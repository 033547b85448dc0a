// Forward and backward pass of the time-invariant cascade (training/aa.py), fused: one
// call plays a whole window through every layer, lanes side by side in one vector.
//
// Compiled by training/kernels_aa/__init__.py for the machine that trains. Letters:
// T steps, B lanes (a multiple of kLanes), U units of all layers, F features of all.
#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
constexpr int kLanes = 16, kTileSteps = 4;
#else
constexpr int kLanes = 8, kTileSteps = 2;
#endif
constexpr int kTileUnits = 4;
typedef float Vec __attribute__((vector_size(4 * kLanes), aligned(4)));

// Mirrored by `Job` in training/kernels_aa/__init__.py: the same members, in order.
struct Job {
  std::int32_t steps, lanes, taps, poles, layers, units, features;
  const std::int32_t* sizes;                 // (layers)
  const float *input, *input_pole;           // (taps - 1 + T, B), (poles, B)
  const float* weight;                       // (H, I, B) of each layer
  const float *gain, *bias, *rest;           // (U, B)
  const float *pole, *slew;                  // (U, B)
  const float* mix;                          // (F, B)
  const float *low_0, *before_0, *memory_0;  // state at the first step
  float *low, *before, *memory;              // state after the last: (poles | U, B)
  float *heard, *sums;                       // kept: (B / kLanes, F | U, T + 1, kLanes)
  float* output;                             // (T, B)
  const float* d_output;                     // (T, B)
  float *d_input_pole, *d_weight, *d_gain, *d_bias, *d_rest, *d_pole, *d_slew, *d_mix;
  float* d_heard;  // scratch, (F, T + 1, kLanes)
};

namespace {

inline Vec Load(const float* p) { return *reinterpret_cast<const Vec*>(p); }
inline void Store(float* p, Vec v) { *reinterpret_cast<Vec*>(p) = v; }
inline Vec Splat(float x) { return x - Vec{}; }

inline Vec Sqrt(Vec x) {
  Vec root;
  for (int lane = 0; lane < kLanes; ++lane) root[lane] = std::sqrt(x[lane]);
  return root;
}

// Steps are stored one wider than they are: rows a power of two apart would share the
// few places that a cache has for them.
inline std::size_t Stride(int steps) {
  return static_cast<std::size_t>(steps + 1) * kLanes;
}

inline float* Row(float* base, int row, int steps) {
  return base + row * Stride(steps);
}

// A layer's weights as rows and columns, a vector of lanes each; `by_row` and
// `by_column` are the floats from one to the next.
struct Matrix {
  const float* at;
  int by_row, by_column;
  Matrix From(int row) const { return {at + row * by_row, by_row, by_column}; }
};

// out[r, t] (+)= sum over c of matrix[r, c] * in[c, t].
template <bool kAdd, int kRows, int kSteps>
void Tile(Matrix matrix, const float* in, float* out, int columns, int steps, int t) {
  Vec sum[kRows][kSteps];
  for (int r = 0; r < kRows; ++r)
    for (int k = 0; k < kSteps; ++k)
      sum[r][k] = kAdd ? Load(out + r * Stride(steps) + (t + k) * kLanes) : Vec{};
  for (int c = 0; c < columns; ++c) {
    const float* x = in + c * Stride(steps) + t * kLanes;
    for (int r = 0; r < kRows; ++r) {
      const Vec w = Load(matrix.at + r * matrix.by_row + c * matrix.by_column);
      for (int k = 0; k < kSteps; ++k) sum[r][k] += w * Load(x + k * kLanes);
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int k = 0; k < kSteps; ++k)
      Store(out + r * Stride(steps) + (t + k) * kLanes, sum[r][k]);
}

template <bool kAdd, int kRows>
void Rows(Matrix matrix, const float* in, float* out, int columns, int steps) {
  int t = 0;
  for (; t + kTileSteps <= steps; t += kTileSteps)
    Tile<kAdd, kRows, kTileSteps>(matrix, in, out, columns, steps, t);
  for (; t < steps; ++t) Tile<kAdd, kRows, 1>(matrix, in, out, columns, steps, t);
}

template <bool kAdd>
void Product(Matrix matrix, const float* in, float* out, int rows, int columns,
             int steps) {
  int r = 0;
  for (; r + kTileUnits <= rows; r += kTileUnits)
    Rows<kAdd, kTileUnits>(matrix.From(r), in, Row(out, r, steps), columns, steps);
  for (; r < rows; ++r)
    Rows<kAdd, 1>(matrix.From(r), in, Row(out, r, steps), columns, steps);
}

// d_matrix[r, c] = sum over t of d_out[r, t] * in[c, t], `lanes` floats an element.
template <int kRows, int kColumns>
void Outer(const float* d_out, const float* in, float* d_matrix, int columns, int lanes,
           int steps) {
  Vec sum[kRows][kColumns] = {};
  for (int t = 0; t < steps; ++t) {
    Vec x[kColumns];
    for (int c = 0; c < kColumns; ++c) x[c] = Load(in + c * Stride(steps) + t * kLanes);
    for (int r = 0; r < kRows; ++r) {
      const Vec d = Load(d_out + r * Stride(steps) + t * kLanes);
      for (int c = 0; c < kColumns; ++c) sum[r][c] += d * x[c];
    }
  }
  for (int r = 0; r < kRows; ++r)
    for (int c = 0; c < kColumns; ++c)
      Store(d_matrix + (r * columns + c) * lanes, sum[r][c]);
}

template <int kRows>
void OuterRows(float* d_out, float* in, float* d_matrix, int columns, int lanes,
               int steps) {
  int c = 0;
  for (; c + 4 <= columns; c += 4)
    Outer<kRows, 4>(d_out, Row(in, c, steps), d_matrix + c * lanes, columns, lanes,
                    steps);
  for (; c < columns; ++c)
    Outer<kRows, 1>(d_out, Row(in, c, steps), d_matrix + c * lanes, columns, lanes,
                    steps);
}

void OuterProduct(float* d_out, float* in, float* d_matrix, int rows, int columns,
                  int lanes, int steps) {
  int r = 0;
  for (; r + 4 <= rows; r += 4)
    OuterRows<4>(Row(d_out, r, steps), in, d_matrix + r * columns * lanes, columns,
                 lanes, steps);
  for (; r < rows; ++r)
    OuterRows<1>(Row(d_out, r, steps), in, d_matrix + r * columns * lanes, columns,
                 lanes, steps);
}

// The taps and the one-poles of the input, as features 0 on.
void HearInput(const Job& job, int lane, float* heard) {
  for (int i = 0; i < job.taps; ++i)
    for (int t = 0; t < job.steps; ++t)
      Store(Row(heard, i, job.steps) + t * kLanes,
            Load(job.input +
                 static_cast<std::size_t>(job.taps - 1 - i + t) * job.lanes + lane));
  for (int p = 0; p < job.poles; ++p) {
    const Vec share = Splat(1.0f) - Load(job.input_pole + p * job.lanes + lane);
    Vec y = Load(job.low_0 + p * job.lanes + lane);
    float* out = Row(heard, job.taps + p, job.steps);
    for (int t = 0; t < job.steps; ++t) {
      y += share * (Load(heard + t * kLanes) - y);
      Store(out + t * kLanes, y);
    }
    Store(job.low + p * job.lanes + lane, y);
  }
}

// From the weighted sums z (in `sums`, replaced by v) to a unit's two features.
void Sound(const Job& job, int unit, int lane, float* sums, float* u_out,
           float* s_out) {
  const int at = unit * job.lanes + lane;
  const Vec gain = Load(job.gain + at), bias = Load(job.bias + at);
  const Vec rest = Load(job.rest + at), one = Splat(1.0f);
  const Vec share = one - Load(job.pole + at), slew = Load(job.slew + at);
  const bool saturates = job.slew[at] != 0.0f;
  Vec s = Load(job.memory_0 + at), v = Load(job.before_0 + at) + bias;
  Vec root = Sqrt(one + v * v);
  for (int t = 0; t < job.steps; ++t) {
    const Vec v_now = gain * Load(sums + t * kLanes) + bias;
    const Vec root_now = Sqrt(one + v_now * v_now);
    const Vec u = (v_now + v) / (root_now + root) - rest;
    Store(sums + t * kLanes, v_now);
    Store(u_out + t * kLanes, u);
    v = v_now;
    root = root_now;
    Vec move = u - s;
    if (saturates) move /= Sqrt(one + slew * slew * move * move);
    s += share * move;
    Store(s_out + t * kLanes, s);
  }
  Store(job.before + at, v - bias);
  Store(job.memory + at, s);
}

// d_u and d_s (gradients of a unit's features) become d_z, in d_u's place.
template <bool kSaturates>
void SoundBack(const Job& job, int unit, int lane, const float* sums, const float* u_in,
               const float* s_in, float* d_u, const float* d_s) {
  const int at = unit * job.lanes + lane;
  const Vec gain = Load(job.gain + at), bias = Load(job.bias + at);
  const Vec rest = Load(job.rest + at), one = Splat(1.0f);
  const Vec share = one - Load(job.pole + at), slew = Load(job.slew + at);
  Vec d_gain{}, d_bias{}, d_rest{}, d_pole{}, d_slew{}, from_s{}, from_v{};
  Vec v = Load(sums + static_cast<std::size_t>(job.steps - 1) * kLanes);
  Vec root = Sqrt(one + v * v), slope = v / root;
  for (int t = job.steps - 1; t >= 0; --t) {
    const Vec u = Load(u_in + t * kLanes);
    const Vec d_s_now = from_s + Load(d_s + t * kLanes);
    const Vec s_before =
        t > 0 ? Load(s_in + (t - 1) * kLanes) : Load(job.memory_0 + at);
    const Vec move = u - s_before;
    Vec d_move = d_s_now * share, moved = move;
    if (kSaturates) {
      const Vec damp = one / Sqrt(one + slew * slew * move * move);
      moved *= damp;
      d_move *= damp * damp * damp;
      d_slew -= d_move * slew * move * move * move;
    }
    d_pole -= d_s_now * moved;
    from_s = d_s_now - d_move;
    const Vec d_u_now = Load(d_u + t * kLanes) + d_move;
    d_rest -= d_u_now;
    const Vec v_before =
        t > 0 ? Load(sums + (t - 1) * kLanes) : Load(job.before_0 + at) + bias;
    const Vec root_before = Sqrt(one + v_before * v_before);
    const Vec slope_before = v_before / root_before;
    const Vec y = u + rest, d = d_u_now / (root + root_before);
    const Vec d_v = from_v + d * (one - y * slope);
    from_v = d * (one - y * slope_before);
    d_gain += d_v * (v - bias);
    d_bias += d_v;
    Store(d_u + t * kLanes, gain * d_v);
    v = v_before;
    root = root_before;
    slope = slope_before;
  }
  Store(job.d_gain + at, d_gain / gain);
  Store(job.d_bias + at, d_bias + from_v);
  Store(job.d_rest + at, d_rest);
  Store(job.d_pole + at, d_pole);
  Store(job.d_slew + at, d_slew);
}

void HearInputBack(const Job& job, int lane, const float* heard, const float* d_heard) {
  for (int p = 0; p < job.poles; ++p) {
    const Vec keep = Load(job.input_pole + p * job.lanes + lane);
    const std::size_t row = (job.taps + p) * Stride(job.steps);
    Vec from_y{}, d_pole{};
    for (int t = job.steps - 1; t >= 0; --t) {
      const Vec d_y = from_y + Load(d_heard + row + t * kLanes);
      const Vec before = t > 0 ? Load(heard + row + (t - 1) * kLanes)
                               : Load(job.low_0 + p * job.lanes + lane);
      d_pole += d_y * (before - Load(heard + t * kLanes));
      from_y = keep * d_y;
    }
    Store(job.d_input_pole + p * job.lanes + lane, d_pole);
  }
}

}  // namespace

extern "C" int CascadeLanes() { return kLanes; }

extern "C" void CascadeForward(const Job* given) {
  const Job& job = *given;
  for (int lane = 0; lane < job.lanes; lane += kLanes) {
    float* heard = Row(job.heard, lane / kLanes * job.features, job.steps);
    float* sums = Row(job.sums, lane / kLanes * job.units, job.steps);
    HearInput(job, lane, heard);
    const float* weight = job.weight + lane;
    int from = 0, wide = job.taps + job.poles, unit = 0;
    for (int layer = 0; layer < job.layers; ++layer) {
      const int size = job.sizes[layer], to = from + wide;
      Product<false>(Matrix{weight, wide * job.lanes, job.lanes},
                     Row(heard, from, job.steps), Row(sums, unit, job.steps), size,
                     wide, job.steps);
      for (int h = 0; h < size; ++h)
        Sound(job, unit + h, lane, Row(sums, unit + h, job.steps),
              Row(heard, to + h, job.steps), Row(heard, to + size + h, job.steps));
      weight += size * wide * job.lanes;
      unit += size;
      from = to;
      wide = 2 * size;
    }
    for (int t = 0; t < job.steps; ++t) {
      Vec y{};
      for (int f = 0; f < job.features; ++f)
        y += Load(job.mix + f * job.lanes + lane) *
             Load(Row(heard, f, job.steps) + t * kLanes);
      Store(job.output + static_cast<std::size_t>(t) * job.lanes + lane, y);
    }
  }
}

extern "C" void CascadeBackward(const Job* given) {
  const Job& job = *given;
  for (int lane = 0; lane < job.lanes; lane += kLanes) {
    float* heard = Row(job.heard, lane / kLanes * job.features, job.steps);
    float* sums = Row(job.sums, lane / kLanes * job.units, job.steps);
    for (int f = 0; f < job.features; ++f) {
      const Vec mix = Load(job.mix + f * job.lanes + lane);
      const float* x = Row(heard, f, job.steps);
      float* d_x = Row(job.d_heard, f, job.steps);
      Vec d_mix{};
      for (int t = 0; t < job.steps; ++t) {
        const Vec d_y =
            Load(job.d_output + static_cast<std::size_t>(t) * job.lanes + lane);
        d_mix += d_y * Load(x + t * kLanes);
        Store(d_x + t * kLanes, d_y * mix);
      }
      Store(job.d_mix + f * job.lanes + lane, d_mix);
    }
    int to = job.features, unit = job.units;
    std::size_t weights = static_cast<std::size_t>(lane);
    for (int layer = 0, wide = job.taps + job.poles; layer < job.layers; ++layer) {
      weights += static_cast<std::size_t>(job.sizes[layer]) * wide * job.lanes;
      wide = 2 * job.sizes[layer];
    }
    for (int layer = job.layers - 1; layer >= 0; --layer) {
      const int size = job.sizes[layer];
      const int wide = layer > 0 ? 2 * job.sizes[layer - 1] : job.taps + job.poles;
      to -= 2 * size;
      unit -= size;
      weights -= static_cast<std::size_t>(size) * wide * job.lanes;
      const int from = to - wide;
      float* d_sums = Row(job.d_heard, to, job.steps);
      for (int h = 0; h < size; ++h)
        (job.slew[(unit + h) * job.lanes + lane] != 0.0f
             ? SoundBack<true>
             : SoundBack<false>)(job, unit + h, lane, Row(sums, unit + h, job.steps),
                                 Row(heard, to + h, job.steps),
                                 Row(heard, to + size + h, job.steps),
                                 Row(d_sums, h, job.steps),
                                 Row(d_sums, size + h, job.steps));
      OuterProduct(d_sums, Row(heard, from, job.steps), job.d_weight + weights, size,
                   wide, job.lanes, job.steps);
      Product<true>(Matrix{job.weight + weights, job.lanes, wide * job.lanes}, d_sums,
                    Row(job.d_heard, from, job.steps), wide, size, job.steps);
    }
    HearInputBack(job, lane, heard, job.d_heard);
  }
}

// y = x + sum over j of depth[j] low[j], low[j] the one-pole of x with pole[j].
// x, y: (T, B); lows: (Q, T, B), kept for the way back; low_0: (Q, B).
extern "C" void CoupleForward(int steps, int lanes, int count, const float* x,
                              const float* pole, const float* depth, const float* low_0,
                              float* lows, float* y) {
  const std::size_t size = static_cast<std::size_t>(steps) * lanes;
  std::memcpy(y, x, size * sizeof(float));
  for (int j = 0; j < count; ++j) {
    const float* before = low_0 + j * lanes;
    float* now = lows + j * size;
    for (int t = 0; t < steps; ++t, before = now, now += lanes)
      for (int b = 0; b < lanes; ++b) {
        const float from = x[static_cast<std::size_t>(t) * lanes + b];
        now[b] = before[b] + (1.0f - pole[j]) * (from - before[b]);
        y[static_cast<std::size_t>(t) * lanes + b] += depth[j] * now[b];
      }
  }
}

// d_x from d_y, and the gradients of poles and depths; carry: (B), scratch.
extern "C" void CoupleBackward(int steps, int lanes, int count, const float* x,
                               const float* pole, const float* depth,
                               const float* low_0, const float* lows, const float* d_y,
                               float* d_x, float* d_pole, float* d_depth,
                               float* carry) {
  const std::size_t size = static_cast<std::size_t>(steps) * lanes;
  std::memcpy(d_x, d_y, size * sizeof(float));
  for (int j = 0; j < count; ++j) {
    std::memset(carry, 0, lanes * sizeof(float));
    for (int t = steps - 1; t >= 0; --t) {
      const std::size_t at = static_cast<std::size_t>(t) * lanes;
      const float* now = lows + j * size + at;
      const float* before = t > 0 ? now - lanes : low_0 + j * lanes;
      float of_pole = 0.0f, of_depth = 0.0f;
      for (int b = 0; b < lanes; ++b) {
        const float d_low = carry[b] + depth[j] * d_y[at + b];
        of_depth += d_y[at + b] * now[b];
        of_pole += d_low * (before[b] - x[at + b]);
        d_x[at + b] += (1.0f - pole[j]) * d_low;
        carry[b] = pole[j] * d_low;
      }
      d_pole[j] += of_pole;
      d_depth[j] += of_depth;
    }
  }
}
