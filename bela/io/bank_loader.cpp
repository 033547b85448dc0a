// Reads a bank folder from disk, prepares its models, and measures what they cost here.
#include "io/bank_loader.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "engine/smoother.h"
#include "engine/timing.h"

namespace pedal {
namespace {

constexpr long kLargestFile = 16L << 20;  // bytes

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string ReadFile(const std::string& path, std::string* text) {
  std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rb"));
  if (!file) return "can't be opened: " + std::string(std::strerror(errno));
  char chunk[65536];
  std::size_t got = 0;
  while ((got = std::fread(chunk, 1, sizeof chunk, file.get())) > 0) {
    text->append(chunk, got);
    if (text->size() > static_cast<std::size_t>(kLargestFile))
      return "is larger than 16 MB";
  }
  if (std::ferror(file.get()))
    return "can't be read: " + std::string(std::strerror(errno));
  return text->empty() ? "is empty" : "";
}

std::string LoadModel(const std::string& folder, const ModelEntry& entry,
                      Effect* effect) {
  std::string text;
  std::string wrong = ReadFile(folder + "/" + entry.file, &text);
  ModelSpec spec;
  if (wrong.empty())
    wrong = ParseModel(text, entry.block, static_cast<int>(entry.knobs.size()), &spec);
  if (!wrong.empty()) return "bank \"" + folder + "\": " + entry.file + ": " + wrong;
  std::unique_ptr<Playable>& slot = entry.block == 1 ? effect->block1 : effect->block16;
  slot.reset(new Playable);
  slot->Prepare(spec, FromDecibel(entry.gain_db), entry.knobs);
  return "";
}

using Clock = std::chrono::steady_clock;

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

std::unique_ptr<Bank> LoadBank(const std::string& folder, std::string* wrong) {
  std::string text;
  *wrong = ReadFile(folder + "/bank.json", &text);
  BankEntry entry;
  if (wrong->empty()) *wrong = ParseBank(text, &entry);
  if (!wrong->empty()) {
    *wrong = "bank \"" + folder + "\": bank.json: " + *wrong;
    return nullptr;
  }
  std::unique_ptr<Bank> bank(new Bank);
  std::strncpy(bank->name, entry.name.c_str(), kIdSize - 1);
  for (const EffectEntry& from : entry.effects) {
    Effect effect;
    std::strncpy(effect.id, from.id.c_str(), kIdSize - 1);
    for (const ModelEntry& model : from.models) {
      *wrong = LoadModel(folder, model, &effect);
      if (!wrong->empty()) return nullptr;
    }
    bank->effects.push_back(std::move(effect));
  }
  return bank;
}

float MeasureCostUs(const Bank& bank, int period) {
  std::vector<const Playable*> playables;
  for (const Effect& effect : bank.effects) {
    if (effect.block1) playables.push_back(effect.block1.get());
    if (effect.block16) playables.push_back(effect.block16.get());
  }
  if (playables.empty()) return 0.0f;
  const auto work = [period](const Playable* playable) {
    const Model& model = playable->model();
    const int frames = (period + model.frames() - 1) / model.frames();
    return model.macs_per_sample() * static_cast<float>(model.frames() * frames);
  };
  const auto work_to_come = [work](const Playable* playable) {
    return work(playable) * static_cast<float>(RateOfComing(*playable));
  };
  const auto dearest = [&playables](const auto& cost) {
    return *std::max_element(
        playables.begin(), playables.end(),
        [&cost](const Playable* a, const Playable* b) { return cost(a) < cost(b); });
  };
  const Playable& plays = *dearest(work);
  const Playable& comes = *dearest(work_to_come);
  AlignedFloats states[2];
  for (AlignedFloats& state : states) state.Prepare(kMaxStateFloats);
  std::vector<float> times;
  for (int run = 0; run < 201; ++run) {
    const Clock::time_point start = Clock::now();
    for (int done = 0; done < period; done += kGrid) {  // as the engine alternates
      const int part = std::min(period - done, static_cast<int>(kGrid));
      Play(plays, part, states[0].data());
      for (int grid = 0; grid < RateOfComing(comes); ++grid)
        Play(comes, part, states[1].data());
    }
    const std::chrono::duration<float, std::micro> took = Clock::now() - start;
    times.push_back(took.count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace pedal
