// Holds the banks. The pointer goes to the engine and comes back; only this side
// allocates and frees.
#include "io/bank_keeper.h"

#include <cstdio>

#include "io/bank_loader.h"

namespace pedal {
namespace {

constexpr float kAffordable =
    0.8f;  // share of the deadline that two models of a crossfade may take

}  // namespace

std::string CostProblem(const std::string& folder, float cost_us, int period) {
  const float most_us = kAffordable * 1e6f * static_cast<float>(period) / kSampleRate;
  if (cost_us <= most_us) return "";
  char text[200];
  std::snprintf(
      text, sizeof text,
      "bank \"%.60s\": a crossfade takes %.0f us a period, expected at most %.0f us "
      "(80 %% of %d samples); use a longer period or smaller models",
      folder.c_str(), static_cast<double>(cost_us), static_cast<double>(most_us),
      period);
  return text;
}

void BankKeeper::Prepare(Engine* engine, int period, CostCheck check) {
  engine_ = engine;
  period_ = period;
  check_ = check;
}

std::unique_ptr<Bank> BankKeeper::Read(const std::string& folder) {
  std::string wrong;
  std::unique_ptr<Bank> bank = LoadBank(folder, &wrong);
  if (bank && check_ == CostCheck::kEnforce) {
    wrong = CostProblem(folder, MeasureCostUs(*bank, period_), period_);
    if (!wrong.empty()) bank.reset();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  problem_ = wrong;
  return bank;
}

// With mutex_ held.
void BankKeeper::Describe(const Bank& bank) {
  name_ = bank.name;
  effects_.clear();
  for (const Effect& effect : bank.effects)
    effects_ += (effects_.empty() ? "" : ",") + std::string(effect.id);
}

bool BankKeeper::LoadAtStart(const std::string& folder) {
  std::unique_ptr<Bank> bank = Read(folder);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (bank) Describe(*bank);
  current_ = std::move(bank);
  engine_->StartWith(current_.get());
  return current_ != nullptr;
}

bool BankKeeper::Load(const std::string& folder) {
  std::unique_ptr<Bank> bank = Read(folder);
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool leaving = last_ != nullptr;  // the engine still plays the bank before
  if (!bank || leaving || !engine_->OfferBank(bank.get())) {
    if (bank)
      problem_ = "bank \"" + folder + "\": another one is still fading in; try again";
    failed_.store(true);
    return false;
  }
  Describe(*bank);
  last_ = std::move(current_);
  current_ = std::move(bank);
  return true;
}

void BankKeeper::Skip(const std::string& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  problem_ = why;
  failed_.store(true);
}

void BankKeeper::Sweep() {
  if (!engine_->TakeRetiredBank()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  last_.reset();
}

std::string BankKeeper::name() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return name_;
}

std::string BankKeeper::effects() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return effects_;
}

std::string BankKeeper::problem() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return problem_;
}

}  // namespace pedal
