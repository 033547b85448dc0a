// One run of a Bela program: setup, its blocks, and cleanup, with the accounts kept.
#pragma once

#include <Bela.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "host/block.h"

namespace pedal {
namespace host {

class Program {
 public:
  // `settings` holds the three functions; `project` is the program's name.
  Program(const BelaInitSettings& settings, const std::string& project,
          std::uint32_t extra_flags);
  ~Program();  // stops the auxiliary tasks, also after an error

  Block& block() { return block_; }

  // Throws an empty Error when the program refuses to start: it has told why. [main]
  void Setup();

  // Renders the block as its input now stands. [audio]
  void Render() noexcept;

  // Left and right of the last block are block().audio_out(). Counts what the device
  // missed; the program sees it in the next block. [any]
  void CountUnderruns(unsigned count) noexcept { underruns_ += count; }

  // Ends the auxiliary tasks, calls `last` while the program still stands, cleans up.
  template <typename Last>
  void Finish(Last last) {
    StopTasks();
    last();
    Cleanup();
  }

  // The accounts; blocks and frames are also read by other threads while it plays.
  std::uint64_t blocks() const { return blocks_; }
  std::uint64_t frames() const { return blocks_ * static_cast<unsigned>(period_); }
  unsigned underruns() const { return underruns_; }
  int period() const { return period_; }
  double CpuPercent() const;  // time in render() over the time that its sound lasts

 private:
  void StopTasks();
  void Cleanup();

  BelaInitSettings settings_;
  int period_;
  Block block_;
  BelaCpuData whole_run_ = {};
  std::atomic<std::uint64_t> blocks_{0};
  std::atomic<unsigned> underruns_{0};
};

extern void* user_data;  // what Bela_setUserData() set

}  // namespace host
}  // namespace pedal
