// Presets and the last sound on disk.
#include "io/presets.h"

#include <Bela.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "io/safe_file.h"
#include "io/saved_state.h"

namespace pedal {
namespace {

constexpr std::size_t kMostAsked = 8;  // exports and imports that may wait
constexpr int kTurnMs = 50;
constexpr int kTurnsASecond = 1000 / kTurnMs;

// The folder and those above it.
void MakeFolder(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1))
    mkdir(path.substr(0, slash).c_str(), 0755);
  mkdir(path.c_str(), 0755);
}

}  // namespace

void Presets::Prepare(const std::string& folder, Saving saving) {
  folder_ = folder;
  saving_ = folder.empty() ? Saving::kOff : saving;
  if (folder.empty()) return;
  if (saving_ == Saving::kOn) MakeFolder(folder);
  const std::string presets = ReadSafely(SetlistFile());
  const std::string wrong = presets.empty() ? "" : FromJson(presets, &setlist_);
  if (!wrong.empty())
    std::fprintf(stderr, "pedal-engine: %s: %s\n", SetlistFile().c_str(),
                 wrong.c_str());
  if (saving_ == Saving::kOn) has_sound_ = FromJson(ReadSafely(SoundFile()), &sound_);
}

EngineConfig Presets::StartConfig(const EngineConfig& asked) const {
  if (!has_sound_ || asked.effect[0]) return asked;
  EngineConfig config = asked;
  const EngineConfig defaults;
  std::memcpy(config.effect, sound_.effect, kIdSize);
  if (setlist_.Find(sound_.preset) >= 0)
    std::memcpy(config.preset, sound_.preset, kIdSize);
  if (asked.bypass == defaults.bypass) config.bypass = sound_.bypass;
  if (asked.block == defaults.block) config.block = sound_.block;
  for (int p = 0; p < protocol::kNumParams; ++p)
    if (asked.params[p] == defaults.params[p]) config.params[p] = sound_.params[p];
  return config;
}

// A pedal without a bank has no sound of its own: the last one stays.
void Presets::Note(const State& state) {
  if (saving_ == Saving::kOff || !state.effect[0]) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool same = has_sound_ && std::strcmp(state.effect, sound_.effect) == 0 &&
                    std::strcmp(state.preset, sound_.preset) == 0 &&
                    state.bypass == sound_.bypass && state.block == sound_.block &&
                    std::memcmp(state.params, sound_.params, sizeof state.params) == 0;
  if (same) return;
  sound_ = state;
  has_sound_ = sound_changed_ = true;
}

void Presets::Note(const Setlist& setlist) {
  if (saving_ == Saving::kOff) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  setlist_ = setlist;
  setlist_changed_ = true;
}

void Presets::Run() {
  if (saving_ == Saving::kOff) return;
  for (int turn = 0; !Bela_stopRequested(); ++turn) {
    usleep(kTurnMs * 1000);
    DoFiles();
    bool due = turn % kTurnsASecond == 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      due = due || (setlist_changed_ && problem_.empty());
    }
    if (due) Save();
  }
}

bool Presets::Ask(const Intent& intent) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (saving_ == Saving::kOff || asked_.size() >= kMostAsked) return false;
  asked_.push_back(intent);
  return true;
}

bool Presets::TakeAnswer(FileAnswer* answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (answers_.empty()) return false;
  *answer = answers_.front();
  answers_.pop_front();
  return true;
}

void Presets::DoFiles() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!asked_.empty()) {
    const Intent intent = asked_.front();
    asked_.pop_front();
    lock.unlock();
    const FileAnswer answer = Do(intent);
    lock.lock();
    answers_.push_back(answer);
  }
}

FileAnswer Presets::Do(const Intent& intent) {
  FileAnswer answer;
  answer.asked = intent;
  const std::string folder = folder_ + "/exports";
  const std::string path = folder + "/" + intent.id + ".json";
  if (intent.kind == IntentKind::kPresetsExport) {
    MakeFolder(folder);
    std::unique_lock<std::mutex> lock(mutex_);
    const std::string json = ToJson(setlist_);
    lock.unlock();
    answer.wrong = WriteSafely(path, json);
    return answer;
  }
  const std::string text = ReadSafely(path);
  answer.wrong = text.empty() ? "expected a whole file; export it again"
                              : FromJson(text, &answer.setlist);
  if (!answer.wrong.empty()) answer.wrong = path + ": " + answer.wrong;
  answer.has_setlist = answer.wrong.empty();
  return answer;
}

bool Presets::Save() {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool setlist = setlist_changed_, sound = sound_changed_;
  if (!setlist && !sound) return true;
  const std::string presets_json = setlist ? ToJson(setlist_) : "";
  const std::string sound_json = sound ? ToJson(sound_) : "";
  setlist_changed_ = sound_changed_ = false;
  lock.unlock();  // a slow card holds up no one
  bool good = true;
  if (setlist) good = Write(SetlistFile(), presets_json);
  if (sound) good = Write(SoundFile(), sound_json) && good;
  return good;
}

bool Presets::Write(const std::string& path, const std::string& json) {
  const std::string wrong = WriteSafely(path, json);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (wrong.empty()) problem_.clear();
  if (wrong.empty()) return true;
  if (problem_ != wrong) std::fprintf(stderr, "pedal-engine: %s\n", wrong.c_str());
  problem_ = wrong;
  (path == SoundFile() ? sound_changed_ : setlist_changed_) = true;  // try again
  return false;
}

std::string Presets::problem() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return problem_;
}

}  // namespace pedal
