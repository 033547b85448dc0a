// What models cost here, in one run, so that only their ratio counts: run it alone with
// `pedal-tests -tc="*cost of a cascade*" -s` and read the figures.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "engine/denormals.h"
#include "engine/timing.h"
#include "toys.h"

#if !defined(__SANITIZE_ADDRESS__)
namespace {

constexpr int kSamples = 2048;

// One model with what it needs to play.
class Player {
 public:
  // turn: how far the knob moves each frame. at_once: samples a call of an LSTM at
  // block 1; the engine gives it a grid.
  explicit Player(const pedal::ModelSpec& spec, float turn = 0.0f, int at_once = 1)
      : turn_(turn), at_once_(at_once) {
    model_.Prepare(spec);
    state_.Prepare(static_cast<std::size_t>(model_.state_size()));
  }

  void Play() {
    float conditioning[pedal::kGrid];
    std::fill(std::begin(conditioning), std::end(conditioning), 0.5f);
    float out[pedal::kGrid];
    const int step = std::max(model_.frames(), at_once_);
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < kSamples; i += step, conditioning[0] += turn_) {
      const float* in = &in_[static_cast<std::size_t>(i)];
      if (step > model_.frames())
        model_.PlaySamples(in, conditioning, step, out, state_.data());
      else
        model_.Process(in, conditioning, out, state_.data());
    }
    const std::chrono::duration<double, std::nano> took =
        std::chrono::steady_clock::now() - begun;
    best_ns_ = std::min(best_ns_, took.count() / kSamples);
  }

  double ns() const { return best_ns_; }  // a sample, the best of all runs

 private:
  float turn_;
  int at_once_;
  pedal::Model model_;
  pedal::AlignedFloats state_;
  std::vector<float> in_ = toys::Noise(kSamples);
  double best_ns_ = 1e9;
};

}  // namespace

TEST_CASE(
    "the cost of a cascade is well below that of an LSTM of 16 units at block 1") {
  pedal::FlushDenormals();
  Player lstm(toys::RandomSpec(pedal::LayerKind::kLstm, 16, 1, 1, 1));
  Player grids(toys::RandomSpec(pedal::LayerKind::kLstm, 16, 1, 1, 1), 0.0f,
               pedal::kGrid);
  Player frames(toys::RandomSpec(pedal::LayerKind::kLstm, 32, 16, 1, 1));
  Player two(toys::RandomCascade({12, 8}, 1, 0.0f, 1));
  Player five(toys::RandomCascade({8, 8, 8, 8, 8}, 1, 0.0f, 1));
  Player turned(toys::RandomCascade({8, 8, 8, 8, 8}, 1, 0.0f, 1), 1e-3f);
  Player six(toys::RandomCascade({6, 6, 6, 6, 6, 6}, 1, 0.0f, 1));
  for (int run = 0; run < 300; ++run)
    for (Player* player : {&lstm, &grids, &frames, &two, &five, &turned, &six})
      player->Play();
  const auto share = [&lstm](const Player& player) {
    return 100.0 * player.ns() / lstm.ns();
  };
  MESSAGE("ns a sample: LSTM-16 block 1 "
          << lstm.ns() << ", a grid a call " << grids.ns() << ", LSTM-32 of frames "
          << frames.ns() << ", 12-8 " << two.ns() << " (" << share(two) << " %), 8x5 "
          << five.ns() << " (" << share(five) << " %, while its knob moves "
          << share(turned) << " %), 6x6 " << six.ns() << " (" << share(six) << " %)");
  CHECK(share(two) < 60.0);
  CHECK(share(five) < 75.0);
  CHECK(share(turned) < 100.0);
  CHECK(share(six) < 75.0);
  // Beside an LSTM as the engine plays it.
  CHECK(100.0 * five.ns() / grids.ns() < 68.0);
  CHECK(100.0 * two.ns() / grids.ns() < 54.0);
}
#endif
