// What crosses threads, and how block times are counted.
#include <doctest/doctest.h>

#include <thread>

#include "engine/block_stats.h"
#include "engine/spsc_queue.h"

TEST_CASE("a queue between two threads loses, doubles and reorders nothing") {
  static pedal::SpscQueue<int, 64> queue;
  constexpr int kCount = 200000;
  std::thread producer([] {
    for (int i = 0; i < kCount;)
      if (queue.Push(i)) ++i;
  });
  int expected = 0;
  bool in_order = true;
  while (expected < kCount) {
    if (const int* item = queue.Peek()) {
      in_order = in_order && *item == expected++;
      queue.Pop();
    }
  }
  producer.join();
  CHECK(in_order);
  CHECK(queue.Peek() == nullptr);
}

TEST_CASE("a full queue refuses and keeps what it has") {
  pedal::SpscQueue<int, 4> queue;
  for (int i = 0; i < 4; ++i) CHECK(queue.Push(i));
  CHECK_FALSE(queue.Push(4));
  CHECK(*queue.Peek() == 0);
}

TEST_CASE(
    "percentiles of block times are right to 5 percent, and late blocks are counted") {
  pedal::BlockStats stats;
  for (int i = 1; i <= 1000; ++i) stats.Add(static_cast<float>(i), 990.0f);
  CHECK(stats.Percentile(0.5f) == doctest::Approx(500).epsilon(0.06));
  CHECK(stats.Percentile(0.99f) == doctest::Approx(990).epsilon(0.06));
  CHECK(stats.max_us() == 1000.0f);
  CHECK(stats.late() == 10);
  CHECK(stats.blocks() == 1000);
}
