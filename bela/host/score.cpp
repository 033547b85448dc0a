// Holding pins and cable as the score has them, and delivering its messages.
#include "host/score.h"

#include <algorithm>

namespace pedal {
namespace host {

Score::Score(Block* block, const std::vector<Event>& events)
    : block_(*block),
      source_(static_cast<std::size_t>(block->frames())),
      next_(events.begin()),
      end_(events.end()) {}

void Score::Play(std::int64_t start, float* samples) {
  std::copy_n(samples, source_.size(), source_.begin());
  const std::int64_t stop = start + block_.frames();
  block_.Hold(pins_, 0);
  HoldCable(0, samples);
  for (; next_ != end_ && next_->at < stop; ++next_) {
    const int frame = static_cast<int>(std::max<std::int64_t>(next_->at - start, 0));
    Apply(*next_);
    block_.Hold(pins_, frame);
    HoldCable(frame, samples);
  }
}

void Score::Apply(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kDigital: {
      const unsigned bit = 1u << event.channel;
      const unsigned levels =
          event.value > 0.5f ? pins_.digital | bit : pins_.digital & ~bit;
      pins_.digital = static_cast<std::uint16_t>(levels);
      break;
    }
    case Event::Kind::kAnalog:
      pins_.analog[event.channel] = event.value;
      break;
    case Event::Kind::kCable:
      cable_ = event.value > 0.5f ? Cable::kPulled : Cable::kPlugged;
      break;
    case Event::Kind::kOsc:
    case Event::Kind::kGui:
      Deliver(event);
      break;
  }
}

void Score::HoldCable(int frame, float* samples) const {
  if (cable_ == Cable::kPulled) {
    std::fill(samples + frame, samples + source_.size(), 0.0f);
  } else {
    std::copy(source_.begin() + frame, source_.end(), samples + frame);
  }
}

}  // namespace host
}  // namespace pedal
