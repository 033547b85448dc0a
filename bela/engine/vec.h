// One vector of floats as wide as the target allows, with the few operations that the
// kernels need.
//
// Intrinsics, not operators, where the compiler would otherwise choose: on armv7 GCC
// scalarises operators unless -ffast-math is on, and -ffp-contract=off (which keeps
// results independent of the period) would keep x86 from fusing. All loads but
// LoadAny's are aligned to kAlignment.
//
// NearInverseRoot and TwiceRoot are for 1e-30 to 1e30: an estimate of 12 bits or more
// where the processor has one, and a Newton step, which makes 22 bits of it.
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
inline Vec LoadAny(const float* p) { return vld1q_f32(p); }
inline void Store(float* p, Vec v) { vst1q_f32(p, v); }
inline Vec Splat(float x) { return vdupq_n_f32(x); }
inline Vec Min(Vec a, Vec b) { return vminq_f32(a, b); }
inline Vec Max(Vec a, Vec b) { return vmaxq_f32(a, b); }
inline Vec Add(Vec a, Vec b) { return vaddq_f32(a, b); }
inline Vec Sub(Vec a, Vec b) { return vsubq_f32(a, b); }
inline Vec Mul(Vec a, Vec b) { return vmulq_f32(a, b); }
#if defined(__aarch64__)
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return vfmaq_f32(sum, a, b); }
inline Vec MulSub(Vec from, Vec a, Vec b) { return vfmsq_f32(from, a, b); }
inline Vec Divide(Vec a, Vec b) { return vdivq_f32(a, b); }
inline Vec Sqrt(Vec a) { return vsqrtq_f32(a); }
#else
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return vmlaq_f32(sum, a, b); }
inline Vec MulSub(Vec from, Vec a, Vec b) { return vmlsq_f32(from, a, b); }
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
// An estimate of 8 bits, made 16.
inline Vec NearInverseRoot(Vec a) {
  const Vec r = vrsqrteq_f32(a);
  return vmulq_f32(r, vrsqrtsq_f32(vmulq_f32(a, r), r));
}
inline Vec AddUpRows(const float* rows) {
  float32x2_t halves[kLanes];
  for (int r = 0; r < kLanes; ++r) {
    const Vec row = Load(rows + r * kLanes);
    halves[r] = vadd_f32(vget_low_f32(row), vget_high_f32(row));
  }
  return vcombine_f32(vpadd_f32(halves[0], halves[1]), vpadd_f32(halves[2], halves[3]));
}

#elif defined(__AVX2__) && defined(__FMA__)

using Vec = __m256;
constexpr int kLanes = 8;
inline Vec Load(const float* p) { return _mm256_load_ps(p); }
inline Vec LoadAny(const float* p) { return _mm256_loadu_ps(p); }
inline void Store(float* p, Vec v) { _mm256_store_ps(p, v); }
inline Vec Splat(float x) { return _mm256_set1_ps(x); }
inline Vec Min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
inline Vec Max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
inline Vec Add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
inline Vec Sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
inline Vec Mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return _mm256_fmadd_ps(a, b, sum); }
inline Vec MulSub(Vec from, Vec a, Vec b) { return _mm256_fnmadd_ps(a, b, from); }
inline Vec Divide(Vec a, Vec b) { return _mm256_div_ps(a, b); }
inline Vec Sqrt(Vec a) { return _mm256_sqrt_ps(a); }
#if defined(__AVX512VL__)
inline Vec NearInverseRoot(Vec a) { return _mm256_rsqrt14_ps(a); }
#else
inline Vec NearInverseRoot(Vec a) { return _mm256_rsqrt_ps(a); }
#endif

inline Vec AddUpRows(const float* rows) {
  Vec fours[2];
  for (int half = 0; half < 2; ++half, rows += 4 * kLanes) {
    const Vec low = _mm256_hadd_ps(Load(rows), Load(rows + kLanes));
    const Vec high = _mm256_hadd_ps(Load(rows + 2 * kLanes), Load(rows + 3 * kLanes));
    fours[half] = _mm256_hadd_ps(low, high);
  }
  return Add(_mm256_permute2f128_ps(fours[0], fours[1], 0x20),
             _mm256_permute2f128_ps(fours[0], fours[1], 0x31));
}

#else  // GCC and Clang vector extensions: SSE2 and anything else

typedef float Vec __attribute__((vector_size(16)));
constexpr int kLanes = 4;
inline Vec Load(const float* p) { return *reinterpret_cast<const Vec*>(p); }
inline Vec LoadAny(const float* p) { return Vec{p[0], p[1], p[2], p[3]}; }
inline void Store(float* p, Vec v) { *reinterpret_cast<Vec*>(p) = v; }
inline Vec Splat(float x) { return Vec{x, x, x, x}; }
inline Vec Min(Vec a, Vec b) { return a < b ? a : b; }
inline Vec Max(Vec a, Vec b) { return a > b ? a : b; }
inline Vec Add(Vec a, Vec b) { return a + b; }
inline Vec Sub(Vec a, Vec b) { return a - b; }
inline Vec Mul(Vec a, Vec b) { return a * b; }
inline Vec MulAdd(Vec sum, Vec a, Vec b) { return sum + a * b; }
inline Vec MulSub(Vec from, Vec a, Vec b) { return from - a * b; }
inline Vec Divide(Vec a, Vec b) { return a / b; }
inline Vec Sqrt(Vec a) {
#if defined(__SSE2__)
  return _mm_sqrt_ps(a);
#else
  return Vec{std::sqrt(a[0]), std::sqrt(a[1]), std::sqrt(a[2]), std::sqrt(a[3])};
#endif
}
#if defined(__SSE2__)
inline Vec NearInverseRoot(Vec a) { return _mm_rsqrt_ps(a); }
#else
inline Vec NearInverseRoot(Vec a) { return Splat(1.0f) / Sqrt(a); }
#endif
inline Vec AddUpRows(const float* rows) {
  Vec sums = Splat(0.0f);
  for (int r = 0; r < kLanes; ++r, rows += kLanes)
    sums[r] = (rows[0] + rows[1]) + (rows[2] + rows[3]);
  return sums;
}

#endif

// 2 sqrt(a): without the factor it would cost one product more.
inline Vec TwiceRoot(Vec a) {
  const Vec near = NearInverseRoot(a), root = Mul(a, near);
  return Mul(root, MulSub(Splat(3.0f), root, near));
}

// The smallest multiple of the vector's width that holds `count` floats.
constexpr int PadToLanes(int count) { return (count + kLanes - 1) / kLanes * kLanes; }

}  // namespace pedal
