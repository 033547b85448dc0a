// The small change of the Bela API: stopping, version, printing, and the last error.
#include <Bela.h>

#include <cstdarg>
#include <cstdio>

#include "host/errors.h"

extern "C" {

int volatile gShouldStop = 0;

void Bela_requestStop() { __atomic_store_n(&gShouldStop, 1, __ATOMIC_RELAXED); }

int Bela_stopRequested() { return __atomic_load_n(&gShouldStop, __ATOMIC_RELAXED); }

void Bela_getVersion(int* major, int* minor, int* bugfix) {
  *major = BELA_MAJOR_VERSION;
  *minor = BELA_MINOR_VERSION;
  *bugfix = BELA_BUGFIX_VERSION;
}

int rt_vfprintf(FILE* stream, const char* format, va_list arguments) {
  return std::vfprintf(stream, format, arguments);
}

int rt_vprintf(const char* format, va_list arguments) {
  return std::vfprintf(stdout, format, arguments);
}

int rt_fprintf(FILE* stream, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = std::vfprintf(stream, format, arguments);
  va_end(arguments);
  return written;
}

int rt_printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = std::vfprintf(stdout, format, arguments);
  va_end(arguments);
  return written;
}

}  // extern "C"

namespace pedal {
namespace host {

void Die(const std::string& message) {
  std::fprintf(stderr, "pedal-engine: %s\n", message.c_str());
  std::fflush(nullptr);
  _exit(1);
}

}  // namespace host
}  // namespace pedal
