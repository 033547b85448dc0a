// A keyed hash of short texts: who lacks the key can't tell it for any text.
#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace pedal {

using SipKey = std::array<std::uint64_t, 2>;

// SipHash-2-4. Source: Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012.
std::uint64_t SipHash(const SipKey& key, const std::string& text);

// A key that nobody else has. [setup]
SipKey DrawSipKey();

}  // namespace pedal
