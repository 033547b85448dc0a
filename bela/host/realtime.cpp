// Priority, locked memory and denormals on x86, aarch64 and armv7.
#include "host/realtime.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>

#if defined(__x86_64__) || defined(__i386__)
#include <xmmintrin.h>
#endif

namespace pedal {
namespace host {

void FlushDenormals() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_setcsr(_mm_getcsr() | 0x8040u);  // FTZ and DAZ
#elif defined(__aarch64__)
  std::uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  control |= std::uint64_t{1} << 24;  // FZ
  __asm__ volatile("msr fpcr, %0" : : "r"(control));
#elif defined(__arm__)
  std::uint32_t control;
  __asm__ volatile("vmrs %0, fpscr" : "=r"(control));
  control |= std::uint32_t{3} << 24;  // FZ and default NaN
  __asm__ volatile("vmsr fpscr, %0" : : "r"(control));
#endif
}

bool TakePriority(int priority) {
  sched_param parameters = {};
  parameters.sched_priority = priority;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

std::string PriorityName(pthread_t thread) {
  sched_param parameters = {};
  int policy = SCHED_OTHER;
  pthread_getschedparam(thread, &policy, &parameters);
  if (policy != SCHED_FIFO && policy != SCHED_RR) return "normal";
  return "fifo " + std::to_string(parameters.sched_priority);
}

// Under a limit only what is mapped now is locked: with MCL_FUTURE, each later
// allocation past the limit would fail.
bool LockMemory() {
  rlimit limit = {};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  const bool unlimited = limit.rlim_cur == RLIM_INFINITY || geteuid() == 0;
  if (unlimited && mlockall(MCL_CURRENT | MCL_FUTURE) == 0) return true;
  return mlockall(MCL_CURRENT) == 0;
}

void NameThread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace host
}  // namespace pedal
