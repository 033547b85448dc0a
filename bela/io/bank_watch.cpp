// The keeper's other half: what became of a load, and files that change while a bank
// plays. They are looked at twice a second, which every system can do; what was found
// changed is loaded once it has stood still from one look to the next.
#include <Bela.h>
#include <unistd.h>

#include "io/bank_keeper.h"
#include "io/clock.h"

#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#endif

namespace pedal {
namespace {

using Lock = std::lock_guard<std::mutex>;

constexpr double kLookEvery = 0.5;  // s
constexpr int kTurnUs = 5000;

// Where the audio thread was granted no priority it must not share its core with a load
// in equal parts. Linux lets each thread be nice by itself.
void BeNice() {
#ifdef __linux__
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 5);
#endif
}

}  // namespace

void BankKeeper::Run() {
  BeNice();
  while (!Bela_stopRequested()) {
    Step();
    usleep(kTurnUs);
  }
}

bool BankKeeper::NextChanged(Job* job) {
  if (Now() - looked_at_ < kLookEvery) return false;
  looked_at_ = Now();
  const std::string ids = Ids();
  std::unique_lock<std::mutex> lock(mutex_);
  const std::string folders[2] = {refused_.folder, playing_.folder};
  lock.unlock();  // a slow disk holds up no one
  const std::string prints[2] = {FingerprintOf(folders[0]), FingerprintOf(folders[1])};
  lock.lock();
  if (ids != list_.ids) changed_.store(true);
  list_.ids = ids;
  const bool other = HasChanged(&refused_, prints[0], job);
  return HasChanged(&playing_, prints[1], job) || other;
}

// With mutex_ held.
bool BankKeeper::HasChanged(Watched* watched, const std::string& print, Job* job) {
  if (watched->folder.empty()) return false;
  const bool still = print == watched->seen;
  watched->seen = print;
  if (!still || print == watched->tried) return false;
  job->id = watched->id;
  job->folder = watched->folder;
  return true;
}

// What was refused before is wished no more, unless this one came by itself.
void BankKeeper::Succeed(const Job& job, const std::string& print) {
  const Lock lock(mutex_);
  const bool asked = job.asked.kind != IntentKind::kNothing;
  if (asked || job.folder == refused_.folder) refused_ = Watched();
  playing_ = {job.id, job.folder, print, print, ""};
}

// The old bank plays on; this one is tried again when its files change.
void BankKeeper::Refuse(const Job& job, const std::string& print,
                        const std::string& wrong) {
  const Lock lock(mutex_);
  Answer(job.asked, wrong);
  Watched& watched = job.folder == playing_.folder ? playing_ : refused_;
  const bool known = watched.folder == job.folder && watched.problem == wrong;
  watched = {job.id, job.folder, print, print, wrong};
  if (!known) failed_.store(true);
}

}  // namespace pedal
