// How a recurrent layer lies in memory: lanes side by side in vectors, in chunks.
#pragma once

#include <cstdlib>
#include <cstring>

#include "recurrent.h"
#include "tiles.h"

namespace {

// Zeroed floats on a cache line, freed at the end of the block.
class Floats {
 public:
  explicit Floats(int64_t count)
      : data_(static_cast<float*>(aligned_alloc(64, (count * 4 + 127) / 64 * 64))) {
    if (data_) memset(data_, 0, count * 4);
  }
  ~Floats() { free(data_); }
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;
  float* get() const { return data_; }

 private:
  float* data_;
};

struct Layer : PedalSizes {
  explicit Layer(const PedalSizes& sizes) : PedalSizes(sizes) {}

  int gates() const { return gru ? 3 : 4; }
  // What a step reads: its input, a one (for the bias), the hidden units before it.
  int read() const { return inputs + 1 + hidden; }
  int vectors() const { return (lanes + kWidth - 1) / kWidth; }
  // A tape has, for each chunk: what was read, (T + 1, read); the gates, (T, 4, H), the
  // fourth of a GRU being the hidden half of its candidate; LSTM cells, (T + 1, H).
  int64_t tape_rows(int64_t length) const {
    return (length + 1) * read() + length * 4 * hidden +
           (gru ? 0 : (length + 1) * hidden);
  }
};

// Some lanes of a layer: `count` of them from `first` on, in N vectors.
template <int N>
struct Chunk {
  static constexpr int kRow = N * kWidth;  // floats in a row

  const Layer& layer;
  int first, count;

  // (B, columns) of the caller, from the chunk's first lane on, as (columns, row).
  void Gather(const float* from, int columns, float* to) const {
    from += static_cast<int64_t>(first) * columns;
    if (columns == 1) {
      memcpy(to, from, count * sizeof(float));
      memset(to + count, 0, (kRow - count) * sizeof(float));
      return;
    }
    for (int column = 0; column < columns; ++column, to += kRow) {
      for (int lane = 0; lane < count; ++lane) to[lane] = from[lane * columns + column];
      for (int lane = count; lane < kRow; ++lane) to[lane] = 0.0f;
    }
  }

  void Scatter(const float* from, int columns, float* to) const {
    to += static_cast<int64_t>(first) * columns;
    if (columns == 1) {
      memcpy(to, from, count * sizeof(float));
      return;
    }
    for (int column = 0; column < columns; ++column, from += kRow) {
      for (int lane = 0; lane < count; ++lane) to[lane * columns + column] = from[lane];
    }
  }
};

// Cuts the lanes into chunks of nearly equal size, and calls work(chunk, floats of
// tape).
template <typename Work>
void ForChunks(const Layer& layer, Work work) {
  int first = 0, vectors = layer.vectors();
  while (vectors > 0) {
    const int parts = (vectors + kMostVectors - 1) / kMostVectors;
    const int size = (vectors + parts - 1) / parts;
    const int left = layer.lanes - first;
    const int count = left < size * kWidth ? left : size * kWidth;
    if (size == 1) work(Chunk<1>{layer, first, count});
    if (size == 2) work(Chunk<2>{layer, first, count});
    if constexpr (kMostVectors > 2) {
      if (size == 3) work(Chunk<3>{layer, first, count});
    }
    first += size * kWidth;
    vectors -= size;
  }
}

// Where a chunk's rows are on the tape; without one, two steps take turns.
template <int N>
struct Tape {
  static constexpr int kRow = N * kWidth;

  Tape(const Layer& layer, float* data, bool kept)
      : read_stride(static_cast<int64_t>(layer.read()) * kRow),
        gates_stride(kept ? static_cast<int64_t>(4) * layer.hidden * kRow : 0),
        cells_stride(static_cast<int64_t>(layer.hidden) * kRow),
        wrap(kept ? ~0 : 1),
        read(data),
        gates(read + read_stride * ((kept ? layer.steps : 1) + 1)),
        cells(gates + static_cast<int64_t>(4) * layer.hidden * kRow *
                          (kept ? layer.steps : 1)) {}

  float* Read(int step) const { return read + (step & wrap) * read_stride; }
  float* Gates(int step) const { return gates + step * gates_stride; }
  float* Cells(int step) const { return cells + (step & wrap) * cells_stride; }

  int64_t read_stride, gates_stride, cells_stride;
  int wrap;
  float *read, *gates, *cells;
};

}  // namespace
