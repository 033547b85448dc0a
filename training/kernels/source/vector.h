// A vector of floats with the functions a recurrent layer needs, for one instruction
// set.
#pragma once

#include <cstdint>

#if defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#endif

// Each path is one translation unit compiled with its own flags. All is in an anonymous
// namespace, and no template of the standard library is used: the linker would keep one
// copy for all paths, maybe one that this machine cannot run.
#define PEDAL_INLINE inline __attribute__((always_inline))

namespace {

#if defined(__AVX512F__)
constexpr int kWidth = 16;       // floats in a vector
constexpr int kMostVectors = 3;  // of lanes that are worked on at once
constexpr int kUnits = 2;        // hidden units whose gates fit the registers
constexpr int kColumns = 6;      // of a tile of four rows of weight gradients
#elif defined(__AVX2__)
constexpr int kWidth = 8;
constexpr int kMostVectors = 3;
constexpr int kUnits = 1;
constexpr int kColumns = 3;
#elif defined(__aarch64__)
constexpr int kWidth = 4;
constexpr int kMostVectors = 3;
constexpr int kUnits = 2;
constexpr int kColumns = 6;
#else
constexpr int kWidth = 4;
constexpr int kMostVectors = 2;
constexpr int kUnits = 1;
constexpr int kColumns = 2;
#endif

typedef float Vector __attribute__((vector_size(kWidth * 4), may_alias));
typedef uint32_t Bits __attribute__((vector_size(kWidth * 4), may_alias));

PEDAL_INLINE Vector Load(const float* from) {
  return *reinterpret_cast<const Vector*>(from);
}

PEDAL_INLINE void Store(float* to, Vector value) {
  *reinterpret_cast<Vector*>(to) = value;
}

// Less zero, not plus: that the compiler knows to be nothing, also for -0.
PEDAL_INLINE Vector All(float value) { return value - Vector{}; }

// Within -limit..limit; what is not a number stays so, to be found in the loss: of two
// numbers one of which is none these instructions take the second.
PEDAL_INLINE Vector Clamped(Vector x, float limit) {
  const Vector high = All(limit), low = All(-limit);
#if defined(__AVX512F__)
  const __m512 below = _mm512_min_ps(__m512(high), __m512(x));
  return Vector(_mm512_max_ps(__m512(low), below));
#elif defined(__AVX2__)
  const __m256 below = _mm256_min_ps(__m256(high), __m256(x));
  return Vector(_mm256_max_ps(__m256(low), below));
#elif defined(__SSE2__)
  return Vector(_mm_max_ps(__m128(low), _mm_min_ps(__m128(high), __m128(x))));
#else
  x = x > high ? high : x;
  return x < low ? low : x;
#endif
}

// 1 / x to the last bit or two, x within 1e-36..1e36.
PEDAL_INLINE Vector Reciprocal(Vector x) {
#ifdef __AVX512F__
  const Vector guess = reinterpret_cast<Vector>(  // 14 bits, doubled by Newton
      _mm512_maskz_rcp14_ps(0xffff, reinterpret_cast<__m512>(x)));
  return guess + guess * (1.0f - x * guess);
#else
  return 1.0f / x;
#endif
}

// e^x = octaves * (1 + fraction), so that e^x - 1 can be formed without cancellation.
struct Power {
  Vector octaves, fraction;
};

// |x| <= 87. The fraction is a polynomial over half an octave either way, fitted for
// the least relative error, 2e-8.
PEDAL_INLINE Power Exponential(Vector x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: what is added to it gets whole
  const Vector shifted = x * 1.44269504f + kRound;
  const Vector rest = x - (shifted - kRound) * 0.693147181f;
  Vector series = rest * 0.0013882515f + 0.00836652f;
  series = series * rest + 0.0416672f;
  series = series * rest + 0.16666543f;
  series = series * rest + 0.49999997f;
  const Bits exponent = (reinterpret_cast<Bits>(shifted) << 23) + (127u << 23);
  return {reinterpret_cast<Vector>(exponent), series * (rest * rest) + rest};
}

// Accurate in relation to its value also where it is tiny: gates of long memories are.
PEDAL_INLINE Vector Sigmoid(Vector x) {
  const Power power = Exponential(Clamped(-x, 80.0f));
  return Reciprocal(1.0f + (power.octaves * power.fraction + power.octaves));
}

// Likewise, also around zero: (e^2x - 1) / (e^2x + 1).
PEDAL_INLINE Vector Tanh(Vector x) {
  const Power power = Exponential(Clamped(x + x, 18.0f));
  const Vector less_one = power.octaves * power.fraction + (power.octaves - 1.0f);
  return less_one * Reciprocal(less_one + 2.0f);
}

PEDAL_INLINE float Sum(Vector x) {
  float sum = 0.0f;
  for (int lane = 0; lane < kWidth; ++lane) sum += x[lane];
  return sum;
}

}  // namespace
