// Builds the cases, judges each subject's accuracy, and times one of them once.
#include "bench/cases.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>

#include "bench/networks.h"
#include "engine/model.h"
#include "engine/timing.h"
#include "io/bank_loader.h"

namespace pedal_bench {

#define PEDAL_RIVAL(back_end)                                   \
  namespace back_end {                                          \
  std::unique_ptr<Player> MakeFixed(const pedal::ModelSpec&);   \
  std::unique_ptr<Player> MakeDynamic(const pedal::ModelSpec&); \
  }
#ifdef PEDAL_BENCH_EIGEN
PEDAL_RIVAL(rtneural_eigen)
#endif
#ifdef PEDAL_BENCH_XSIMD
PEDAL_RIVAL(rtneural_xsimd)
#endif
#ifdef PEDAL_BENCH_STL
PEDAL_RIVAL(rtneural_stl)
#endif
#undef PEDAL_RIVAL

namespace {

constexpr int kJudged = 1 << 15;     // samples that accuracy is taken over
constexpr double kTimingNs = 500e3;  // one timing should take about this

class Ours : public Player {
 public:
  explicit Ours(const pedal::ModelSpec& spec) {
    model_.Prepare(spec);
    state_.Prepare(static_cast<std::size_t>(model_.state_size()));
    std::fill(std::begin(knobs_), std::end(knobs_), 0.5f);
  }

  void Play(const float* in, int frames, float* out) override {
    if (model_.frames() == 1) return PlayGrids(in, frames, out);
    const int size = model_.frames();
    for (int n = 0; n < frames; ++n)
      model_.Process(in + n * size, knobs_, out + n * size, state_.data());
  }

 private:
  // As the engine does: what lies between two grid points at once.
  void PlayGrids(const float* in, int samples, float* out) {
    for (int n = 0; n < samples; n += pedal::kGrid) {
      const int some = std::min(samples - n, static_cast<int>(pedal::kGrid));
      model_.PlaySamples(in + n, knobs_, some, out + n, state_.data());
    }
  }

  pedal::Model model_;
  pedal::AlignedFloats state_;
  float knobs_[pedal::kGrid * pedal::kMaxConditioning];
};

std::unique_ptr<Player> MakeOurs(const pedal::ModelSpec& spec) {
  return std::make_unique<Ours>(spec);
}

const Contender kContenders[] = {
    {"pedal", MakeOurs},
#ifdef PEDAL_BENCH_EIGEN
    {"eigen fixed", rtneural_eigen::MakeFixed},
    {"eigen dynamic", rtneural_eigen::MakeDynamic},
#endif
#ifdef PEDAL_BENCH_XSIMD
    {"xsimd fixed", rtneural_xsimd::MakeFixed},
    {"xsimd dynamic", rtneural_xsimd::MakeDynamic},
#endif
#ifdef PEDAL_BENCH_STL
    {"stl fixed", rtneural_stl::MakeFixed},
    {"stl dynamic", rtneural_stl::MakeDynamic},
#endif
};

const std::vector<float>& Sound() {
  static const std::vector<float> sound = Plucks(kJudged);
  return sound;
}

double Now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e9 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec);
}

// How many frames last kTimingNs, at most all of the sound.
int FramesToTime(Player* player, int frame) {
  std::vector<float> out(Sound().size());
  const int trial = 4096 / frame, all = kJudged / frame;
  player->Play(Sound().data(), trial, out.data());
  const double begun = Now();
  player->Play(Sound().data(), trial, out.data());
  const double frames = kTimingNs * trial / (Now() - begun + 1.0);
  return frames < 16.0 ? 16 : frames > all ? all : static_cast<int>(frames);
}

// "" or what is wrong with it.
std::string ReadText(const std::string& path, std::string* text) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return "can't be opened";
  std::ostringstream all;
  all << file.rdbuf();
  *text = all.str();
  return "";
}

Case MakeCase(const std::string& name, const pedal::ModelSpec& spec) {
  Case made;
  made.name = name;
  made.frame = spec.frames;
  const bool plain = IsPlainLstm(spec);
  for (const Contender& contender : kContenders) {
    if (!plain && contender.make != MakeOurs) continue;
    Case::Subject subject;
    subject.name = contender.name;
    subject.player = contender.make(spec);
    if (!subject.player) continue;
    std::vector<float> out(Sound().size());
    subject.player->Play(Sound().data(), kJudged / spec.frames, out.data());
    subject.judged = plain;
    if (plain) subject.error_db = ErrorDb(spec, Sound(), out);
    made.subjects.push_back(std::move(subject));
  }
  made.frames = FramesToTime(made.subjects[0].player.get(), made.frame);
  return made;
}

}  // namespace

std::vector<Case> Sizes() {
  std::vector<Case> cases;
  for (int block : {1, 16})
    for (int units : {8, 16, 24, 32, 40, 64})
      cases.push_back(
          MakeCase("lstm " + std::to_string(units) + " block " + std::to_string(block),
                   RandomLstm(units, block)));
  return cases;
}

std::vector<Case> BankModels(const std::string& folder, std::string* wrong) {
  std::vector<Case> cases;
  const auto fault = [&](const std::string& file, const std::string& what) {
    *wrong = "bank \"" + folder + "\": " + file + ": " + what;
    return std::vector<Case>();
  };
  std::string text;
  pedal::BankEntry bank;
  std::string bad = ReadText(folder + "/bank.json", &text);
  if (bad.empty()) bad = pedal::ParseBank(text, &bank);
  if (!bad.empty()) return fault("bank.json", bad);
  for (const pedal::EffectEntry& effect : bank.effects) {
    for (const pedal::ModelEntry& model : effect.models) {
      pedal::ModelSpec spec;
      std::string json;
      bad = ReadText(folder + "/" + model.file, &json);
      if (bad.empty())
        bad = pedal::ParseModel(json, model.block, static_cast<int>(model.knobs.size()),
                                &spec);
      if (!bad.empty()) return fault(model.file, bad);
      cases.push_back(
          MakeCase(effect.id + " block " + std::to_string(model.block), spec));
    }
  }
  return cases;
}

std::vector<std::string> Rivals() {
  return {
#ifdef PEDAL_BENCH_EIGEN
      "eigen",
#endif
#ifdef PEDAL_BENCH_XSIMD
      "xsimd",
#endif
#ifdef PEDAL_BENCH_STL
      "stl",
#endif
  };
}

double Time(const Case& a_case, const Case::Subject& subject) {
  static std::vector<float> out(Sound().size());
  const double begun = Now();
  subject.player->Play(Sound().data(), a_case.frames, out.data());
  return (Now() - begun) / (a_case.frames * a_case.frame);
}

}  // namespace pedal_bench
