// The real-time loop of the demo.
#include "host/live.h"

#include <algorithm>
#include <thread>

#include "host/ending.h"
#include "host/errors.h"
#include "host/score.h"

namespace pedal {
namespace host {

LiveReport PlayLoop(Program* program, Output* output, const std::vector<float>& loop,
                    double seconds, const std::vector<Event>& events) {
  if (loop.empty()) throw Error("--in: expected sound, found an empty file");
  LiveReport report;
  report.memory_locked = LockMemory();
  Output::Result result = Output::Result::kPlayed;
  std::vector<float> stereo(
      static_cast<std::size_t>(program->period() * kAudioChannels));
  std::vector<float> input(static_cast<std::size_t>(program->period()));
  Score score(&program->block(), events);
  std::thread audio([&] {
    report.priority = BeginAudioThread();
    Ending ending(seconds);
    Block& block = program->block();
    std::size_t at = 0;
    while (result != Output::Result::kBroken && !ending.IsReached(program->frames())) {
      for (float& sample : input) {
        sample = loop[at];
        at = at + 1 == loop.size() ? 0 : at + 1;
      }
      score.Play(static_cast<std::int64_t>(program->frames()), input.data());
      for (int n = 0; n < block.frames(); ++n) {
        block.audio_in()[n * kAudioChannels] = input[n];
        block.audio_in()[n * kAudioChannels + 1] = 0.0f;
      }
      program->Render();
      std::transform(block.audio_out(), block.audio_out() + stereo.size(),
                     stereo.begin(), ForDevice);
      result = output->Play(stereo.data(), block.frames());
      if (result == Output::Result::kUnderrun) program->CountUnderruns(1);
    }
  });
  audio.join();
  if (result == Output::Result::kBroken)
    throw Error("sound card \"" + output->name() + "\" takes no more sound; " +
                "is it still plugged in?");
  output->Drain();
  return report;
}

}  // namespace host
}  // namespace pedal
