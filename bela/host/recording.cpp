// Keeps what the demo plays in a WAV: the audio thread fills a ring, another one
// writes.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "host/block.h"
#include "host/errors.h"
#include "host/output.h"
#include "host/wav.h"

namespace pedal {
namespace host {
namespace {

constexpr std::uint64_t kRingFrames = 10 * kSampleRate;  // a disk may stall so long
constexpr auto kPause = std::chrono::milliseconds(50);   // between two writes

class Recording : public Output {
 public:
  Recording(std::unique_ptr<Output> output, const std::string& path)
      : output_(std::move(output)), file_(path), ring_(kRingFrames) {
    writer_ = std::thread([this] { Run(); });
  }

  ~Recording() override { Stop(); }

  Result Play(const float* stereo, int frames) noexcept override {
    const std::uint64_t written = written_.load(std::memory_order_relaxed);
    const std::uint64_t used = written - read_.load(std::memory_order_acquire);
    if (used + static_cast<unsigned>(frames) > kRingFrames) {
      lost_ = true;
    } else {
      for (int n = 0; n < frames; ++n)
        ring_[(written + static_cast<unsigned>(n)) % kRingFrames] =
            stereo[n * kAudioChannels];
      written_.store(written + static_cast<unsigned>(frames),
                     std::memory_order_release);
    }
    return output_->Play(stereo, frames);
  }

  void Drain() override {
    output_->Drain();
    Stop();
    if (!wrong_.empty()) throw Error(wrong_);
    if (lost_) throw Error("--out: the disk is too slow to keep up; no recording");
    file_.Commit();
  }

  std::string name() const override { return output_->name(); }
  double buffer_ms() const override { return output_->buffer_ms(); }

 private:
  void Run() {
    while (!ending_) {
      Write();
      std::this_thread::sleep_for(kPause);
    }
    Write();
  }

  // Takes what is in the ring to the disk. [writer]
  void Write() try {
    std::uint64_t read = read_.load(std::memory_order_relaxed);
    const std::uint64_t end = written_.load(std::memory_order_acquire);
    while (read < end) {
      const std::uint64_t at = read % kRingFrames;
      const std::uint64_t count = std::min(end - read, kRingFrames - at);
      file_.Write(&ring_[at], static_cast<int>(count));
      read += count;
    }
    read_.store(read, std::memory_order_release);
  } catch (const Error& error) {
    wrong_ = error.what();
    ending_ = true;
  }

  void Stop() {
    ending_ = true;
    if (writer_.joinable()) writer_.join();
  }

  std::unique_ptr<Output> output_;
  WavWriter file_;
  std::vector<float> ring_;
  std::atomic<std::uint64_t> written_{0}, read_{0};  // frames
  std::atomic<bool> lost_{false}, ending_{false};
  std::string wrong_;  // of the writer; read after its end
  std::thread writer_;
};

}  // namespace

std::unique_ptr<Output> MakeRecording(std::unique_ptr<Output> output,
                                      const std::string& path) {
  return std::make_unique<Recording>(std::move(output), path);
}

}  // namespace host
}  // namespace pedal
