// The demo through loudspeakers: the program fills a ring that the card empties, so
// that the same buffer stands before every driver and its running dry can be counted.
#include <semaphore.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "host/block.h"
#include "host/output.h"
#include "host/realtime.h"
#include "host/sound_card.h"

namespace pedal {
namespace host {
namespace {

constexpr int kCardBuffers = 4;      // of the driver's own
constexpr long kWaitNs = 100000000;  // a look at a card that takes nothing

class Speakers : public Output {
 public:
  explicit Speakers(int period) {
    sem_init(&taken_, 0, 0);
    std::string why;
    card_ = SoundCard::Open(
        Direction::kOut, {}, period, kCardBuffers,
        [this](float* out, const float*, int frames, bool) { Empty(out, frames); },
        &why);
    const int card_frames = card_ ? card_->frames() : 0;
    capacity_ = static_cast<std::uint64_t>(
        std::max({static_cast<int>(kDemoBufferMs * kSampleRate / 1000), 2 * period,
                  2 * card_frames}));
    ring_.assign(capacity_ * kAudioChannels, 0.0f);
  }

  ~Speakers() override {
    if (card_) card_->Stop();
    card_.reset();
    sem_destroy(&taken_);
  }

  bool works() const { return card_ != nullptr; }

  Result Play(const float* stereo, int frames) noexcept override {
    const auto count = static_cast<std::uint64_t>(frames);
    if (started_ && watch_.IsGone(read_)) return Result::kBroken;
    while (written_ + count - read_.load(std::memory_order_acquire) > capacity_)
      if (!WaitForCard()) return Result::kBroken;
    for (std::uint64_t n = 0; n < count; ++n) {
      float* slot = &ring_[(written_ + n) % capacity_ * kAudioChannels];
      slot[0] = stereo[n * kAudioChannels];
      slot[1] = stereo[n * kAudioChannels + 1];
    }
    written_ += count;
    published_.store(written_, std::memory_order_release);
    return dry_.exchange(false) ? Result::kUnderrun : Result::kPlayed;
  }

  void Drain() override {
    draining_ = true;
    while (read_.load() < published_.load() && WaitForCard()) {
    }
  }

  std::string name() const override { return card_->name(); }
  double buffer_ms() const override {
    return 1000.0 * static_cast<double>(capacity_) / kSampleRate;
  }

 private:
  // The card's side. [audio]
  void Empty(float* out, int frames) noexcept {
    if (!prioritised_) TakePriority(kAudioPriority);
    prioritised_ = true;
    std::uint64_t read = read_.load(std::memory_order_relaxed);
    const std::uint64_t there = published_.load(std::memory_order_acquire) - read;
    const auto asked = static_cast<std::uint64_t>(frames);
    const std::uint64_t count = std::min(there, asked);
    for (std::uint64_t n = 0; n < count; ++n, ++read) {
      out[n * 2] = ring_[read % capacity_ * kAudioChannels];
      out[n * 2 + 1] = ring_[read % capacity_ * kAudioChannels + 1];
    }
    std::fill(out + count * 2, out + asked * 2, 0.0f);
    if (count < asked && !draining_) dry_ = true;
    read_.store(read, std::memory_order_release);
    sem_post(&taken_);
  }

  // The first full buffer starts the card. False if the card takes nothing any more.
  bool WaitForCard() noexcept {
    if (!started_) {
      started_ = true;
      try {
        card_->Start();
      } catch (const std::exception&) {
        return false;
      }
    }
    timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += kWaitNs;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    sem_timedwait(&taken_, &until);
    return !watch_.IsGone(read_.load(std::memory_order_relaxed));
  }

  std::unique_ptr<SoundCard> card_;
  std::vector<float> ring_;
  std::uint64_t capacity_ = 0;  // frames
  std::uint64_t written_ = 0;   // frames, of the program's side
  std::atomic<std::uint64_t> published_{0}, read_{0};
  std::atomic<bool> dry_{false}, draining_{false};
  bool started_ = false;
  bool prioritised_ = false;  // of the card's thread
  CardWatch watch_;
  sem_t taken_;
};

}  // namespace

std::unique_ptr<Output> MakeSpeakers(int period) {
  auto speakers = std::make_unique<Speakers>(period);
  if (!speakers->works()) return nullptr;
  return speakers;
}

}  // namespace host
}  // namespace pedal
