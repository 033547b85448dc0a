// Proof that the audio path neither allocates, nor locks, nor calls the kernel; and
// proof of the prover.
#include <doctest/doctest.h>

#if !defined(__SANITIZE_ADDRESS__)
#include <dlfcn.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "backend/backend.h"
#include "controls/leds.h"
#include "controls/surface.h"
#include "engine/block_stats.h"
#include "engine/level_stats.h"
#include "host/rate_edge.h"
#include "toys.h"

namespace {

thread_local bool counting = false;
thread_local int counted = 0;

void Count() {
  if (counting) ++counted;
}

// Counts what `body` allocates, frees and locks on this thread.
template <typename Body>
int CountDuring(Body body) {
  counted = 0;
  counting = true;
  body();
  counting = false;
  return counted;
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void __libc_free(void* block);

void* malloc(std::size_t size) {
  Count();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  Count();
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  Count();
  return __libc_realloc(old, size);
}
void free(void* block) {
  Count();
  __libc_free(block);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
  Count();
  using Lock = int (*)(pthread_mutex_t*);
  static const Lock real =
      reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  return real(mutex);
}
}

namespace {

constexpr pedal::Act kNext = {pedal::IntentKind::kPresetNext, "",
                              pedal::protocol::ParamId::kTrim, 0, 0.0f};
constexpr pedal::Gesture kEveryGesture[] = {
    {pedal::GestureKind::kLatch, 0, -1, kNext, kNext},
    {pedal::GestureKind::kLong, 0, -1, kNext, {}},
    {pedal::GestureKind::kDouble, 1, -1, kNext, {}},
    {pedal::GestureKind::kChord, 0, 1, kNext, {}},
};

// All that happens on the audio thread: controls, every kind of change, faults, lamps,
// counting, over both blocks.
class BusyNight {
 public:
  BusyNight() : in_(toys::Noise(256)), left_(256), right_(256) {
    surface_.Prepare(kEveryGesture, 4);
  }

  void Play(int blocks) {
    for (int b = 0; b < blocks; ++b) {
      pedal::Intent intent;
      for (int n = 0; n < 256; ++n) {
        intent.time = rig_.engine().clock() + n;
        const int readings[] = {b / 8 % 2, b / 5 % 2};
        if (n % 16 == 0) surface_.Follow(FeetNow());
        pedal::Intent intents[pedal::Surface::kMaxIntents];
        const int count = surface_.ProcessSwitches(readings, intent.time, intents);
        for (int i = 0; i < count; ++i) rig_.Push(intents[i]);
        if (surface_.Foresee(intent.time, intents)) rig_.Push(intents[0]);
        for (int knob : {1, 3})
          if (n % 16 == 0 &&
              surface_.ProcessKnob(knob, static_cast<float>(b % 50) / 50.0f, &intent))
            rig_.Push(intent);
      }
      rig_.Push(toys::Select(b % 3 ? "two" : "one"));
      if (b % 7 == 0)
        rig_.Push(toys::Ask(pedal::IntentKind::kModelBlock, b % 2 ? 16 : 1));
      if (b % 11 == 0) rig_.Push(toys::Ask(pedal::IntentKind::kInjectNan));
      if (b % 13 == 0) rig_.Push(toys::Select("nonesuch"));
      if (b % 6 == 0) rig_.Push(Named(pedal::IntentKind::kPresetSave, b % 40));
      if (b % 9 == 0) rig_.Push(toys::Ask(pedal::IntentKind::kPresetNext));
      if (b % 10 == 0) rig_.Push(Named(pedal::IntentKind::kPresetMove, b % 40));
      if (b % 23 == 0) rig_.Push(Named(pedal::IntentKind::kPresetDelete, b % 40));
      if (b % 5 == 0) rig_.Push(Edit(pedal::IntentKind::kGestureSet, b));
      if (b % 7 == 0) rig_.Push(Edit(pedal::IntentKind::kGestureClear, b));
      if (b % 50 == 0) rig_.Push(toys::Ask(pedal::IntentKind::kGesturesReset));
      if (b % 60 < 2)
        rig_.Push(toys::Ask(pedal::IntentKind::kExpressionCalibrate, b % 60 == 0));
      if (b % 31 == 0) rig_.Push(toys::Ask(pedal::IntentKind::kExpressionParam, b % 3));
      if (b % 4 == 0) rig_.engine().TakeFeet(&map_);
      if (b % 29 == 0) rig_.engine().OfferPresets(setlist_);
      if (b % 4 == 0) rig_.engine().TakePresets(&setlist_);
      if (b % 19 == 0 && free_ && rig_.engine().OfferBank(free_)) free_ = nullptr;
      if (const pedal::Bank* left = rig_.engine().TakeRetiredBank()) {
        free_ = left;
        ++swaps_;
      }
      rig_.Push(toys::Ask(pedal::IntentKind::kStateGet));
      rig_.engine().Process(in_.data(), left_.data(), right_.data(), 256);
      rig_.engine().ReportBlock(b % 17 < 3);
      blocks_.Add(static_cast<float>(b), 5805.0f);
      levels_.Add(in_.data(), left_.data(), 256, 0.7f);
      const pedal::Leds leds =
          pedal::LedsAt(rig_.engine().state(), b % 4, rig_.engine().clock());
      lit_ += leds.on + leds.effect;
      while (rig_.engine().PeekEvent()) rig_.engine().PopEvent();
    }
  }

  int swaps() const { return swaps_; }

 private:
  static pedal::Intent Named(pedal::IntentKind kind, int number) {
    pedal::Intent intent = toys::Ask(kind, number);
    intent.id[0] = static_cast<char>('a' + number / 10);
    intent.id[1] = static_cast<char>('0' + number % 10);
    return intent;
  }

  static pedal::Intent Edit(pedal::IntentKind kind, int number) {
    pedal::Intent intent = toys::Ask(kind, 0, 0, 1);
    if (number % 2) intent = Named(kind, number % 40);
    intent.gesture = kEveryGesture[number % 4];
    return intent;
  }
  pedal::Feet FeetNow() {
    const pedal::Engine& engine = rig_.engine();
    return {engine.feet(), engine.overrides(), engine.feet_revision(),
            engine.state().preset, engine.state().expression};
  }

  // The toys, "two" with a cascade for block 16 that follows a knob, "three" with one
  // of every layer.
  static std::unique_ptr<pedal::Bank> Toys() {
    std::unique_ptr<pedal::Bank> bank = toys::ToyBank();
    bank->effects[1].block16->Prepare(toys::RandomCascade({6, 6}, 1, 0.5f, 4), 1.0f,
                                      {pedal::protocol::ParamId::kDrive});
    bank->effects[2].block1->Prepare(toys::EveryLayer(1, 0, 6), 1.0f, {});
    return bank;
  }

  std::unique_ptr<pedal::Bank> bank_ = Toys(), spare_ = Toys();
  const pedal::Bank* free_ = spare_.get();  // the one that the engine has not
  int swaps_ = 0;
  toys::Rig rig_{"one", 1, bank_.get()};
  pedal::Surface surface_;
  pedal::BlockStats blocks_;
  pedal::LevelStats levels_;
  pedal::Setlist setlist_;
  pedal::FootMap map_;
  std::vector<float> in_, left_, right_;
  int lit_ = 0;
};

}  // namespace

TEST_CASE("the counter catches a deliberate new, malloc and lock") {
  static int* volatile kept = nullptr;
  CHECK(CountDuring([] { kept = new int(1); }) == 1);
  CHECK(CountDuring([] { delete kept; }) == 1);
  CHECK(CountDuring([] {
          void* volatile block = std::malloc(10);
          std::free(block);
        }) == 2);
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  CHECK(CountDuring([] { pthread_mutex_lock(&mutex); }) == 1);
  pthread_mutex_unlock(&mutex);
}

TEST_CASE("the audio path allocates and locks nothing, whatever is switched") {
  BusyNight night;
  CHECK(CountDuring([&night] { night.Play(2000); }) == 0);
  CHECK(night.swaps() > 20);
}

TEST_CASE("a card of another rate is resampled without memory or locks") {
  for (const int rate_hz : {48000, 96000}) {
    pedal::host::RateEdge edge(rate_hz, 64, 64);
    const std::vector<float> guitar = toys::Noise(64);
    std::vector<float> stereo(2 * 64);
    CHECK(CountDuring([&] {
            for (int call = 0; call < 5000; ++call)
              edge.Exchange(guitar.data(), stereo.data(),
                            [](const float* in, float* out) {
                              for (int n = 0; n < 64; ++n)
                                out[2 * n] = out[2 * n + 1] = in[n];
                            });
          }) == 0);
  }
}

TEST_CASE("nor does it where rtneural plays the layers") {
  if (!pedal::HasRtneural()) {
    MESSAGE("skipped: this build has no RTNeural; RTNEURAL_DIR names a checkout");
    return;
  }
  pedal::PlayBy(pedal::Backend::kRtneural);
  BusyNight night;
  pedal::PlayBy(pedal::Backend::kPedal);
  CHECK(CountDuring([&night] { night.Play(2000); }) == 0);
}

namespace {

// Runs `body` in a child whose every system call but exit kills it. The child's status.
template <typename Body>
int StatusWithoutKernel(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    body();
    syscall(SYS_exit, 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("the kernel's guard kills a deliberate system call") {
  const int status = StatusWithoutKernel([] { syscall(SYS_getpid); });
  CHECK(WIFSIGNALED(status));
}

TEST_CASE("the audio path calls the kernel for nothing, whatever is switched") {
  BusyNight night;
  const int status = StatusWithoutKernel([&night] { night.Play(2000); });
  CHECK(WIFEXITED(status));
}
#endif
