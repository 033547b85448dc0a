// The clocked null device: a machine without a sound card plays in real time all the
// same, so that load, lateness and underruns mean what they mean on one that has it.
#include <time.h>

#include <algorithm>
#include <cstdint>

#include "host/block.h"
#include "host/output.h"

namespace pedal {
namespace host {
namespace {

constexpr std::int64_t kNsPerSecond = 1000000000;

std::int64_t Now() noexcept {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

void SleepUntil(std::int64_t when) noexcept {
  const timespec then = {static_cast<time_t>(when / kNsPerSecond),
                         static_cast<long>(when % kNsPerSecond)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, nullptr) != 0) {
  }
}

class ClockOutput : public Output {
 public:
  explicit ClockOutput(int period)
      : capacity_(std::max<std::int64_t>(
            static_cast<std::int64_t>(kDemoBufferMs * kSampleRate / 1000),
            2 * period)) {}

  Result Play(const float*, int frames) noexcept override {
    if (start_ == 0) start_ = Now();
    const bool dry = FramesAt(Now()) > written_;
    if (dry) start_ = Now() - TimeOf(written_);  // goes on from here, empty
    SleepUntil(start_ + TimeOf(written_ + frames - capacity_));
    written_ += frames;
    return dry ? Result::kUnderrun : Result::kPlayed;
  }

  void Drain() override { SleepUntil(start_ + TimeOf(written_)); }
  std::string name() const override { return "clocked null device"; }
  double buffer_ms() const override {
    return 1000.0 * static_cast<double>(capacity_) / kSampleRate;
  }

 private:
  static std::int64_t TimeOf(std::int64_t frames) noexcept {
    return std::max<std::int64_t>(frames, 0) * kNsPerSecond / kSampleRate;
  }
  // Frames that the clock has taken at a time. Split, or a day would overflow.
  std::int64_t FramesAt(std::int64_t when) const noexcept {
    const std::int64_t ran = when - start_;
    return ran / kNsPerSecond * kSampleRate +
           ran % kNsPerSecond * kSampleRate / kNsPerSecond;
  }

  const std::int64_t capacity_;  // frames
  std::int64_t start_ = 0;       // ns; when frame 0 left, moved at each underrun
  std::int64_t written_ = 0;     // frames
};

}  // namespace

std::unique_ptr<Output> MakeClockOutput(int period) {
  return std::make_unique<ClockOutput>(period);
}

}  // namespace host
}  // namespace pedal
