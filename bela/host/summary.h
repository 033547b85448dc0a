// What the run was and how it went, as a JSON file. [main]
#pragma once

#include <string>

#include "host/live.h"
#include "host/options.h"
#include "host/program.h"

// Defined by the program if it has something to add: writes one JSON object, ended by
// NUL, into `json`. Called after the last block, before cleanup(), with no audio or
// auxiliary thread left.
extern "C" int Pedal_summary(char* json, int capacity);
#pragma weak Pedal_summary

namespace pedal {
namespace host {

struct Device {
  std::string name;
  double buffer_ms = 0.0;
  LiveReport granted;
  int losses = 0;  // times that a card went away
};

// The text of the summary, with the program's own part asked for now.
std::string MakeSummary(const Options& options, const Program& program,
                        const Device& device);

// Writes PATH.part and renames it: a reader sees the old file or the whole new one.
// Throws Error.
void WriteAtomically(const std::string& path, const std::string& text);

}  // namespace host
}  // namespace pedal
