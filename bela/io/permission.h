// Which addresses may control the pedal by OSC; others may watch by a lease.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/intent.h"

namespace pedal {

// Loopback, and a board's USB cable.
constexpr char kControlNets[] = "127.0.0.0/8,192.168.6.0/24,192.168.7.0/24";

class Permission {
 public:
  Permission() { Read(kControlNets); }

  // nets: IPv4 addresses and nets (a.b.c.d/n), comma-separated; "none" adds none.
  // Returns "", or the part that is neither. [setup]
  std::string Read(const std::string& nets);

  // address: an IPv4 address as text.
  bool Allows(const std::string& address) const;

 private:
  struct Net {
    std::uint32_t address, mask;
  };
  std::vector<Net> nets_;
};

// True where an intent asks, and changes nothing.
bool OnlyReads(IntentKind kind);

}  // namespace pedal
