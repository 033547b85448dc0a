// Presets, the last sound and the controls' settings on disk, in one data folder: read
// at the start, written by a task of its own when they have changed.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "engine/engine.h"
#include "io/saved_feet.h"
#include "io/settings.h"

namespace pedal {

// What became of an export, an import or a restored text.
struct FileAnswer {
  Intent asked;
  std::string wrong;  // "" where it was done
  bool has_setlist = false;
  Setlist setlist;  // for the engine
};

enum class Saving { kOff, kOn };

class Presets {
 public:
  Presets() = default;
  ~Presets();
  Presets(const Presets&) = delete;
  Presets& operator=(const Presets&) = delete;

  // folder: made where it is missing; "" keeps nothing. kOff only reads the presets, as
  // for a render. [setup]
  void Prepare(const std::string& folder, Saving saving);

  // How the engine starts: with the last sound, where `asked` has no effect, but for
  // what is named. [setup]
  EngineConfig StartConfig(const EngineConfig& asked, const Named& named) const;
  const std::string& bank() const { return bank_; }       // of the last sound [setup]
  const Setlist& setlist() const { return setlist_; }     // [setup]
  const FootMap& feet() const { return controls_.feet; }  // [setup]

  // What to keep from now on; bank: the name of the one that sounds. [publisher]
  void Note(const State& state, const std::string& bank);
  void Note(const Setlist& setlist);
  void Note(const FootMap& feet);

  // Asks for an export, an import, or the setlist of `text`. False where too many wait.
  // [io]
  bool Ask(const Intent& intent, const std::string& text = "");
  // The next that was done, where it was asked for before `now`. [publisher]
  bool TakeAnswer(SampleTime now, FileAnswer* answer);

  // Writes what has changed until the program stops: presets at once, the sound at most
  // once a second. [saver]
  void Run();

  // Writes what has changed. False where that failed; problem() tells. [saver]
  bool Save();
  std::string problem() const;
  // What could not be read at the start, "" for nothing.
  const std::string& lost() const { return lost_; }

 private:
  std::string SetlistFile() const { return folder_ + "/presets.json"; }
  std::string SoundFile() const { return folder_ + "/sound.json"; }
  std::string ControlsFile() const { return folder_ + "/controls.json"; }
  void Read(const std::string& path,
            const std::function<std::string(const std::string&)>& parse);
  bool Lock();
  std::string TakeControls(const std::string& text);
  std::string Problem() const;  // with mutex_ held
  std::string ReadText(const std::string& text, const std::string& where,
                       Setlist* setlist) const;
  void NotePedal(const Expression& pedal);
  void DoFiles();
  FileAnswer Do(const Intent& intent);
  bool Write(const std::string& path, const std::string& json, bool* changed);

  std::string folder_;
  Saving saving_ = Saving::kOff;
  std::string lost_;
  int lock_ = -1;             // of the folder, for the life of the program
  mutable std::mutex mutex_;  // of all below; never taken on the audio thread
  Setlist setlist_;
  State sound_;
  std::string bank_;  // where it is from, "" for no name
  bool has_sound_ = false;
  Controls controls_ = FactoryControls();
  bool setlist_changed_ = false, sound_changed_ = false, controls_changed_ = false;
  std::map<std::string, std::string> problems_;  // of writing, by file
  std::deque<Intent> asked_;
  std::deque<FileAnswer> answers_;
};

}  // namespace pedal
