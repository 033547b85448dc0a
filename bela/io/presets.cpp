// Presets, the last sound and the controls' settings on disk.
#include "io/presets.h"

#include <Bela.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "io/kept_file.h"
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

void Tell(const std::string& path, const std::string& line) {
  std::fprintf(stderr, "pedal-engine: %s: %s\n", path.c_str(), line.c_str());
}

}  // namespace

void Presets::Prepare(const std::string& folder, Saving saving) {
  folder_ = folder;
  saving_ = folder.empty() ? Saving::kOff : saving;
  if (folder.empty()) return;
  const Saving wanted = saving_;
  if (saving_ == Saving::kOn) MakeFolder(folder);
  if (saving_ == Saving::kOn && !Lock()) saving_ = Saving::kOff;
  Read(ControlsFile(), [this](const std::string& text) { return TakeControls(text); });
  Read(SetlistFile(), [this](const std::string& text) {
    return ReadText(text, SetlistFile(), &setlist_);
  });
  if (wanted == Saving::kOff) return;
  Read(SoundFile(), [this](const std::string& text) {
    has_sound_ = FromJson(text, &sound_, &bank_);
    return has_sound_ ? "" : "expected a sound";
  });
}

// Two pedals that write one folder would each undo the other's presets: the second only
// reads. A folder that takes no lock takes no presets either, which Save tells.
bool Presets::Lock() {
  lock_ = open((folder_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0 || flock(lock_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return true;
  lost_ = folder_ +
          ": another pedal that runs keeps its presets there; this one saves "
          "nothing, give it a folder of its own by PEDAL_DATA";
  std::fprintf(stderr, "pedal-engine: %s\n", lost_.c_str());
  return false;
}

Presets::~Presets() {
  Save();  // what the task had no time for
  if (lock_ >= 0) close(lock_);
}

void Presets::Read(const std::string& path,
                   const std::function<std::string(const std::string&)>& parse) {
  const PutAside put_aside = saving_ == Saving::kOn ? PutAside::kYes : PutAside::kNo;
  const KeptFile kept = ReadKept(path, put_aside, parse);
  if (kept.remark.empty()) return;
  std::fprintf(stderr, "pedal-engine: %s\n", kept.remark.c_str());
  if (kept.lost) lost_ += (lost_.empty() ? "" : "; ") + kept.remark;
}

std::string Presets::TakeControls(const std::string& text) {
  std::vector<std::string> dropped;
  const std::string wrong = FromJson(text, &controls_, &dropped);
  for (const std::string& line : dropped) Tell(ControlsFile(), line);
  return wrong;
}

// "" and fills *setlist, or what is wrong with the text; rows of the foot map that
// cannot hold are left out, and told.
std::string Presets::ReadText(const std::string& text, const std::string& where,
                              Setlist* setlist) const {
  std::vector<std::string> dropped;
  const std::string wrong = FromJson(text, setlist, &dropped);
  if (!wrong.empty()) return wrong;
  std::unique_lock<std::mutex> lock(mutex_);
  const FootMap own = controls_.feet;
  lock.unlock();
  Override row;
  while (DropConflict(own, &setlist->overrides, &row))
    dropped.push_back("preset \"" + std::string(row.preset) + "\": feet: " +
                      RowToJson(row.row) + ": a foot could not tell it from another");
  for (const std::string& line : dropped) Tell(where, line);
  return "";
}

EngineConfig Presets::StartConfig(const EngineConfig& asked, const Named& named) const {
  EngineConfig config = asked;
  config.expression = controls_.expression;
  if (setlist_.Find(asked.preset) < 0) config.preset[0] = '\0';
  if (!has_sound_ || asked.effect[0]) return config;
  std::memcpy(config.effect, sound_.effect, kIdSize);
  if (!config.preset[0] && setlist_.Find(sound_.preset) >= 0)
    std::memcpy(config.preset, sound_.preset, kIdSize);
  if (!named.bypass) config.bypass = sound_.bypass;
  if (!named.block) config.block = sound_.block;
  for (int p = 0; p < protocol::kNumParams; ++p)
    if (!named.params[p]) config.params[p] = sound_.params[p];
  return config;
}

// A pedal without a bank has no sound of its own: the last one stays.
void Presets::Note(const State& state, const std::string& bank) {
  if (saving_ == Saving::kOff) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  NotePedal(state.expression);
  if (!state.effect[0]) return;
  const bool same = has_sound_ && bank == bank_ &&
                    std::strcmp(state.effect, sound_.effect) == 0 &&
                    std::strcmp(state.preset, sound_.preset) == 0 &&
                    state.bypass == sound_.bypass && state.block == sound_.block &&
                    std::memcmp(state.params, sound_.params, sizeof state.params) == 0;
  if (same) return;
  sound_ = state;
  bank_ = bank;
  has_sound_ = sound_changed_ = true;
}

void Presets::Note(const Setlist& setlist) {
  if (saving_ == Saving::kOff) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  setlist_ = setlist;
  setlist_changed_ = true;
}

void Presets::Note(const FootMap& feet) {
  const std::lock_guard<std::mutex> lock(mutex_);
  controls_.feet = feet;
  controls_changed_ = saving_ == Saving::kOn;
}

// With mutex_ held. Where it stands is no setting.
void Presets::NotePedal(const Expression& pedal) {
  Expression& kept = controls_.expression;
  if (pedal.param == kept.param && pedal.low == kept.low && pedal.high == kept.high)
    return;
  kept.param = pedal.param;
  kept.low = pedal.low;
  kept.high = pedal.high;
  controls_changed_ = true;
}

void Presets::Run() {
  if (saving_ == Saving::kOff) return;
  for (int turn = 0; !Bela_stopRequested(); ++turn) {
    usleep(kTurnMs * 1000);
    DoFiles();
    bool due = turn % kTurnsASecond == 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      due = due || ((setlist_changed_ || controls_changed_) && Problem().empty());
    }
    if (due) Save();
  }
}

// A text needs no file, so it is read at once, by the thread that brought it.
bool Presets::Ask(const Intent& intent, const std::string& text) {
  FileAnswer answer;
  answer.asked = intent;
  const bool file = intent.kind != IntentKind::kPresetsRestore;
  if (!file) {
    answer.wrong = ReadText(text, "/presets/restore", &answer.setlist);
    answer.has_setlist = answer.wrong.empty();
  } else if (saving_ == Saving::kOff) {
    answer.wrong = "no data folder is kept here; PEDAL_DATA names one";
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  if (asked_.size() + answers_.size() >= kMostAsked) return false;
  if (file && answer.wrong.empty())
    asked_.push_back(intent);
  else
    answers_.push_back(answer);
  return true;
}

bool Presets::TakeAnswer(SampleTime now, FileAnswer* answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (answers_.empty() || answers_.front().asked.time >= now) return false;
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
  const std::string text = ReadPlainly(path);  // that very file, no older one
  if (text.empty())
    answer.wrong = "expected a file, found none; /presets/export writes it";
  else if (IsSealed(text) && !IsWhole(text))
    answer.wrong =
        "changed or cut short since it was written; export it again, or take "
        "out its crc32";
  else
    answer.wrong = ReadText(text, path, &answer.setlist);
  if (!answer.wrong.empty()) answer.wrong = path + ": " + answer.wrong;
  answer.has_setlist = answer.wrong.empty();
  return answer;
}

bool Presets::Save() {
  std::unique_lock<std::mutex> lock(mutex_);
  const bool setlist = setlist_changed_, sound = sound_changed_,
             controls = controls_changed_;
  if (!setlist && !sound && !controls) return true;
  const std::string presets_json = setlist ? ToJson(setlist_) : "";
  const std::string sound_json = sound ? ToJson(sound_, bank_) : "";
  const std::string controls_json = controls ? ToJson(controls_) : "";
  setlist_changed_ = sound_changed_ = controls_changed_ = false;
  lock.unlock();  // a slow card holds up no one
  bool good = true;
  if (setlist) good = Write(SetlistFile(), presets_json, &setlist_changed_);
  if (sound) good = Write(SoundFile(), sound_json, &sound_changed_) && good;
  if (controls) good = Write(ControlsFile(), controls_json, &controls_changed_) && good;
  return good;
}

bool Presets::Write(const std::string& path, const std::string& json, bool* changed) {
  const std::string wrong = WriteSafely(path, json);
  const std::lock_guard<std::mutex> lock(mutex_);
  std::string& before = problems_[path];
  if (!wrong.empty() && before != wrong)
    std::fprintf(stderr, "pedal-engine: %s\n", wrong.c_str());
  before = wrong;
  if (!wrong.empty()) *changed = true;  // try again
  return wrong.empty();
}

std::string Presets::problem() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return Problem();
}

std::string Presets::Problem() const {
  for (const auto& file : problems_)
    if (!file.second.empty()) return file.second;
  return "";
}

}  // namespace pedal
