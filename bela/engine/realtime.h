// Marks functions that run on the audio thread: they allocate, lock, log, throw and
// wait for nothing.
#pragma once

// Clang 20 checks the attribute itself (RealtimeSanitizer); elsewhere `noexcept` alone
// is the promise and tests/cpp/test_realtime.cpp counts the allocations.
#if defined(__clang__) && __clang_major__ >= 20
#define PEDAL_REALTIME noexcept [[clang::nonblocking]]
#else
#define PEDAL_REALTIME noexcept
#endif
