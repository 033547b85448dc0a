// Order of a write: aside, sync, keep the last good one, rename, sync the folder. At
// every moment either the path or its last good one is whole.
#include "io/safe_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace pedal {
namespace {

constexpr std::size_t kLargest = 1 << 20;  // bytes; a setlist has about 10 KB
const char kOpen[] = "{\"crc32\":\"";      // then 8 digits, then `",`
constexpr std::size_t kHead = sizeof kOpen - 1 + 8 + 2;

// Source: ISO 3309, as in zlib.
std::uint32_t Crc32(const char* data, std::size_t size) {
  std::uint32_t crc = 0xffffffffu;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= static_cast<unsigned char>(data[i]);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1u ? 0xedb88320u : 0u);
  }
  return ~crc;
}

std::string Sealed(const std::string& json) {
  const std::string rest = json.substr(1);
  char head[40];
  std::snprintf(head, sizeof head, "%s%08x\",", kOpen,
                static_cast<unsigned>(Crc32(rest.data(), rest.size())));
  return head + rest;
}

bool WriteAll(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = write(file, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

// A renamed file is there after a power cut only once its folder is synced.
void SyncFolder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (file < 0) return;
  fsync(file);
  close(file);
}

std::string Failure(const std::string& path) {
  return path + ": cannot be written: " + std::strerror(errno);
}

}  // namespace

std::string ReadPlainly(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) return "";
  std::string text;
  char part[4096];
  for (std::size_t got; (got = std::fread(part, 1, sizeof part, file)) > 0;) {
    text.append(part, got);
    if (text.size() > kLargest) break;
  }
  std::fclose(file);
  return text;
}

bool IsSealed(const std::string& text) {
  return text.size() > kHead && text.compare(0, sizeof kOpen - 1, kOpen) == 0;
}

bool IsWhole(const std::string& text) {
  if (!IsSealed(text)) return false;
  const std::string body = "{" + text.substr(kHead);
  return Sealed(body) == text;
}

std::string WriteSafely(const std::string& path, const std::string& json) {
  const std::string aside = path + ".new", last = path + ".last";
  const int file = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Failure(aside);
  const bool written = WriteAll(file, Sealed(json)) && fsync(file) == 0;
  close(file);
  if (!written) return Failure(aside);
  if (std::rename(path.c_str(), last.c_str()) != 0 && errno != ENOENT)
    return Failure(last);
  if (std::rename(aside.c_str(), path.c_str()) != 0) return Failure(path);
  SyncFolder(path);
  return "";
}

}  // namespace pedal
