// What the host does with the program's auxiliary tasks, besides Bela's own functions.
#pragma once

#include <cstddef>

namespace pedal {
namespace host {

enum class TaskPriority { kIgnored, kAsked };

// Before setup(): stack of each task, and whether it may ask for SCHED_FIFO. Offline
// it may not: there is no deadline, and other programs share the machine.
void ConfigureAuxiliaryTasks(std::size_t stack_bytes, TaskPriority priority);

// Requests the stop, wakes every task, and waits until each has ended. A task that
// loops must look at Bela_stopRequested(). [main]
void StopAuxiliaryTasks();

}  // namespace host
}  // namespace pedal
