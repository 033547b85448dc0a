// The three products of a recurrent layer, in tiles that stay in the registers.
#pragma once

#include "vector.h"

// A row is what all lanes of a chunk have at one place: N vectors, one after the other.
namespace {

// Forward: sums of U units with G gates each += weights * rows. weights: (rows, U, G).
// kThird: where the third gate is summed; a GRU keeps its candidate's two halves apart.
template <int N, int U, int G, int kThird>
PEDAL_INLINE const float* Accumulate(const float* weights, const float* rows, int count,
                                     Vector (&sums)[U][4][N]) {
  for (int row = 0; row < count; ++row, rows += N * kWidth) {
    Vector lanes[N];
    for (int n = 0; n < N; ++n) lanes[n] = Load(rows + n * kWidth);
#pragma GCC unroll 2
    for (int unit = 0; unit < U; ++unit) {
#pragma GCC unroll 4
      for (int gate = 0; gate < G; ++gate) {
        const Vector weight = All(*weights++);
        for (int n = 0; n < N; ++n) {
          sums[unit][gate == 2 ? kThird : gate][n] += weight * lanes[n];
        }
      }
    }
  }
  return weights;
}

// Back: sums of M rows += weights * gradients. weights: (count, M).
template <int N, int M>
PEDAL_INLINE const float* AccumulateBack(const float* weights, const float* gradients,
                                         int count, Vector (&sums)[M][N]) {
  for (int row = 0; row < count; ++row, gradients += N * kWidth) {
    Vector lanes[N];
    for (int n = 0; n < N; ++n) lanes[n] = Load(gradients + n * kWidth);
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m) {
      const Vector weight = All(*weights++);
      for (int n = 0; n < N; ++n) sums[m][n] += weight * lanes[n];
    }
  }
  return weights;
}

// Rows of several steps, one step `stride` floats behind the other.
struct Rows {
  const float* data;
  int64_t stride;
};

// Of weights: sums[R][C] += left * right over all steps and lanes, lane by lane.
template <int N, int R, int C>
void OuterTile(Rows left, Rows right, int steps, float* sums, int64_t row_floats) {
  Vector tile[R][C];
  for (int r = 0; r < R; ++r) {
    for (int c = 0; c < C; ++c) tile[r][c] = Load(sums + r * row_floats + c * kWidth);
  }
  for (int step = 0; step < steps; ++step) {
    const float* rows = left.data + step * left.stride;
    const float* columns = right.data + step * right.stride;
    for (int n = 0; n < N; ++n) {
      Vector across[C];
#pragma GCC unroll 6
      for (int c = 0; c < C; ++c) across[c] = Load(columns + (c * N + n) * kWidth);
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) {
        const Vector down = Load(rows + (r * N + n) * kWidth);
#pragma GCC unroll 6
        for (int c = 0; c < C; ++c) tile[r][c] += down * across[c];
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int c = 0; c < C; ++c) Store(sums + r * row_floats + c * kWidth, tile[r][c]);
  }
}

// A strip of R rows: full tiles first, then ever narrower ones.
template <int N, int R, int C>
void OuterStrip(Rows left, Rows right, int columns, int steps, float* sums,
                int64_t row_floats) {
  for (; columns >= C; columns -= C) {
    OuterTile<N, R, C>(left, right, steps, sums, row_floats);
    right.data += C * N * kWidth;
    sums += C * kWidth;
  }
  if constexpr (C > 1) {
    OuterStrip<N, R, C - 1>(left, right, columns, steps, sums, row_floats);
  }
}

// sums: (rows, row_floats), of which `columns` vectors are added to.
template <int N>
void Outer(Rows left, int rows, Rows right, int columns, int steps, float* sums,
           int64_t row_floats) {
  for (; rows >= 4; rows -= 4) {
    OuterStrip<N, 4, kColumns>(left, right, columns, steps, sums, row_floats);
    left.data += 4 * N * kWidth;
    sums += 4 * row_floats;
  }
  for (; rows > 0; --rows) {
    OuterStrip<N, 1, kColumns>(left, right, columns, steps, sums, row_floats);
    left.data += N * kWidth;
    sums += row_floats;
  }
}

}  // namespace
