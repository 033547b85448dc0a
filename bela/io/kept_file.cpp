// Reading a kept file at the start.
#include "io/kept_file.h"

#include <unistd.h>

#include <cstdio>

#include "io/safe_file.h"

namespace pedal {
namespace {

constexpr int kMostAside = 99;

// Renames to the first free name, or over the last one, so that a spoiled file never
// becomes the last good one; where it now is, "" where that failed.
std::string Rename(const std::string& path) {
  int number = 1;
  std::string aside;
  do {
    aside = path + ".refused-" + std::to_string(number);
  } while (access(aside.c_str(), F_OK) == 0 && ++number <= kMostAside);
  return std::rename(path.c_str(), aside.c_str()) == 0 ? aside : "";
}

}  // namespace

KeptFile ReadKept(const std::string& path, PutAside put_aside,
                  const std::function<std::string(const std::string&)>& parse) {
  KeptFile kept;
  for (const std::string& name : {path, path + ".last"}) {
    const std::string text = ReadPlainly(name);
    if (text.empty()) continue;
    const std::string wrong = IsWhole(text) ? parse(text) : "cut short or changed";
    kept.lost = !wrong.empty();
    if (wrong.empty()) break;
    kept.remark += (kept.remark.empty() ? "" : "; ") + name + ": " + wrong;
    const std::string aside = put_aside == PutAside::kYes ? Rename(name) : "";
    if (!aside.empty()) kept.remark += ", kept as " + aside;
  }
  if (kept.remark.empty()) return kept;
  kept.remark += kept.lost ? "; nothing of it is taken" : "; the one before is taken";
  return kept;
}

}  // namespace pedal
