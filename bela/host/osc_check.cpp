// Walks over a message or a bundle without reading a byte beyond its end.
#include "host/osc_check.h"

#include <cstdint>
#include <cstring>

namespace oscpkt {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Where the padded string at `start` ends; kNone if it does not, or is padded with
// something else than zeros. size is a multiple of 4.
std::size_t EndOfString(const char* bytes, std::size_t size, std::size_t start) {
  const void* zero = std::memchr(bytes + start, '\0', size - start);
  if (zero == nullptr) return kNone;
  const auto last = static_cast<std::size_t>(static_cast<const char*>(zero) - bytes);
  const std::size_t end = (last / 4 + 1) * 4;
  for (std::size_t i = last; i < end; ++i)
    if (bytes[i] != '\0') return kNone;
  return end;
}

std::uint64_t ReadSize(const char* bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 4; ++i)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return length;
}

std::size_t EndOfBlob(const char* bytes, std::size_t size, std::size_t start) {
  if (size - start < 4) return kNone;
  const std::uint64_t length = ReadSize(bytes + start);
  const std::uint64_t end = start + 4 + (length + 3) / 4 * 4;
  return end <= size ? static_cast<std::size_t>(end) : kNone;
}

std::size_t EndOfArgument(char tag, const char* bytes, std::size_t size,
                          std::size_t start) {
  std::size_t length = 0;
  switch (tag) {
    case 's':
      return EndOfString(bytes, size, start);
    case 'b':
      return EndOfBlob(bytes, size, start);
    case 'i':
    case 'f':
      length = 4;
      break;
    case 'h':
    case 'd':
      length = 8;
      break;
    default:
      break;  // T and F have no bytes
  }
  return length <= size - start ? start + length : kNone;
}

}  // namespace

ErrorCode CheckMessage(const char* bytes, std::size_t size) {
  if (size == 0 || size % 4 != 0) return INVALID_PACKET_SIZE;
  std::size_t at = EndOfString(bytes, size, 0);
  if (bytes[0] != '/' || at == kNone) return MALFORMED_ADDRESS_PATTERN;
  if (at == size || bytes[at] != ',') return MALFORMED_TYPE_TAGS;
  const char* tag = bytes + at;
  at = EndOfString(bytes, size, at);
  if (at == kNone) return MALFORMED_TYPE_TAGS;
  while (*++tag != '\0') {
    if (std::strchr("ifsbhdTF", *tag) == nullptr) return UNHANDLED_TYPE_TAGS;
    at = EndOfArgument(*tag, bytes, size, at);
    if (at == kNone) return MALFORMED_ARGUMENTS;
  }
  return at == size ? OK_NO_ERROR : MALFORMED_ARGUMENTS;
}

ErrorCode CheckBundle(const char* bytes, std::size_t size) {
  constexpr std::size_t kHead = 16;  // "#bundle" and a time
  if (size < kHead || size % 4 != 0 || std::memcmp(bytes, "#bundle", 8) != 0)
    return INVALID_BUNDLE;
  for (std::size_t at = kHead;
       at < size;) {  // at is a multiple of 4: 4 bytes are there
    const std::uint64_t length = ReadSize(bytes + at);
    at += 4;
    if (length == 0 || length % 4 != 0 || length > size - at) return INVALID_BUNDLE;
    at += static_cast<std::size_t>(length);
  }
  return OK_NO_ERROR;
}

}  // namespace oscpkt
