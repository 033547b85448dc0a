// Playing on a card, losing it, and finding it again.
#include "host/card_rig.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "host/ending.h"
#include "host/errors.h"
#include "host/output.h"
#include "host/rate_edge.h"

namespace pedal {
namespace host {
namespace {

constexpr int kCardBuffers = 2;                // of the driver, for the least delay
constexpr std::uint64_t kSettleFrames = 4410;  // 100 ms: drivers stumble as they start
constexpr float kFadeInFrames = 4410.0f;       // of a card that is back
constexpr int kPollMs = 20;                    // how often the main thread looks
constexpr int kSearchMs = 1000;                // how often a lost card is looked for
constexpr int kMaxCardPeriod = 2048;           // what the program can play at once

enum class FadeIn { kNo, kYes };  // of a card that was away

void Pause(int ms) {
  const timespec pause = {ms / 1000, ms % 1000 * 1000000L};
  nanosleep(&pause, nullptr);
}

// Takes a card down that may be gone. Its driver may never answer, and may just be
// taking it down by itself: so that happens beside us, a little later.
void Bury(std::unique_ptr<SoundCard> card) {
  std::thread([card = std::move(card)]() mutable {
    Pause(kSearchMs / 2);
    card->Abort();
    card.reset();
  }).detach();
}

void Tell(const std::string& problem) {
  if (!problem.empty()) std::fprintf(stderr, "pedal-engine: %s\n", problem.c_str());
  if (Pedal_device) Pedal_device(problem.c_str());
}

}  // namespace

// Where a card's callback plays, until the seat is taken from it for good: a driver
// whose card is gone may still call. Nobody waits but the main thread.
class CardRig::Seat {
 public:
  // edge: null where the card plays the program's own periods. [main]
  void Stand(std::unique_ptr<RateEdge> edge) { edge_ = std::move(edge); }

  // Before the card starts. [main]
  void Give(Program* program, Ending* ending, FadeIn fade) {
    program_ = program;
    ending_ = ending;
    faded_ = fade == FadeIn::kYes ? 0.0f : kFadeInFrames;
    first_ = program->frames();
    hold_.store(Hold::kFree);
  }

  // From now on the callback gives silence. Waits for a block under way. [main]
  void Take() {
    Hold expected = Hold::kFree;
    while (!hold_.compare_exchange_weak(expected, Hold::kTaken) &&
           expected != Hold::kTaken) {
      expected = Hold::kFree;
      Pause(1);
    }
  }

  bool began() const { return began_; }
  bool done() const { return done_; }
  pthread_t thread() const { return thread_; }

  // [audio]
  void Call(float* out, const float* in, int frames, bool missed) noexcept {
    Hold expected = Hold::kFree;
    if (!hold_.compare_exchange_strong(expected, Hold::kInside))
      return Silence(out, frames);
    Play(out, in, frames, missed);
    hold_.store(Hold::kFree);
  }

 private:
  enum class Hold { kTaken, kFree, kInside };

  static void Silence(float* out, int frames) noexcept {
    std::fill(out, out + frames * kAudioChannels, 0.0f);
  }

  void Play(float* out, const float* in, int frames, bool missed) noexcept {
    if (!began_) {
      thread_ = pthread_self();
      FlushDenormals();
      TakePriority(kAudioPriority);
      began_ = true;
    }
    if (done_ || ending_->IsReached(program_->frames())) {
      done_ = true;
      return Silence(out, frames);
    }
    if (missed && program_->frames() > first_ + kSettleFrames)
      program_->CountUnderruns(1);
    if (edge_)
      edge_->Exchange(in, out, [this](const float* guitar, float* stereo) {
        PlayPeriod(guitar, stereo);
      });
    else if (frames == program_->period())
      PlayPeriod(in, out);
    else
      Silence(out, frames);
  }

  void PlayPeriod(const float* guitar, float* stereo) noexcept {
    Block& block = program_->block();
    for (int n = 0; n < block.frames(); ++n)
      for (int channel = 0; channel < kAudioChannels; ++channel)
        block.audio_in()[n * kAudioChannels + channel] = guitar[n];
    block.Hold(IdlePins(), 0);
    program_->Render();
    for (int n = 0; n < block.frames(); ++n) {
      const float gain = std::min(faded_ / kFadeInFrames, 1.0f);
      faded_ = std::min(faded_ + 1.0f, kFadeInFrames);
      for (int channel = 0; channel < kAudioChannels; ++channel)
        stereo[n * kAudioChannels + channel] =
            ForDevice(gain * block.audio_out()[n * kAudioChannels + channel]);
    }
  }

  std::unique_ptr<RateEdge> edge_;
  std::atomic<Hold> hold_{Hold::kTaken};
  std::atomic<bool> began_{false}, done_{false};
  pthread_t thread_{};
  Program* program_ = nullptr;
  Ending* ending_ = nullptr;
  float faded_ = 0.0f;  // frames
  std::uint64_t first_ = 0;
};

CardRig::CardRig(const CardChoice& choice, int period) : asked_period_(period) {
  const std::string why = Open(choice, period);
  if (!why.empty())
    throw Error("no sound card with input and output (" + why +
                "); `pedal cards` lists them; try --audio demo");
}

CardRig::~CardRig() = default;

// The first card sets the program's period; one that comes back has to serve it.
std::string CardRig::Open(const CardChoice& choice, int period) {
  auto seat = std::make_shared<Seat>();
  std::string why;
  auto card = SoundCard::Open(
      Direction::kInOut, choice, period, kCardBuffers,
      [seat](float* out, const float* in, int frames, bool missed) {
        seat->Call(out, in, frames, missed);
      },
      &why);
  if (!card) return why;
  if (card->frames() > kMaxCardPeriod)
    return "\"" + card->name() + "\" takes " + std::to_string(card->frames()) +
           " frames at once, expected at most " + std::to_string(kMaxCardPeriod);
  if (period_ == 0) period_ = card->frames();
  rate_hz_ = card->rate_hz();
  buffer_ms_ = card->buffer_ms();
  if (rate_hz_ != kSampleRate || card->frames() != period_) {
    auto edge = std::make_unique<RateEdge>(rate_hz_, card->frames(), period_);
    buffer_ms_ += edge->delay_ms();
    seat->Stand(std::move(edge));
  }
  name_ = card->name();
  choice_ = card->choice();
  seat_ = std::move(seat);
  card_ = std::move(card);
  return "";
}

std::string CardRig::terms() const {
  std::string text;
  if (period_ != asked_period_)
    text = "takes " + std::to_string(period_) + " frames a period, not " +
           std::to_string(asked_period_);
  if (rate_hz_ != kSampleRate)
    text += (text.empty() ? "" : ", and ") + ("plays at " + std::to_string(rate_hz_)) +
            " Hz, so its sound is resampled";
  return text.empty() ? "" : "sound card \"" + name_ + "\" " + text;
}

LiveReport CardRig::Play(Program* program, double seconds) {
  LiveReport report;
  report.memory_locked = LockMemory();
  Ending ending(seconds);
  seat_->Give(program, &ending, FadeIn::kNo);
  card_->Start();
  while (!PlayCard(program, &report)) {
    seat_->Take();
    Bury(std::move(card_));
    ++losses_;
    Tell("sound card \"" + name_ + "\" is gone; plug it in again");
    if (!PlayUnheard(program, &ending)) break;
    Tell("");
  }
  return report;
}

// True when the program has ended, false when the card is gone.
bool CardRig::PlayCard(Program* program, LiveReport* report) {
  CardWatch watch;
  const std::uint64_t first = program->frames();
  while (!seat_->done()) {
    if (!card_->IsOpen() || watch.IsGone(program->frames() - first)) return false;
    if (seat_->began()) report->priority = PriorityName(seat_->thread());
    Pause(kPollMs);
  }
  card_->Stop();
  return true;
}

// True when the card is back and plays, false when the program has ended.
bool CardRig::PlayUnheard(Program* program, Ending* ending) {
  std::atomic<bool> found{false}, done{false};
  const auto clock = MakeClockOutput(period_);
  const std::vector<float> unheard(static_cast<std::size_t>(period_ * kAudioChannels));
  std::thread audio([&] {
    BeginAudioThread();
    Block& block = program->block();
    while (!found && !done) {
      if (ending->IsReached(program->frames())) {
        done = true;
        break;
      }
      std::fill(block.audio_in(), block.audio_in() + unheard.size(), 0.0f);
      block.Hold(IdlePins(), 0);
      program->Render();
      clock->Play(unheard.data(), block.frames());
    }
  });
  int waited_ms = 0;
  while (!found && !done) {
    Pause(kPollMs);
    waited_ms += kPollMs;
    if (waited_ms % kSearchMs == 0) found = Open(choice_, asked_period_).empty();
  }
  audio.join();
  if (done) return false;
  seat_->Give(program, ending, FadeIn::kYes);
  try {
    card_->Start();
  } catch (const Error&) {  // gone again: PlayCard() finds that out
  }
  return true;
}

}  // namespace host
}  // namespace pedal
