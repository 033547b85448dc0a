// Stands between a card of another rate or period and the program: resamples both ways
// and keeps what does not fill a period yet, with a constant delay.
//
// libsamplerate and not soxr, which the files go through: its converters do the same
// work for each sample and take no memory while they play, so they may stand in the
// audio thread.
#pragma once

#include <samplerate.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace pedal {
namespace host {

class RateEdge {
 public:
  // rate_hz, frames: of the card, and of each of its calls. period: samples of the
  // program at 44,100 Hz. Throws Error. Allocates. [main]
  RateEdge(int rate_hz, int frames, int period);

  // guitar: `frames` samples of the card. stereo: as many frames, filled.
  // play(const float* in, float* stereo): plays one period. [audio]
  template <typename Play>
  void Exchange(const float* guitar, float* stereo, Play play) noexcept {
    Convert(&in_, guitar, frames_);
    while (in_.count >= period_) {
      play(in_.samples.data(), block_.data());
      Drop(&in_, period_);
      Convert(&out_, block_.data(), period_);
    }
    Give(stereo);
  }

  // Silent and as new. [main]
  void Reset();

  // What it adds from a card's input to its output, measured by an impulse.
  double delay_ms() const { return delay_ms_; }

 private:
  struct Free {
    void operator()(SRC_STATE* state) const { src_delete(state); }
  };
  // A converter and what it has made so far.
  struct Way {
    std::unique_ptr<SRC_STATE, Free> state;
    double ratio = 1.0;
    int channels = 1;
    int count = 0;  // frames that wait
    std::vector<float> samples;
  };

  void Open(Way* way, int channels, double ratio, int most_frames);
  static void Convert(Way* way, const float* samples, int frames) noexcept;
  static void Drop(Way* way, int frames) noexcept;
  void Give(float* stereo) noexcept;
  void FindCushion();
  double MeasuredDelayMs(int rate_hz);

  int frames_, period_;
  int cushion_ = 0;  // frames that wait for the card when all is in step
  int least_ = 0;    // that waited at the worst call since the start
  Way in_, out_;
  std::vector<float> block_;
  double delay_ms_ = 0.0;
};

}  // namespace host
}  // namespace pedal
