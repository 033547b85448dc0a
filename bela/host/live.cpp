// The real-time loops of the host.
#include "host/live.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "host/errors.h"
#include "host/realtime.h"
#include "host/score.h"

namespace pedal {
namespace host {
namespace {

constexpr int kCardBuffers = 2;                // of the driver, for the least delay
constexpr std::uint64_t kSettleFrames = 4410;  // 100 ms: drivers stumble as they start
constexpr int kPollMs = 20;                    // how often the main thread looks

// Says when the last block has been played.
class Ending {
 public:
  explicit Ending(double seconds)
      : limit_(static_cast<std::uint64_t>(seconds * kSampleRate)) {}

  // frames: played so far. [audio]
  bool IsReached(std::uint64_t frames) noexcept {
    if (limit_ > 0 && frames >= limit_) Bela_requestStop();
    if (!Bela_stopRequested()) return false;
    if (last_ == 0) last_ = frames + kFadeFrames;
    return frames >= last_;
  }

 private:
  static constexpr auto kFadeFrames =
      static_cast<std::uint64_t>(kStopFadeMs * kSampleRate / 1000);

  const std::uint64_t limit_;
  std::uint64_t last_ = 0;  // 0: no stop requested yet
};

// What the board's converter does with too large a number, and silence for no number.
float ForDevice(float sample) noexcept {
  if (sample >= -1.0f && sample <= 1.0f) return sample;
  if (sample > 1.0f) return 1.0f;
  return sample < -1.0f ? -1.0f : 0.0f;
}

std::string BeginAudioThread() {
  NameThread("bela-audio");
  FlushDenormals();
  TakePriority(kAudioPriority);
  return PriorityName();
}

}  // namespace

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

struct CardRig::Session {
  Program* program;
  Ending ending;
  int in_channels;
  std::atomic<bool> began{false};
  std::atomic<bool> done{false};
  pthread_t thread{};

  Session(Program* its_program, double seconds, int channels)
      : program(its_program), ending(seconds), in_channels(channels) {}
};

CardRig::CardRig(int period) {
  std::string why;
  card_ = SoundCard::Open(
      Direction::kInOut, period, kCardBuffers,
      [this](float* out, const float* in, int frames, bool missed) {
        Call(out, in, frames, missed);
      },
      &why);
  if (!card_)
    throw Error("no sound card with input and output at 44100 Hz (" + why +
                "); try --audio demo");
}

void CardRig::Call(float* out, const float* in, int frames, bool missed) noexcept {
  Session& session = *session_;
  Program& program = *session.program;
  if (!session.began) {
    session.thread = pthread_self();
    FlushDenormals();
    TakePriority(kAudioPriority);
    session.began = true;
  }
  Block& block = program.block();
  if (session.done || frames != block.frames() ||
      session.ending.IsReached(program.frames())) {
    std::fill(out, out + frames * kAudioChannels, 0.0f);
    session.done = true;
    return;
  }
  if (missed && program.frames() > kSettleFrames) program.CountUnderruns(1);
  for (int n = 0; n < frames; ++n) {
    const float* frame = in + n * session.in_channels;
    block.audio_in()[n * kAudioChannels] = frame[0];
    block.audio_in()[n * kAudioChannels + 1] = frame[session.in_channels - 1];
  }
  block.Hold(IdlePins(), 0);
  program.Render();
  std::transform(block.audio_out(), block.audio_out() + frames * kAudioChannels, out,
                 ForDevice);
}

LiveReport CardRig::Play(Program* program, double seconds) {
  LiveReport report;
  report.memory_locked = LockMemory();
  Session session(program, seconds, card_->in_channels());
  session_ = &session;
  card_->Start();
  CardWatch watch;
  while (!session.done && !watch.IsGone(program->frames())) {
    const timespec pause = {0, kPollMs * 1000000L};
    nanosleep(&pause, nullptr);
  }
  if (session.began) report.priority = PriorityName(session.thread);
  card_->Stop();
  if (!session.done)
    throw Error("sound card \"" + card_->name() + "\" takes no more sound; " +
                "is it still plugged in?");
  return report;
}

}  // namespace host
}  // namespace pedal
