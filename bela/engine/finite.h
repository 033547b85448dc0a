// Whether a float is a number, told by its bits: with -ffast-math, the board's default,
// isfinite is always true.
#pragma once
#include <cstdint>
#include <cstring>

namespace pedal {

inline bool IsFinite(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return (bits & 0x7f800000u) != 0x7f800000u;
}

}  // namespace pedal
