// Resampling at the edge, by libsamplerate.
#include "host/rate_edge.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "host/block.h"
#include "host/errors.h"

namespace pedal {
namespace host {
namespace {

constexpr int kRehearsal = 2 * kSampleRate;  // frames; the pattern repeats much earlier
constexpr int kSlack = 64;  // frames that a converter may give at once beyond

}  // namespace

RateEdge::RateEdge(int rate_hz, int frames, int period)
    : frames_(frames),
      period_(period),
      block_(static_cast<std::size_t>(period * kAudioChannels)) {
  const double out = static_cast<double>(rate_hz) / kSampleRate;
  Open(&in_, 1, 1.0 / out, static_cast<int>(frames / out) + period);
  const int most = static_cast<int>((period + frames / out) * out) + 2 * frames;
  Open(&out_, kAudioChannels, out, 2 * most);
  FindCushion();
  delay_ms_ = MeasuredDelayMs(rate_hz);
  Reset();
}

void RateEdge::Open(Way* way, int channels, double ratio, int most_frames) {
  int error = 0;
  way->state.reset(src_new(SRC_SINC_FASTEST, channels, &error));
  if (!way->state)
    throw Error(std::string("resampler: cannot be made: ") + src_strerror(error));
  way->ratio = ratio;
  way->channels = channels;
  way->samples.resize(static_cast<std::size_t>((most_frames + kSlack) * channels));
}

void RateEdge::Convert(Way* way, const float* samples, int frames) noexcept {
  const int room = static_cast<int>(way->samples.size()) / way->channels;
  SRC_DATA data = {};
  data.src_ratio = way->ratio;
  while (frames > 0) {
    data.data_in = samples;
    data.input_frames = frames;
    data.data_out = way->samples.data() + way->count * way->channels;
    data.output_frames = room - way->count;
    if (src_process(way->state.get(), &data) != 0) return;
    way->count += static_cast<int>(data.output_frames_gen);
    samples += data.input_frames_used * way->channels;
    frames -= static_cast<int>(data.input_frames_used);
    if (data.input_frames_used == 0) return;
  }
}

void RateEdge::Drop(Way* way, int frames) noexcept {
  const auto start = way->samples.begin();
  std::copy(start + frames * way->channels, start + way->count * way->channels, start);
  way->count -= frames;
}

void RateEdge::Give(float* stereo) noexcept {
  least_ = std::min(least_, out_.count - frames_);
  const int there = std::min(out_.count, frames_);
  const auto bytes = sizeof(float) * kAudioChannels;
  std::memcpy(stereo, out_.samples.data(), static_cast<std::size_t>(there) * bytes);
  std::fill(stereo + there * kAudioChannels, stereo + frames_ * kAudioChannels, 0.0f);
  Drop(&out_, there);
}

void RateEdge::Reset() {
  for (Way* way : {&in_, &out_}) {
    src_reset(way->state.get());
    way->count = 0;
    std::fill(way->samples.begin(), way->samples.end(), 0.0f);
  }
  out_.count = cushion_;
}

// A rehearsal in silence: the more is waiting at the start, the later the sound; so
// as much as the worst call needs, and no more.
void RateEdge::FindCushion() {
  const std::vector<float> silence(static_cast<std::size_t>(frames_));
  std::vector<float> heard(static_cast<std::size_t>(frames_ * kAudioChannels));
  const auto play = [this](const float*, float* stereo) {
    std::fill(stereo, stereo + period_ * kAudioChannels, 0.0f);
  };
  for (;;) {
    Reset();
    least_ = frames_;
    for (int n = 0; n < kRehearsal; n += frames_)
      Exchange(silence.data(), heard.data(), play);
    if (least_ >= 0) return;
    cushion_ -= least_;
  }
}

double RateEdge::MeasuredDelayMs(int rate_hz) {
  Reset();
  std::vector<float> guitar(static_cast<std::size_t>(frames_));
  std::vector<float> heard(static_cast<std::size_t>(frames_ * kAudioChannels));
  guitar[0] = 1.0f;
  float peak = 0.0f;
  int at = 0;
  for (int n = 0; n * frames_ < rate_hz / 5; ++n) {  // 200 ms
    Exchange(guitar.data(), heard.data(), [this](const float* in, float* stereo) {
      for (int i = 0; i < period_; ++i) stereo[2 * i] = stereo[2 * i + 1] = in[i];
    });
    guitar[0] = 0.0f;
    for (int i = 0; i < frames_; ++i)
      if (std::fabs(heard[2 * i]) > peak) {
        peak = std::fabs(heard[2 * i]);
        at = n * frames_ + i;
      }
  }
  return 1000.0 * at / rate_hz;
}

}  // namespace host
}  // namespace pedal
