// Which addresses may control the pedal by OSC.
#include "io/permission.h"

#include <arpa/inet.h>

#include <cstdlib>
#include <sstream>

namespace pedal {
namespace {

// In host order. False where the text is no IPv4 address.
bool ReadAddress(const std::string& text, std::uint32_t* address) {
  in_addr found;
  if (inet_pton(AF_INET, text.c_str(), &found) != 1) return false;
  *address = ntohl(found.s_addr);
  return true;
}

// The number after the slash. False where it is none from 0 to 32.
bool ReadBits(const std::string& text, int* bits) {
  char* end = nullptr;
  *bits = static_cast<int>(std::strtol(text.c_str(), &end, 10));
  const bool digits = !text.empty() && text.size() <= 2 && text[0] >= '0' && !*end;
  return digits && *bits >= 0 && *bits <= 32;
}

}  // namespace

std::string Permission::Read(const std::string& nets) {
  nets_.clear();
  std::istringstream parts(nets);
  std::string part;
  while (std::getline(parts, part, ',')) {
    if (part == "none") continue;
    const std::size_t slash = part.find('/');
    std::uint32_t address = 0;
    int bits = 32;
    if (!ReadAddress(part.substr(0, slash), &address)) return part;
    if (slash != std::string::npos && !ReadBits(part.substr(slash + 1), &bits))
      return part;
    const std::uint32_t mask = bits == 0 ? 0 : 0xffffffffu << (32 - bits);
    nets_.push_back({address & mask, mask});
  }
  return "";
}

bool Permission::Allows(const std::string& text) const {
  std::uint32_t address = 0;
  if (!ReadAddress(text, &address)) return false;
  for (const Net& net : nets_)
    if ((address & net.mask) == net.address) return true;
  return false;
}

bool OnlyReads(IntentKind kind) {
  switch (kind) {
    case IntentKind::kStateGet:
    case IntentKind::kPresetsGet:
    case IntentKind::kPresetsBackup:
    case IntentKind::kGesturesGet:
    case IntentKind::kExpressionGet:
    case IntentKind::kBanksGet:
    case IntentKind::kMonitorSubscribe:
    case IntentKind::kMonitorLeave:
      return true;
    default:
      return false;
  }
}

}  // namespace pedal
