// Matrix times vector plus bias, the one hot loop of all layers: out = M x + b.
//
// Rows are cut into tiles of up to eight vectors, whose sums stay in registers while
// the columns stream past: one forward read of the weights, no store in the loop.
// Layout after reference/cortex-a8.md, section 7.
#pragma once
#include "engine/aligned.h"
#include "engine/realtime.h"

namespace pedal {

class MatVec {
 public:
  // Takes storage for `rows` x `columns` zeros. Allocates.
  void Prepare(int rows, int columns);

  // Writes one weight or one bias. Indices must be in range.
  void SetWeight(int row, int column, float value);
  void SetBias(int row, float value);

  // x: `columns` floats. out: padded_rows() floats on a cache line; the padding
  // receives zeros. [audio]
  void Process(const float* x, float* out) const PEDAL_REALTIME {
    kernel_(weights_.data(), bias_.data(), x, out, row_vectors_, columns_);
  }

  int padded_rows() const { return row_vectors_ * kLanes; }

 private:
  using Kernel = void (*)(const float* weights, const float* bias, const float* x,
                          float* out, int row_vectors, int columns);
  static Kernel Choose(int row_vectors, int columns);

  int row_vectors_ = 0;
  int columns_ = 0;
  AlignedFloats weights_;
  AlignedFloats bias_;
  Kernel kernel_ = nullptr;
};

}  // namespace pedal
