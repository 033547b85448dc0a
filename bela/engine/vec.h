// One vector of floats as wide as the target allows, with the few operations that the
// kernels need.
//
// Intrinsics, not operators, where the compiler would otherwise choose: on armv7 GCC
// scalarises operators unless -ffast-math is on, and -ffp-contract=off (which keeps
// results independent of the period) would keep x86 from fusing. All loads are aligned
// to kAlignment.
#pragma once
#include <cmath>
#include <cstddef>

#if defined(__ARM_NEON) || defined(__ARM_NEON__)
#include <arm_neon.h>
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pedal {

constexpr std::size_t kAlignment = 64;  // bytes: one cache line

#if defined(__ARM_NEON) || defined(__ARM_NEON__)

using Vec = float32x4_t;
constexpr int kLanes = 4;
inline Vec Load(const float* p) { return vld1q_f32(p); }
inline void Store(float* p, Vec v) { vst1q_f32(p, v); }
inline Vec Splat(float x) { return vdupq_n_f32(x); }
inline Vec Min(Vec a, Vec b) { return vminq_f32(a, b); }
inline Vec Max(Vec a, Vec b) { return vmaxq_f32(a, b); }
inline Vec Add(Vec a, Vec b) { return vaddq_f32(a, b); }
inline Vec Sub(Vec a, Vec b) { return vsubq_f32(a, b); }
inline Vec Mul(Vec a, Vec b) { return vmulq_f32(a, b); }
#if defined(__aarch64__)
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return vfmaq_f32(sum, a, b); }
inline Vec Divide(Vec a, Vec b) { return vdivq_f32(a, b); }
inline Vec Sqrt(Vec a) { return vsqrtq_f32(a); }
#else
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return vmlaq_f32(sum, a, b); }
// armv7 has no vector division: an estimate and two Newton steps, 24 bits.
inline Vec Divide(Vec a, Vec b) {
  Vec r = vrecpeq_f32(b);
  r = vmulq_f32(r, vrecpsq_f32(b, r));
  r = vmulq_f32(r, vrecpsq_f32(b, r));
  return vmulq_f32(a, r);
}
// Nor a square root: likewise, for a of 1e-30 to 1e30.
inline Vec Sqrt(Vec a) {
  Vec r = vrsqrteq_f32(a);
  r = vmulq_f32(r, vrsqrtsq_f32(vmulq_f32(a, r), r));
  r = vmulq_f32(r, vrsqrtsq_f32(vmulq_f32(a, r), r));
  return vmulq_f32(a, r);
}
#endif

#elif defined(__AVX2__) && defined(__FMA__)

using Vec = __m256;
constexpr int kLanes = 8;
inline Vec Load(const float* p) { return _mm256_load_ps(p); }
inline void Store(float* p, Vec v) { _mm256_store_ps(p, v); }
inline Vec Splat(float x) { return _mm256_set1_ps(x); }
inline Vec Min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
inline Vec Max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
inline Vec Add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
inline Vec Sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
inline Vec Mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return _mm256_fmadd_ps(a, b, sum); }
inline Vec Divide(Vec a, Vec b) { return _mm256_div_ps(a, b); }
inline Vec Sqrt(Vec a) { return _mm256_sqrt_ps(a); }

#else  // GCC and Clang vector extensions: SSE2 and anything else

typedef float Vec __attribute__((vector_size(16)));
constexpr int kLanes = 4;
inline Vec Load(const float* p) { return *reinterpret_cast<const Vec*>(p); }
inline void Store(float* p, Vec v) { *reinterpret_cast<Vec*>(p) = v; }
inline Vec Splat(float x) { return Vec{x, x, x, x}; }
inline Vec Min(Vec a, Vec b) { return a < b ? a : b; }
inline Vec Max(Vec a, Vec b) { return a > b ? a : b; }
inline Vec Add(Vec a, Vec b) { return a + b; }
inline Vec Sub(Vec a, Vec b) { return a - b; }
inline Vec Mul(Vec a, Vec b) { return a * b; }
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return sum + a * b; }
inline Vec Divide(Vec a, Vec b) { return a / b; }
inline Vec Sqrt(Vec a) {
#if defined(__SSE2__)
  return _mm_sqrt_ps(a);
#else
  return Vec{std::sqrt(a[0]), std::sqrt(a[1]), std::sqrt(a[2]), std::sqrt(a[3])};
#endif
}

#endif

// The smallest multiple of the vector's width that holds `count` floats.
constexpr int PadToLanes(int count) { return (count + kLanes - 1) / kLanes * kLanes; }

}  // namespace pedal
