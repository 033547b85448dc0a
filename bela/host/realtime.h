// What a thread of the pedal asks of the machine: a priority, locked memory, and no
// denormals. Each is taken where allowed and its absence is reported, not an error.
#pragma once

#include <pthread.h>

#include <string>

namespace pedal {
namespace host {

constexpr int kAudioPriority =
    80;  // below the kernel's own interrupt threads at 50..99

// Makes this thread's tiny numbers zero: a decaying tail of denormals costs 100 times
// the arithmetic on x86. Valid for the calling thread and those it starts.
void FlushDenormals();

// Gives the calling thread `priority` of SCHED_FIFO. False where not allowed.
bool TakePriority(int priority);

// "fifo 80" or "normal".
std::string PriorityName(pthread_t thread = pthread_self());

// Keeps the program in memory, so that no page fault meets the audio thread.
bool LockMemory();

// Shown by top and gdb; cut to 15 characters.
void NameThread(const std::string& name);

}  // namespace host
}  // namespace pedal
