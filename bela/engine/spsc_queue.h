// A ring between exactly one producing and one consuming thread; neither ever waits.
#pragma once
#include <atomic>
#include <cstddef>

#include "engine/realtime.h"

namespace pedal {

template <typename T, std::size_t kCapacity>
class SpscQueue {
  static_assert((kCapacity & (kCapacity - 1)) == 0,
                "the capacity must be a power of two");

 public:
  // False where the ring is full: the item is lost, and the caller counts it.
  // [producer]
  bool Push(const T& item) PEDAL_REALTIME {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == kCapacity) return false;
    items_[tail % kCapacity] = item;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // The oldest item, or nullptr. Stays until Pop. [consumer]
  const T* Peek() const PEDAL_REALTIME {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return nullptr;
    return &items_[head % kCapacity];
  }

  // Drops the oldest item; only after Peek gave one. [consumer]
  void Pop() PEDAL_REALTIME {
    head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  T items_[kCapacity];
  std::atomic<std::size_t> head_{0};
  std::atomic<std::size_t> tail_{0};
};

}  // namespace pedal
