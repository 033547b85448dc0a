// Matrix times vector plus bias: the tiles, and the sizes for which the compiler
// unrolls them.
#include "engine/matvec.h"

namespace pedal {
namespace {

constexpr int kTile =
    8;  // vectors of sums: eight hide the latency of a fused multiply-add

// One tile of kRows vectors. Few rows leave multiply-adds waiting for each other, so
// even and odd columns then have sums of their own.
template <int kRows, int kColumns>
inline __attribute__((always_inline)) const float* Tile(const float* weights,
                                                        const float* bias,
                                                        const float* x, float* out,
                                                        int columns) {
  constexpr bool kSplit = kRows <= 4;
  const int n = kColumns ? kColumns : columns;
  Vec sum[kRows];
  Vec odd[kSplit ? kRows : 1];
  for (int r = 0; r < kRows; ++r) sum[r] = Load(bias + r * kLanes);
  int k = 0;
  if (kSplit) {
    for (int r = 0; r < kRows; ++r) odd[kSplit ? r : 0] = Splat(0.0f);
    for (; k + 1 < n; k += 2) {
      const Vec a = Splat(x[k]), b = Splat(x[k + 1]);
      for (int r = 0; r < kRows; ++r)
        sum[r] = MulAdd(sum[r], Load(weights + r * kLanes), a);
      weights += kRows * kLanes;
      for (int r = 0; r < kRows; ++r)
        odd[kSplit ? r : 0] =
            MulAdd(odd[kSplit ? r : 0], Load(weights + r * kLanes), b);
      weights += kRows * kLanes;
    }
  }
  for (; k < n; ++k) {
    const Vec a = Splat(x[k]);
    for (int r = 0; r < kRows; ++r)
      sum[r] = MulAdd(sum[r], Load(weights + r * kLanes), a);
    weights += kRows * kLanes;
  }
  if (kSplit)
    for (int r = 0; r < kRows; ++r) sum[r] = Add(sum[r], odd[kSplit ? r : 0]);
  for (int r = 0; r < kRows; ++r) Store(out + r * kLanes, sum[r]);
  return weights;
}

// kRowVectors and kColumns: known sizes, or 0 for any.
template <int kRowVectors, int kColumns>
void Run(const float* weights, const float* bias, const float* x, float* out,
         int row_vectors, int columns) {
  int left = kRowVectors ? kRowVectors : row_vectors;
  for (; left >= kTile; left -= kTile) {
    weights = Tile<kTile, kColumns>(weights, bias, x, out, columns);
    bias += kTile * kLanes;
    out += kTile * kLanes;
  }
  switch (left) {
    case 1:
      Tile<1, kColumns>(weights, bias, x, out, columns);
      break;
    case 2:
      Tile<2, kColumns>(weights, bias, x, out, columns);
      break;
    case 3:
      Tile<3, kColumns>(weights, bias, x, out, columns);
      break;
    case 4:
      Tile<4, kColumns>(weights, bias, x, out, columns);
      break;
    case 5:
      Tile<5, kColumns>(weights, bias, x, out, columns);
      break;
    case 6:
      Tile<6, kColumns>(weights, bias, x, out, columns);
      break;
    case 7:
      Tile<7, kColumns>(weights, bias, x, out, columns);
      break;
    default:
      break;
  }
}

}  // namespace

MatVec::Kernel MatVec::Choose(int row_vectors, int columns) {
  // LSTMs of the usual sizes, with one input and with one knob beside it.
#define PEDAL_SIZE(units)                                            \
  if (row_vectors == 4 * (units) / kLanes && columns == (units) + 1) \
    return Run<4 * (units) / kLanes, (units) + 1>;                   \
  if (row_vectors == 4 * (units) / kLanes && columns == (units) + 2) \
    return Run<4 * (units) / kLanes, (units) + 2>;
  PEDAL_SIZE(8)
  PEDAL_SIZE(16)
  PEDAL_SIZE(24)
  PEDAL_SIZE(32)
  PEDAL_SIZE(40)
  PEDAL_SIZE(64)
#undef PEDAL_SIZE
  return Run<0, 0>;
}

void MatVec::Prepare(int rows, int columns) {
  row_vectors_ = PadToLanes(rows) / kLanes;
  columns_ = columns;
  weights_.Prepare(static_cast<std::size_t>(row_vectors_) * kLanes * columns);
  bias_.Prepare(static_cast<std::size_t>(row_vectors_) * kLanes);
  kernel_ = Choose(row_vectors_, columns);
}

void MatVec::SetWeight(int row, int column, float value) {
  const int vector = row / kLanes, tile = vector / kTile;
  const int left = row_vectors_ - tile * kTile;
  const int width = left < kTile ? left : kTile;  // vectors in this row's tile
  const std::size_t start = static_cast<std::size_t>(tile) * kTile * kLanes * columns_;
  weights_.data()[start +
                  (static_cast<std::size_t>(column) * width + vector % kTile) * kLanes +
                  row % kLanes] = value;
}

void MatVec::SetBias(int row, float value) { bias_.data()[row] = value; }

}  // namespace pedal
