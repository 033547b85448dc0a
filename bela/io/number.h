// A float as text: the shortest that reads back as the very same.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

namespace pedal {

inline std::string NumberText(float number) {
  char text[32];
  for (int digits = 6; digits <= 9; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(number));
    if (std::strtof(text, nullptr) == number) break;
  }
  return text;
}

}  // namespace pedal
