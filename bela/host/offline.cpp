// The offline driver: WAV and performance in, WAV out.
#include "host/offline.h"

#include <algorithm>
#include <deque>

#include "host/errors.h"
#include "host/score.h"

namespace pedal {
namespace host {

void RenderOffline(Program* program, const OfflineJob& job) {
  Block& block = program->block();
  const std::int64_t total = job.in->frames() + job.tail;
  Score score(&block, job.performance);
  std::vector<float> samples(static_cast<std::size_t>(block.frames()));
  std::deque<std::vector<float>> buffered;  // rendered, not yet heard
  if (job.delay == Delay::kBoard) buffered.assign(2, samples);
  for (std::int64_t start = 0; start < total; start += block.frames()) {
    if (Bela_stopRequested()) throw Error("stopped before the end; no output");
    std::fill(samples.begin(), samples.end(), 0.0f);
    job.in->Read(samples.data(), block.frames());
    score.Play(start, samples.data());
    for (int n = 0; n < block.frames(); ++n) {
      block.audio_in()[n * kAudioChannels] = samples[n];
      block.audio_in()[n * kAudioChannels + 1] = 0.0f;  // nothing is plugged in there
    }
    program->Render();
    if (job.trace) job.trace->Note(block, start);
    for (int n = 0; n < block.frames(); ++n)
      samples[n] = block.audio_out()[n * kAudioChannels];
    buffered.push_back(samples);
    const std::int64_t wanted = std::min<std::int64_t>(total - start, block.frames());
    job.out->Write(buffered.front().data(), static_cast<int>(wanted));
    buffered.pop_front();
  }
  job.out->Commit();
}

}  // namespace host
}  // namespace pedal
