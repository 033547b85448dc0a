// How the host fails: one line for the player, exit code 1.
#pragma once

#include <stdexcept>
#include <string>

namespace pedal {
namespace host {

// What main() prints after "pedal-engine: ", if it is not empty. Never thrown on the
// audio thread.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// For code that the Bela program calls and that has no way to report: prints and ends
// the process at once, with no thread left to race the destructors. [setup]
[[noreturn]] void Die(const std::string& message);

}  // namespace host
}  // namespace pedal
