// What the program wrote to its digital outputs, as the events of a performance.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "host/block.h"

namespace pedal {
namespace host {

class PinTrace {
 public:
  // "" keeps nothing. Throws Error if the file can't be written.
  explicit PinTrace(const std::string& path);

  // Adds a line for each output that changed in the block just rendered, whose first
  // sample is `start`: {"at": SAMPLE, "digital": {"channel": C, "value": V}}. All are
  // dark before the first line. [main]
  void Note(const Block& block, std::int64_t start);

  // Throws Error if a line could not be written.
  void Close();

 private:
  std::string path_;
  std::ofstream file_;
  std::uint32_t lit_ = 0;  // a bit a channel
};

}  // namespace host
}  // namespace pedal
