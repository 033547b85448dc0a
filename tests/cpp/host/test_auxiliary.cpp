// Auxiliary tasks: woken once for each schedule that finds them waiting.
#include <doctest/doctest.h>
#include <errno.h>

#include <atomic>

#include "host/helpers.h"

using namespace host_test;

namespace {

// A task that stays in its callback until it is let go.
struct Held {
  std::atomic<int> entered{0}, left{0}, allowed{0};

  static void Run(void* pointer) {
    Held& held = *static_cast<Held*>(pointer);
    const int turn = ++held.entered;
    while (held.allowed < turn && !Bela_stopRequested()) std::this_thread::yield();
    ++held.left;
  }
};

}  // namespace

TEST_CASE("a scheduled task runs once") {
  const FreshStop fresh;
  Held held;
  held.allowed = 100;
  AuxiliaryTask task = Bela_createAuxiliaryTask(Held::Run, 0, "once", &held);
  CHECK(Bela_scheduleAuxiliaryTask(task) == 0);
  CHECK(Eventually([&] { return held.left == 1; }));
  CHECK(Eventually([&] { return Bela_scheduleAuxiliaryTask(task) == 0; }));
  CHECK(Eventually([&] { return held.left == 2; }));
}

TEST_CASE("a schedule that finds the task busy is lost, not queued") {
  const FreshStop fresh;
  Held held;
  AuxiliaryTask task = Bela_createAuxiliaryTask(Held::Run, 0, "busy", &held);
  Bela_scheduleAuxiliaryTask(task);
  REQUIRE(Eventually([&] { return held.entered == 1; }));
  for (int i = 0; i < 10; ++i) CHECK(Bela_scheduleAuxiliaryTask(task) == EBUSY);
  held.allowed = 100;
  REQUIRE(Eventually([&] { return held.left == 1; }));
  REQUIRE(Eventually([&] { return Bela_scheduleAuxiliaryTask(task) == 0; }));
  CHECK(Eventually([&] { return held.left == 2; }));
  CHECK(held.entered == 2);
}

TEST_CASE("a task scheduled right after its creation runs") {
  const FreshStop fresh;
  for (int i = 0; i < 100; ++i) {
    Held held;
    held.allowed = 1;
    Bela_scheduleAuxiliaryTask(Bela_createAuxiliaryTask(Held::Run, 0, "soon", &held));
    CHECK(Eventually([&] { return held.left == 1; }));
  }
}

TEST_CASE("stopping wakes and ends tasks that wait and tasks that loop") {
  const FreshStop fresh;
  Held looping, waiting;
  Bela_runAuxiliaryTask(Held::Run, 0, &looping);
  Bela_createAuxiliaryTask(Held::Run, 0, "waiting", &waiting);
  REQUIRE(Eventually([&] { return looping.entered == 1; }));
  pedal::host::StopAuxiliaryTasks();
  CHECK(looping.left == 1);
  CHECK(waiting.entered == 0);
}
