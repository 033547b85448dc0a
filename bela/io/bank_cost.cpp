// What a bank costs here: both models of a crossfade, alternating as in the engine.
#include "io/bank_cost.h"

#include <time.h>

#include <algorithm>
#include <cstdio>

#include "engine/timing.h"

namespace pedal {
namespace {

constexpr float kAffordable =
    0.8f;  // share of the deadline that two models of a crossfade may take

constexpr int kMostRuns = 201, kLeastRuns = 9;
constexpr double kLongest = 0.5;  // s of measuring, for a bank of a long period

// Seconds that this thread has computed: what the audio thread takes meanwhile on the
// same core is no cost of the bank's.
double Spent() {
  timespec spent;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);
}

std::vector<const Playable*> PlayablesOf(const Bank& bank) {
  std::vector<const Playable*> playables;
  for (const Effect& effect : bank.effects) {
    if (effect.block1) playables.push_back(effect.block1.get());
    if (effect.block16) playables.push_back(effect.block16.get());
  }
  return playables;
}

// Plays `period` samples' worth of one model. Frames of 16 that fall into a short
// period count whole.
void Play(const Playable& playable, int period, float* state) {
  float frame[kMaxFrames] = {0.1f}, conditioning[kMaxConditioning] = {0.5f};
  const int frames = playable.model().frames();
  for (int sample = 0; sample < period; sample += frames) {
    frame[0] = 0.1f * (sample % 7);
    playable.model().Process(frame, conditioning, frame, state);
  }
}

// How much faster than the sound a model plays while it comes in (engine/timing.h).
int RateOfComing(const Playable& playable) {
  return playable.model().frames() == kGrid ? kCatchUpRate : 1;
}

}  // namespace

std::string CostProblem(const std::string& folder, float cost_us, int period) {
  const float most_us = kAffordable * 1e6f * static_cast<float>(period) / kSampleRate;
  if (cost_us <= most_us) return "";
  char text[200];
  std::snprintf(
      text, sizeof text,
      "bank \"%.60s\": a crossfade takes %.0f us a period, expected at most %.0f us "
      "(80 %% of %d samples); use a longer period or smaller models",
      folder.c_str(), static_cast<double>(cost_us), static_cast<double>(most_us),
      period);
  return text;
}

float MeasureCostUs(const Bank& bank, int period, const Bank* before) {
  const std::vector<const Playable*> coming = PlayablesOf(bank);
  std::vector<const Playable*> playing = coming;
  if (before)
    for (const Playable* playable : PlayablesOf(*before)) playing.push_back(playable);
  if (coming.empty()) return 0.0f;
  const auto work = [period](const Playable* playable) {
    const Model& model = playable->model();
    const int frames = (period + model.frames() - 1) / model.frames();
    return model.macs_per_sample() * static_cast<float>(model.frames() * frames);
  };
  const auto work_to_come = [work](const Playable* playable) {
    return work(playable) * static_cast<float>(RateOfComing(*playable));
  };
  const auto dearest = [](const auto& playables, const auto& cost) {
    return *std::max_element(
        playables.begin(), playables.end(),
        [&cost](const Playable* a, const Playable* b) { return cost(a) < cost(b); });
  };
  const Playable& plays = *dearest(playing, work);
  const Playable& comes = *dearest(coming, work_to_come);
  AlignedFloats states[2];
  for (AlignedFloats& state : states) state.Prepare(kMaxStateFloats);
  std::vector<double> times;
  const double begun = Spent();
  for (int run = 0; run < kMostRuns; ++run) {
    const double start = Spent();
    if (run >= kLeastRuns && start - begun > kLongest) break;
    for (int done = 0; done < period; done += kGrid) {  // as the engine alternates
      const int part = std::min(period - done, static_cast<int>(kGrid));
      Play(plays, part, states[0].data());
      for (int grid = 0; grid < RateOfComing(comes); ++grid)
        Play(comes, part, states[1].data());
    }
    times.push_back(Spent() - start);
  }
  std::sort(times.begin(), times.end());
  return static_cast<float>(1e6 * times[times.size() / 2]);
}

}  // namespace pedal
