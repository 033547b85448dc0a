// Holds the banks. The pointer goes to the engine and comes back; only this side
// allocates and frees.
#include "io/bank_keeper.h"

#include "io/bank_loader.h"
#include "io/clock.h"

namespace pedal {
namespace {

using Lock = std::lock_guard<std::mutex>;

constexpr int kMostNotes = 8;  // of banks; an event is told long before as many
constexpr std::size_t kMostAsked = 64, kMostAnswers = 32;
const char kSuperseded[] = "superseded by a later one";
constexpr double kPatience = 5.0;  // s that the engine may take to a fade

}  // namespace

void BankKeeper::Prepare(Engine* engine, int period, Measure measure,
                         const BankFolders& folders) {
  engine_ = engine;
  period_ = period;
  measure_ = measure;
  folders_ = folders;
  list_.ids = Ids();
}

std::string BankKeeper::Ids() {
  std::string ids;
  for (const std::string& name : folders_.List())
    ids += (ids.empty() ? "" : ",") + name;
  return ids;
}

bool BankKeeper::LoadAtStart() {
  Job job;
  job.id = folders_.start_name();
  job.folder = folders_.start();
  Take(job);
  if (!ready_) return engine_->StartWith(nullptr), false;
  const Lock lock(mutex_);
  current_ = std::move(ready_);
  engine_->StartWith(current_.get());
  return true;
}

void BankKeeper::Begin(const std::string& last) {
  Job job;
  job.id = last;
  job.folder = folders_.Find(last);
  if (!job.folder.empty()) Take(job);
  if (ready_) return;
  if (job.folder.empty() && !last.empty())
    Skip("bank \"" + last + "\", the last one played, is gone; playing another");
  job.id = folders_.start_name();
  job.folder = folders_.start();
  Take(job);
}

void BankKeeper::Skip(const std::string& why) {
  const Lock lock(mutex_);
  refused_.problem = why;
  failed_.store(true);
}

void BankKeeper::Ask(const Intent& intent) {
  const Lock lock(mutex_);
  if (asked_.size() == kMostAsked) {
    Answer(asked_.front(), kSuperseded);
    asked_.pop_front();
  }
  asked_.push_back(intent);
}

void BankKeeper::Step(SampleTime now) {
  if (ready_ && !HandOver()) return;
  Job job;
  if (!NextAsked(now, &job) && !(now == kEver && NextChanged(&job))) return;
  SetLoading(job.id);
  Take(job);
  if (!ready_ || HandOver()) SetLoading("");
}

// As errors call it: by the name or, to start with, by the path that was given.
std::string BankKeeper::LabelOf(const Job& job) const {
  return job.folder == folders_.start() ? job.folder : job.id;
}

// Reads, checks and prepares what the job names: into ready_, or it is refused.
void BankKeeper::Take(const Job& job) {
  const std::string print = FingerprintOf(job.folder);
  std::string wrong;
  std::unique_ptr<Bank> bank = LoadBank(job.folder, LabelOf(job), &wrong);
  if (bank && measure_) {
    const float cost_us = measure_(*bank, period_, current_.get());
    wrong = CostProblem(LabelOf(job), cost_us, period_);
  }
  if (!wrong.empty()) return Refuse(job, print, wrong);
  bank->request = job.asked.request;
  Succeed(job, print);
  const Lock lock(mutex_);
  bank->number = ++number_;
  BankNote& note = notes_[number_];
  note.id = job.id;
  note.name = bank->name;
  for (const Effect& effect : bank->effects)
    note.effects += (note.effects.empty() ? "" : ",") + std::string(effect.id);
  notes_.erase(notes_.begin(), notes_.upper_bound(number_ - kMostNotes));
  ready_ = std::move(bank);
  ready_job_ = job;
  ready_since_ = Now();
}

// False while the engine still fades to the bank before.
bool BankKeeper::HandOver() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!last_ && engine_->OfferBank(ready_.get())) {
    last_ = std::move(current_);
    current_ = std::move(ready_);
    list_.loading.clear();
    changed_.store(true);
    return true;
  }
  lock.unlock();
  if (Now() - ready_since_ < kPatience) return false;
  ready_.reset();
  Refuse(ready_job_, "",
         "bank \"" + LabelOf(ready_job_) +
             "\": the sound stands still, so that none can fade in");
  SetLoading("");
  return true;
}

void BankKeeper::SetLoading(const std::string& id) {
  const Lock lock(mutex_);
  list_.loading = id;
  changed_.store(true);
}

bool BankKeeper::NextAsked(SampleTime now, Job* job) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (asked_.empty() || asked_.front().time >= now) return false;
  while (now == kEver && asked_.size() > 1) {
    Answer(asked_.front(), kSuperseded);
    asked_.pop_front();
  }
  job->asked = asked_.front();
  asked_.pop_front();
  lock.unlock();
  job->id = job->asked.id;
  job->folder = folders_.Find(job->id);
  if (!job->folder.empty()) return true;
  const std::string ids = Ids();
  lock.lock();
  Answer(job->asked, "no bank \"" + job->id + "\" under the bank folders; there are " +
                         (ids.empty() ? "none" : ids));
  return false;
}

// With mutex_ held. Who asks faster than he can be answered is not answered.
void BankKeeper::Answer(const Intent& asked, const std::string& wrong) {
  if (asked.kind == IntentKind::kNothing || answers_.size() >= kMostAnswers) return;
  answers_.push_back({asked, wrong});
}

bool BankKeeper::TakeAnswer(BankAnswer* answer) {
  const Lock lock(mutex_);
  if (answers_.empty()) return false;
  *answer = answers_.front();
  answers_.pop_front();
  return true;
}

void BankKeeper::Sweep() {
  if (!engine_->TakeRetiredBank()) return;
  std::unique_lock<std::mutex> lock(mutex_);
  const std::unique_ptr<const Bank> gone = std::move(last_);
  lock.unlock();  // freeing a bank takes its time
}

BankNote BankKeeper::NoteOf(int number) const {
  const Lock lock(mutex_);
  const auto found = notes_.find(number);
  return found == notes_.end() ? BankNote() : found->second;
}

BankList BankKeeper::list() const {
  const Lock lock(mutex_);
  return list_;
}

std::string BankKeeper::problem() const {
  const Lock lock(mutex_);
  return refused_.problem.empty() ? playing_.problem : refused_.problem;
}

}  // namespace pedal
