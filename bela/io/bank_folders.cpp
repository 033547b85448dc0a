// Bank folders, looked at by names and times alone: no file is opened here.
#include "io/bank_folders.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "io/id.h"

namespace pedal {
namespace {

constexpr std::size_t kMostEntries = 1000;  // of a folder

struct FolderCloser {
  void operator()(DIR* folder) const { closedir(folder); }
};

// The names in a folder, sorted, without hidden ones.
std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, FolderCloser> open(opendir(folder.c_str()));
  if (!open) return names;
  while (const dirent* entry = readdir(open.get())) {
    if (entry->d_name[0] == '.') continue;
    names.push_back(entry->d_name);
    if (names.size() == kMostEntries) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A link is none: it could lead anywhere.
bool IsFolder(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool HasBank(const std::string& folder) {
  struct stat status;
  return stat((folder + "/bank.json").c_str(), &status) == 0;
}

timespec ChangedAt(const struct stat& status) {
#ifdef __APPLE__
  return status.st_mtimespec;
#else
  return status.st_mtim;
#endif
}

void Add(long long number, std::string* text) { *text += std::to_string(number) + ' '; }

}  // namespace

constexpr std::size_t BankFolders::kMost;

void BankFolders::Prepare(const std::vector<std::string>& roots,
                          const std::string& start) {
  roots_ = roots;
  start_ = start;
  char real[PATH_MAX];
  const std::string path = realpath(start.c_str(), real) ? real : start;
  const std::string name = path.substr(path.rfind('/') + 1);
  start_name_ = IsId(name) ? name : "";
}

std::vector<std::string> BankFolders::List() const {
  std::vector<std::string> names;
  if (!start_name_.empty() && HasBank(start_)) names.push_back(start_name_);
  for (const std::string& root : roots_)
    for (const std::string& name : NamesIn(root))
      if (IsId(name) && IsFolder(root + "/" + name) && HasBank(root + "/" + name))
        names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > kMost) names.resize(kMost);
  return names;
}

std::string BankFolders::Find(const std::string& name) const {
  if (!IsId(name)) return "";
  if (name == start_name_ && HasBank(start_)) return start_;
  for (const std::string& root : roots_) {
    const std::string folder = root + "/" + name;
    if (IsFolder(folder) && HasBank(folder)) return folder;
  }
  return "";
}

std::string FingerprintOf(const std::string& folder) {
  std::string text;
  for (const std::string& name : NamesIn(folder)) {
    struct stat status;
    if (stat((folder + "/" + name).c_str(), &status) != 0) continue;
    text += name + ' ';
    Add(static_cast<long long>(status.st_ino), &text);
    Add(static_cast<long long>(status.st_size), &text);
    Add(ChangedAt(status).tv_sec, &text);
    Add(ChangedAt(status).tv_nsec, &text);
  }
  return text;
}

}  // namespace pedal
