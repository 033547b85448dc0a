// The time by which leases and reports are reckoned.
#pragma once
#include <time.h>

namespace pedal {

// Seconds of a clock that is never set. [io]
inline double Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace pedal
