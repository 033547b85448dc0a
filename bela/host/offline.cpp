// The offline driver: WAV and performance in, WAV out.
#include "host/offline.h"

#include <algorithm>

#include "host/errors.h"

namespace pedal {
namespace host {
namespace {

enum class Cable { kPlugged, kPulled };

// Plays the events of one block after another onto the block's inputs.
class Score {
 public:
  Score(Program* program, const std::vector<Event>& events)
      : block_(program->block()), next_(events.begin()), end_(events.end()) {}

  // samples: one block of input, changed where the cable is out.
  void Play(std::int64_t start, std::vector<float>* samples) {
    const std::vector<float> source = *samples;
    const std::int64_t stop = start + block_.frames();
    block_.Hold(pins_, 0);
    HoldCable(source, 0, samples);
    for (; next_ != end_ && next_->at < stop; ++next_) {
      const int frame = static_cast<int>(std::max<std::int64_t>(next_->at - start, 0));
      Apply(*next_);
      block_.Hold(pins_, frame);
      HoldCable(source, frame, samples);
    }
  }

 private:
  void Apply(const Event& event) {
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

  void HoldCable(const std::vector<float>& source, int frame,
                 std::vector<float>* samples) const {
    const auto from = samples->begin() + frame;
    if (cable_ == Cable::kPulled) {
      std::fill(from, samples->end(), 0.0f);
    } else {
      std::copy(source.begin() + frame, source.end(), from);
    }
  }

  Block& block_;
  Pins pins_ = IdlePins();
  Cable cable_ = Cable::kPlugged;
  std::vector<Event>::const_iterator next_, end_;
};

}  // namespace

void RenderOffline(Program* program, const OfflineJob& job) {
  Block& block = program->block();
  const std::int64_t total = job.in->frames() + job.tail;
  Score score(program, job.performance);
  std::vector<float> samples(static_cast<std::size_t>(block.frames()));
  for (std::int64_t start = 0; start < total; start += block.frames()) {
    if (Bela_stopRequested()) throw Error("stopped before the end; no output");
    std::fill(samples.begin(), samples.end(), 0.0f);
    job.in->Read(samples.data(), block.frames());
    score.Play(start, &samples);
    for (int n = 0; n < block.frames(); ++n) {
      block.audio_in()[n * kAudioChannels] = samples[n];
      block.audio_in()[n * kAudioChannels + 1] = 0.0f;  // nothing is plugged in there
    }
    program->Render();
    for (int n = 0; n < block.frames(); ++n)
      samples[n] = block.audio_out()[n * kAudioChannels];
    const std::int64_t wanted = std::min<std::int64_t>(total - start, block.frames());
    job.out->Write(samples.data(), static_cast<int>(wanted));
  }
  job.out->Commit();
}

}  // namespace host
}  // namespace pedal
