// What an id may be: of effects, presets, banks and files.
#pragma once
#include <string>

#include "engine/bank.h"

namespace pedal {

// ASCII [a-z0-9-], 1 to 31 of them.
inline bool IsId(const std::string& text) {
  if (text.empty() || text.size() >= kIdSize) return false;
  for (char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  return true;
}

}  // namespace pedal
