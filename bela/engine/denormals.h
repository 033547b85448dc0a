// Tiny numbers become zero: a decaying state would else cost a hundred times more on
// some processors.
#pragma once
#include <cstdint>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "engine/realtime.h"

namespace pedal {

// For the calling thread. A few cycles, so render() calls it every block rather than
// trust its thread's maker: Bela sets the flag on armv7 only. [audio]
inline void FlushDenormals() PEDAL_REALTIME {
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // FTZ, DAZ
#elif defined(__aarch64__)
  std::uint64_t fpcr;
  asm volatile("mrs %0, fpcr" : "=r"(fpcr));
  asm volatile("msr fpcr, %0" : : "r"(fpcr | (1u << 24)));  // FZ
#elif defined(__arm__)
  std::uint32_t fpscr;
  asm volatile("vmrs %0, fpscr" : "=r"(fpscr));
  asm volatile("vmsr fpscr, %0"
               :
               : "r"(fpscr | (1u << 24)));  // FZ; NEON flushes anyway
#endif
}

}  // namespace pedal
