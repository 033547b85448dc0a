// A keyed hash of short texts.
#include "io/sip_hash.h"

#include <random>

namespace pedal {
namespace {

struct Sip {
  std::uint64_t v0, v1, v2, v3;

  static std::uint64_t Turn(std::uint64_t word, int bits) {
    return word << bits | word >> (64 - bits);
  }
  void Round() {
    v0 += v1;
    v2 += v3;
    v1 = Turn(v1, 13) ^ v0;
    v3 = Turn(v3, 16) ^ v2;
    v0 = Turn(v0, 32) + v3;
    v2 += v1;
    v3 = Turn(v3, 21) ^ v0;
    v1 = Turn(v1, 17) ^ v2;
    v2 = Turn(v2, 32);
  }
  void Take(std::uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t SipHash(const SipKey& key, const std::string& text) {
  Sip sip = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
             key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i]))
            << (8 * (i % 8));
    if (i % 8 != 7) continue;
    sip.Take(word);
    word = 0;
  }
  sip.Take(word | static_cast<std::uint64_t>(text.size() & 0xff) << 56);
  sip.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) sip.Round();
  return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

SipKey DrawSipKey() {
  std::random_device device;
  SipKey key;
  for (std::uint64_t& half : key)
    half = static_cast<std::uint64_t>(device()) << 32 | device();
  return key;
}

}  // namespace pedal
