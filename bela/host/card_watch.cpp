// Whether a sound card still runs at the speed of sound cards.
#include <time.h>

#include "host/block.h"
#include "host/sound_card.h"

namespace pedal {
namespace host {
namespace {

constexpr std::int64_t kNsPerSecond = 1000000000;
constexpr std::int64_t kStuckNs = 2 * kNsPerSecond;  // no frame taken for so long
constexpr double kRunaway = 1.5;                     // times the nominal rate
constexpr double kHeadStart = 1.0 * kSampleRate;     // frames: drivers fill at first

std::int64_t Now() noexcept {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

}  // namespace

bool CardWatch::IsGone(std::uint64_t frames) noexcept {
  const std::int64_t now = Now();
  if (started_ns_ == 0) started_ns_ = moved_ns_ = now;
  if (frames != last_frames_) moved_ns_ = now;
  last_frames_ = frames;
  const double ran_s = static_cast<double>(now - started_ns_) / kNsPerSecond;
  const double most = kHeadStart + kRunaway * kSampleRate * ran_s;
  return now - moved_ns_ > kStuckNs || static_cast<double>(frames) > most;
}

}  // namespace host
}  // namespace pedal
