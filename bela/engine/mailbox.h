// One item on its way between two threads: put in by one, taken out by the other;
// neither waits.
#pragma once
#include <atomic>

#include "engine/realtime.h"

namespace pedal {

template <typename T>
class Mailbox {
 public:
  // False where the item before is still there. [producer]
  bool Put(const T& item) PEDAL_REALTIME {
    if (full_.load(std::memory_order_acquire)) return false;
    item_ = item;
    full_.store(true, std::memory_order_release);
    return true;
  }

  // False where there is none. [consumer]
  bool Take(T* item) PEDAL_REALTIME {
    if (!full_.load(std::memory_order_acquire)) return false;
    *item = item_;
    full_.store(false, std::memory_order_release);
    return true;
  }

 private:
  T item_;
  std::atomic<bool> full_{false};
};

}  // namespace pedal
