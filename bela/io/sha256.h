// The hash by which bank.json names a model file's content.
#pragma once
#include <string>

namespace pedal {

// 64 hexadecimal digits. Source: FIPS 180-4. Our own, as a board's image has no library
// for it. [io]
std::string Sha256(const std::string& bytes);

}  // namespace pedal
