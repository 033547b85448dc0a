// Holds the banks: loads one by name or because its files have changed, hands it to the
// engine, frees the old one once no voice plays it.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "io/bank_cost.h"
#include "io/bank_folders.h"

namespace pedal {

// What clients are told of a bank.
struct BankNote {
  std::string id;       // its folder's name, "" where that is no id
  std::string name;     // what its bank.json calls it
  std::string effects;  // ids, comma-separated
};

// What can be loaded, and what is being loaded.
struct BankList {
  std::string ids;      // comma-separated
  std::string loading;  // "" for none
};

// Why a bank that was asked for is not loaded.
struct BankAnswer {
  Intent asked;
  std::string wrong;
};

class BankKeeper {
 public:
  // What a bank costs a period, as MeasureCostUs tells it.
  using Measure = float (*)(const Bank& bank, int period, const Bank* before);

  // period: samples. measure: by which a bank is refused that costs too much; nullptr
  // takes any. [setup]
  void Prepare(Engine* engine, int period, Measure measure, const BankFolders& folders);

  // Loads the bank to start with, for an engine that does not play yet. False where
  // that failed (see problem()) and only clean and bypass play. [setup]
  bool LoadAtStart();

  // Asks for /bank/load; the latest that waits is meant. [io]
  void Ask(const Intent& intent);

  // The first bank: `last` by its name, "" for none, else the one to start with.
  // [loader]
  void Begin(const std::string& last);

  // Plays without a bank until one is asked for, and says why. [loader]
  void Skip(const std::string& why);

  // Loads what is asked for and what has changed, until the program stops. [loader]
  void Run();

  // One turn of that. now: the engine's clock in an offline render, where nothing is
  // watched. [loader]
  void Step(SampleTime now = kEver);

  // Frees a bank that the engine has left. [publisher]
  void Sweep();

  // True once after each load that failed for a new reason. [publisher]
  bool TakeFailure() { return failed_.exchange(false); }
  // True once where list() may have changed. [publisher]
  bool TakeChange() { return changed_.exchange(false); }
  void Changed() { changed_.store(true); }
  // The next refusal of what was asked for. [publisher]
  bool TakeAnswer(BankAnswer* answer);

  // Copies, since several threads ask. number: a State's.
  BankNote NoteOf(int number) const;
  BankList list() const;
  std::string problem() const;  // of what was loaded last, "" where it went well

 private:
  struct Job {
    std::string id, folder;
    Intent asked;  // kNothing: nobody asked
    Job() { asked.kind = IntentKind::kNothing; }
  };
  // A bank whose files are looked at: `seen` at the last look, `tried` when last
  // loaded.
  struct Watched {
    std::string id, folder, seen, tried, problem;
  };

  std::string LabelOf(const Job& job) const;
  void Take(const Job& job);
  bool HandOver();
  bool NextAsked(SampleTime now, Job* job);
  bool NextChanged(Job* job);
  bool HasChanged(Watched* watched, const std::string& print, Job* job);
  void Succeed(const Job& job, const std::string& print);
  void Refuse(const Job& job, const std::string& print, const std::string& wrong);
  void Answer(const Intent& asked, const std::string& wrong);
  void SetLoading(const std::string& id);
  std::string Ids();

  Engine* engine_ = nullptr;
  int period_ = 16;
  Measure measure_ = nullptr;
  BankFolders folders_;

  // Of the loader alone:
  std::unique_ptr<Bank> ready_;  // until the engine can take it
  Job ready_job_;
  double ready_since_ = 0.0, looked_at_ = 0.0;  // by Now()

  std::atomic<bool> failed_{false}, changed_{false};
  mutable std::mutex mutex_;  // of all below; never taken by the audio thread
  std::unique_ptr<const Bank> current_, last_;
  int number_ = 0;                 // of current_
  std::map<int, BankNote> notes_;  // of the latest numbers
  Watched playing_, refused_;
  std::deque<Intent> asked_;
  std::deque<BankAnswer> answers_;
  BankList list_;
};

}  // namespace pedal
