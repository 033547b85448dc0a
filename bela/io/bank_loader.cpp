// Reads a bank folder from disk and prepares its models.
#include "io/bank_loader.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "engine/smoother.h"
#include "io/sha256.h"

namespace pedal {
namespace {

constexpr std::size_t kLargestFile = 16u << 20;  // bytes
// Twice what the largest model holds; each takes some 150 bytes while it is read.
constexpr std::size_t kMostValues = 600000;

// A plain file of the folder's own, links followed. `home`: the folder as realpath has
// it. What is no plain file is not even opened: reading a pipe may never end.
std::string FindFile(const std::string& home, const std::string& name,
                     std::string* path) {
  char real[PATH_MAX];
  if (!realpath((home + "/" + name).c_str(), real))
    return "can't be opened: " + std::string(std::strerror(errno));
  *path = real;
  if (path->compare(0, home.size() + 1, home + "/") != 0)
    return "expected a file inside the bank, found a link out of it";
  struct stat status;
  if (stat(real, &status) != 0)
    return "can't be opened: " + std::string(std::strerror(errno));
  return S_ISREG(status.st_mode) ? "" : "expected a file, found something else";
}

// Of a JSON text, at most.
std::size_t CountValues(const std::string& text) {
  std::size_t count = 1;
  for (char c : text) count += c == ',' || c == '[' || c == '{';
  return count;
}

std::string ReadFile(const std::string& home, const std::string& name,
                     std::string* text) {
  std::string path;
  const std::string wrong = FindFile(home, name, &path);
  if (!wrong.empty()) return wrong;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (file < 0) return "can't be opened: " + std::string(std::strerror(errno));
  std::vector<char> chunk(65536);
  ssize_t got = 0;
  while ((got = read(file, chunk.data(), chunk.size())) > 0 &&
         text->size() <= kLargestFile)
    text->append(chunk.data(), static_cast<std::size_t>(got));
  const int failed = got < 0 ? errno : 0;
  close(file);
  if (failed) return "can't be read: " + std::string(std::strerror(failed));
  if (text->size() > kLargestFile) return "is larger than 16 MB";
  if (CountValues(*text) > kMostValues) return "holds more than 600000 values";
  return text->empty() ? "is empty" : "";
}

// The start of a hash, as errors show it.
std::string Start(const std::string& hash) { return hash.substr(0, 12) + ".."; }

// label: of the bank. home: its folder as realpath has it.
std::string LoadModel(const std::string& label, const std::string& home,
                      const ModelEntry& entry, Effect* effect) {
  std::string text;
  std::string wrong = ReadFile(home, entry.file, &text);
  const std::string hash = wrong.empty() ? Sha256(text) : "";
  if (wrong.empty() && hash != entry.sha256)
    wrong = "sha256: expected " + Start(entry.sha256) + ", found " + Start(hash) +
            "; the file is not the one that was exported";
  ModelSpec spec;
  if (wrong.empty())
    wrong = ParseModel(text, entry.block, static_cast<int>(entry.knobs.size()), &spec);
  if (!wrong.empty()) return "bank \"" + label + "\": " + entry.file + ": " + wrong;
  std::unique_ptr<Playable>& slot = entry.block == 1 ? effect->block1 : effect->block16;
  slot.reset(new Playable);
  slot->Prepare(spec, FromDecibel(entry.gain_db), entry.knobs);
  if (slot->RestIsFinite()) return "";
  return "bank \"" + label + "\": " + entry.file +
         ": in silence it gives values that are not finite; train or export it anew";
}

}  // namespace

std::unique_ptr<Bank> LoadBank(const std::string& folder, const std::string& label,
                               std::string* wrong) {
  char home[PATH_MAX] = "";
  std::string text;
  *wrong = realpath(folder.c_str(), home)
               ? ReadFile(home, "bank.json", &text)
               : "can't be opened: " + std::string(std::strerror(errno));
  BankEntry entry;
  if (wrong->empty()) *wrong = ParseBank(text, &entry);
  if (!wrong->empty()) {
    *wrong = "bank \"" + label + "\": bank.json: " + *wrong;
    return nullptr;
  }
  std::unique_ptr<Bank> bank(new Bank);
  std::strncpy(bank->name, entry.name.c_str(), kIdSize - 1);
  for (const EffectEntry& from : entry.effects) {
    Effect effect;
    std::strncpy(effect.id, from.id.c_str(), kIdSize - 1);
    for (const ModelEntry& model : from.models) {
      *wrong = LoadModel(label, home, model, &effect);
      if (!wrong->empty()) return nullptr;
    }
    bank->effects.push_back(std::move(effect));
  }
  return bank;
}

}  // namespace pedal
