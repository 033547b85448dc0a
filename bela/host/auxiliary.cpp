// Auxiliary tasks: a thread each, woken by a semaphore, so that scheduling from
// render() takes no lock. A schedule that finds the task busy is lost, as on the board.
#include "host/auxiliary.h"

#include <Bela.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/realtime.h"

namespace pedal {
namespace host {
namespace {

constexpr std::size_t kMinStackBytes = 64 * 1024;

struct Task {
  void (*callback)(void*) = nullptr;
  void* argument = nullptr;
  int priority = 0;
  std::string name;
  std::atomic<bool> waiting{true};
  sem_t wake;
  pthread_t thread;

  Task() { sem_init(&wake, 0, 0); }
  ~Task() { sem_destroy(&wake); }
};

struct Tasks {
  std::mutex mutex;
  std::vector<std::unique_ptr<Task>> all;
  std::size_t stack_bytes = 1 << 20;  // Bela's default, 1 MiB
  TaskPriority priority = TaskPriority::kIgnored;
};

// Never destroyed: a task that is still ending may look at it after main().
Tasks& GetTasks() {
  static Tasks* const tasks = new Tasks;
  return *tasks;
}

// The thread of one task. [io]
void* RunTask(void* pointer) {
  Task& task = *static_cast<Task*>(pointer);
  NameThread(task.name);
  FlushDenormals();
  if (task.priority > 0) TakePriority(task.priority);
  while (true) {
    while (sem_wait(&task.wake) != 0) {
    }
    if (Bela_stopRequested()) return nullptr;
    task.callback(task.argument);
    if (Bela_stopRequested()) return nullptr;
    task.waiting.store(true, std::memory_order_release);
  }
}

bool StartThread(Task* task, std::size_t stack_bytes) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::max(stack_bytes, kMinStackBytes));
  const int failed = pthread_create(&task->thread, &attributes, RunTask, task);
  pthread_attr_destroy(&attributes);
  return failed == 0;
}

}  // namespace

void ConfigureAuxiliaryTasks(std::size_t stack_bytes, TaskPriority priority) {
  Tasks& tasks = GetTasks();
  std::lock_guard<std::mutex> lock(tasks.mutex);
  tasks.stack_bytes = stack_bytes;
  tasks.priority = priority;
}

void StopAuxiliaryTasks() {
  Bela_requestStop();
  Tasks& tasks = GetTasks();
  std::vector<std::unique_ptr<Task>> ending;
  {
    std::lock_guard<std::mutex> lock(tasks.mutex);
    ending.swap(tasks.all);
  }
  for (auto& task : ending) sem_post(&task->wake);
  for (auto& task : ending) pthread_join(task->thread, nullptr);
}

}  // namespace host
}  // namespace pedal

using pedal::host::GetTasks;
using pedal::host::Task;
using pedal::host::TaskPriority;

extern "C" {

AuxiliaryTask Bela_createAuxiliaryTask(void (*callback)(void*), int priority,
                                       const char* name, void* arg) {
  auto& tasks = GetTasks();
  std::lock_guard<std::mutex> lock(tasks.mutex);
  auto task = std::make_unique<Task>();
  task->callback = callback;
  task->argument = arg;
  task->name = name;
  // Below the audio thread, whatever was asked for.
  const bool asked = tasks.priority == TaskPriority::kAsked;
  task->priority = asked ? std::min(priority, pedal::host::kAudioPriority - 1) : 0;
  if (!StartThread(task.get(), tasks.stack_bytes)) {
    std::fprintf(stderr, "auxiliary task %s: no thread to be had\n", name);
    return nullptr;
  }
  tasks.all.push_back(std::move(task));
  return tasks.all.back().get();
}

int Bela_scheduleAuxiliaryTask(AuxiliaryTask handle) {
  Task* task = static_cast<Task*>(handle);
  if (task == nullptr) return EINVAL;
  bool waiting = true;
  if (!task->waiting.compare_exchange_strong(waiting, false)) return EBUSY;
  sem_post(&task->wake);
  return 0;
}

AuxiliaryTask Bela_runAuxiliaryTask(void (*callback)(void*), int priority, void* arg) {
  char name[16];
  std::snprintf(name, sizeof(name), "%p", reinterpret_cast<void*>(callback));
  AuxiliaryTask task = Bela_createAuxiliaryTask(callback, priority, name, arg);
  if (task != nullptr) Bela_scheduleAuxiliaryTask(task);
  return task;
}

}  // extern "C"
