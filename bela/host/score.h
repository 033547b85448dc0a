// Plays a performance's events, block after block, onto a block's pins and input.
#pragma once

#include <cstdint>
#include <vector>

#include "host/block.h"
#include "host/performance.h"

namespace pedal {
namespace host {

class Score {
 public:
  // Both outlive the score; events are sorted by time.
  Score(Block* block, const std::vector<Event>& events);

  // samples: one block of input that starts at frame `start`, changed where the cable
  // is out. Messages are delivered in this thread, before the block. [audio]
  void Play(std::int64_t start, float* samples);

 private:
  enum class Cable { kPlugged, kPulled };

  void Apply(const Event& event);
  void HoldCable(int frame, float* samples) const;

  Block& block_;
  Pins pins_ = IdlePins();
  Cable cable_ = Cable::kPlugged;
  std::vector<float> source_;  // one block, as it came
  std::vector<Event>::const_iterator next_, end_;
};

}  // namespace host
}  // namespace pedal
