// The one line that the host leaves and the publisher reads.
#include "io/device.h"

#include <mutex>

namespace {

std::mutex mutex;
std::string told;

}  // namespace

namespace pedal {

std::string DeviceProblem() {
  const std::lock_guard<std::mutex> lock(mutex);
  return told;
}

}  // namespace pedal

extern "C" void Pedal_device(const char* problem) {
  const std::lock_guard<std::mutex> lock(mutex);
  told = problem;
}
