// What is wrong with the device that plays: told by the host, which alone knows its
// cards. A board's converter cannot be unplugged, and its core tells nothing.
#pragma once
#include <string>

namespace pedal {

// One line, or "" where all is well. [publisher]
std::string DeviceProblem();

}  // namespace pedal

// [host's main thread]
extern "C" void Pedal_device(const char* problem);
