// A block of floats on a cache line: C++14's `new` ignores alignas, so the array is
// taken larger and shifted.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/vec.h"

namespace pedal {

class AlignedFloats {
 public:
  AlignedFloats() = default;
  AlignedFloats(AlignedFloats&&) =
      default;  // a moved vector keeps its storage, so data_ stays good
  AlignedFloats& operator=(AlignedFloats&&) = default;
  AlignedFloats(const AlignedFloats&) = delete;
  AlignedFloats& operator=(const AlignedFloats&) = delete;

  // Takes `size` zeroed floats and lets go of those held before. Allocates.
  void Prepare(std::size_t size) {
    storage_.assign(size + kAlignment / sizeof(float), 0.0f);
    const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(storage_.data());
    const std::uintptr_t aligned = (start + kAlignment - 1) / kAlignment * kAlignment;
    data_ = storage_.data() + (aligned - start) / sizeof(float);
    size_ = size;
  }

  float* data() { return data_; }
  const float* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  std::vector<float> storage_;
  float* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace pedal
