// Making and writing the summary.
#include "host/summary.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "host/errors.h"

namespace pedal {
namespace host {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kProgramBytes = 64 * 1024;

// The program's part; null if it has none, or gives what is no JSON object.
Json ProgramPart() {
  if (!Pedal_summary) return nullptr;
  std::vector<char> text(kProgramBytes, '\0');
  Pedal_summary(text.data(), kProgramBytes - 1);
  const Json part = Json::parse(text.data(), nullptr, false);
  return part.is_object() ? part : Json(nullptr);
}

double Rounded(double value) { return std::round(value * 100.0) / 100.0; }

}  // namespace

std::string MakeSummary(const Options& options, const Program& program,
                        const Device& device) {
  const Json summary = {
      {"audio", AudioName(options.audio)},
      {"device", device.name},
      {"period", program.period()},
      {"sample_rate_hz", kSampleRate},
      {"blocks", program.blocks()},
      {"frames", program.frames()},
      {"underruns", program.underruns()},
      {"device_buffer_ms", Rounded(device.buffer_ms)},
      {"device_losses", device.losses},
      {"cpu_percent", Rounded(program.CpuPercent())},
      {"priority", device.granted.priority},
      {"memory_locked", device.granted.memory_locked},
      {"program", ProgramPart()},
  };
  return summary.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void WriteAtomically(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file && std::rename(part.c_str(), path.c_str()) == 0) return;
  const std::string cause = std::strerror(errno);
  std::remove(part.c_str());
  throw Error("\"" + path + "\": cannot be written: " + cause);
}

}  // namespace host
}  // namespace pedal
