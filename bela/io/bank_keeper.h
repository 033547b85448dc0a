// Holds the banks: loads one by folder, checks that it is affordable here, hands it to
// the engine, frees the old one.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "engine/engine.h"

namespace pedal {

enum class CostCheck { kOff, kEnforce };

// "" where a crossfade that costs `cost_us` may play at this period (samples), else the
// refusal, saying by how much.
std::string CostProblem(const std::string& folder, float cost_us, int period);

class BankKeeper {
 public:
  // period: samples, for the cost check. [setup]
  void Prepare(Engine* engine, int period, CostCheck check);

  // Loads `folder` for an engine that does not play yet. False where that failed (see
  // problem()) and only clean and bypass play. [setup]
  bool LoadAtStart(const std::string& folder);

  // Loads `folder` while the engine plays; on failure it goes on with what it has. [io]
  bool Load(const std::string& folder);

  // Plays without a bank, and says why. [io]
  void Skip(const std::string& why);

  // Frees a bank that the engine has left. [publisher]
  void Sweep();

  // True once after each Load that failed. [publisher]
  bool TakeFailure() { return failed_.exchange(false); }

  // What clients are told; copies, since several threads ask.
  std::string name() const;
  std::string effects() const;  // ids, comma-separated
  std::string problem() const;  // of the last load, "" where it went well

 private:
  std::unique_ptr<Bank> Read(const std::string& folder);
  void Describe(const Bank& bank);

  Engine* engine_ = nullptr;
  int period_ = 16;
  CostCheck check_ = CostCheck::kEnforce;
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;  // of all below; never taken by the audio thread
  std::unique_ptr<const Bank> current_, last_;
  std::string name_, effects_, problem_;
};

}  // namespace pedal
