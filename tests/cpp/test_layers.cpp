// The layers that are neither recurrent nor dense: what they compute, how far they look
// back, what they start from, and what is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "engine/model.h"
#include "toys.h"

using Kind = pedal::LayerKind;
using pedal::Activation;
using Row = std::vector<float>;

namespace {

// One layer alone, a step of `in` values at a time, from zero state.
class Alone {
 public:
  explicit Alone(const pedal::LayerSpec& spec) : out_(spec.out) {
    REQUIRE(pedal::CheckLayer(spec) == nullptr);
    layer_.Prepare(spec);
    state_.Prepare(static_cast<std::size_t>(layer_.state_size()));
    in_.Prepare(256);
  }
  Row Step(const Row& x) {
    std::copy(x.begin(), x.end(), in_.data());
    layer_.Process(in_.data(), state_.data());
    return Row(state_.data(), state_.data() + out_);
  }

 private:
  int out_;
  pedal::Layer layer_;
  pedal::AlignedFloats state_, in_;
};

pedal::LayerSpec Bent(Activation activation, int units) {
  std::mt19937 rng(1);
  pedal::LayerSpec spec = toys::RandomLayer(Kind::kActivation, units, units, &rng);
  spec.activation = activation;
  return spec;
}

std::string Refused(const pedal::LayerSpec& spec) {
  const char* wrong = pedal::CheckLayer(spec);
  return wrong ? wrong : "";
}

}  // namespace

TEST_CASE("every activation bends as its formula says") {
  const Row x = {-3.0f, -0.5f, 0.0f, 0.25f, 2.0f, -20.0f, 5.0f, 0.1f, -0.1f};
  double sum = 0.0;
  for (float v : x) sum += std::exp(static_cast<double>(v));
  const Row tanh = Alone(Bent(Activation::kTanh, 9)).Step(x);
  const Row relu = Alone(Bent(Activation::kRelu, 9)).Step(x);
  const Row elu = Alone(Bent(Activation::kElu, 9)).Step(x);
  const Row sigmoid = Alone(Bent(Activation::kSigmoid, 9)).Step(x);
  const Row softmax = Alone(Bent(Activation::kSoftmax, 9)).Step(x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    INFO(v);
    CHECK(std::fabs(tanh[i] - std::tanh(v)) < 1e-6);
    CHECK(relu[i] == (v > 0.0 ? x[i] : 0.0f));
    CHECK(std::fabs(elu[i] - (v > 0.0 ? v : std::expm1(v))) < 1e-6);
    CHECK(std::fabs(sigmoid[i] - 1.0 / (1.0 + std::exp(-v))) < 1e-6);
    CHECK(std::fabs(softmax[i] - std::exp(v) / sum) < 1e-6);
  }
}

TEST_CASE("softmax of huge values is no infinity") {
  const Row heard = Alone(Bent(Activation::kSoftmax, 3)).Step({1e30f, 3.0f, -1e30f});
  CHECK(heard == Row{1.0f, 0.0f, 0.0f});
}

TEST_CASE("prelu and batchnorm act on each value by itself") {
  pedal::LayerSpec prelu;
  prelu.kind = Kind::kPrelu;
  prelu.in = prelu.out = 3;
  prelu.kernel = {0.5f, -0.25f, 0.1f};
  CHECK(Alone(prelu).Step({-2.0f, -2.0f, 2.0f}) == Row{-1.0f, 0.5f, 2.0f});
  pedal::LayerSpec batchnorm = prelu;
  batchnorm.kind = Kind::kBatchNorm;
  batchnorm.bias = {1.0f, 0.0f, -1.0f};
  CHECK(Alone(batchnorm).Step({2.0f, 2.0f, 10.0f}) == Row{2.0f, -0.5f, 0.0f});
}

TEST_CASE("a convolution is the sum over its taps, dilated and in groups") {
  std::mt19937 rng(3);
  for (int groups : {1, 2, 4})
    for (int dilation : {1, 3, 10})
      for (int taps : {1, 2, 5}) {
        const int in = 4, out = 12, steps = 70, wide = in / groups;
        const pedal::LayerSpec spec =
            toys::RandomLayer(Kind::kConv1d, in, out, &rng, taps, dilation, groups);
        Alone layer(spec);
        std::vector<Row> heard;
        double worst = 0.0;
        for (int t = 0; t < steps; ++t) {
          heard.push_back(toys::Random(&rng, 4, 1.0f));
          const Row found = layer.Step(heard.back());
          for (int o = 0; o < out; ++o) {
            double wish = spec.bias[static_cast<std::size_t>(o)];
            for (int tap = 0; tap < taps; ++tap) {
              const int then = t - (taps - 1 - tap) * dilation;
              for (int i = 0; then >= 0 && i < wide; ++i)
                wish += static_cast<double>(spec.kernel[static_cast<std::size_t>(
                            (tap * wide + i) * out + o)]) *
                        heard[static_cast<std::size_t>(then)]
                             [static_cast<std::size_t>(o / (out / groups) * wide + i)];
            }
            worst =
                std::fmax(worst, std::fabs(found[static_cast<std::size_t>(o)] - wish));
          }
        }
        INFO(groups << " groups, dilation " << dilation << ", taps " << taps);
        CHECK(worst < 2e-6);
      }
}

TEST_CASE("a model of every layer starts fresh from zeros, whatever it played before") {
  for (int frames : {1, 16}) {
    const pedal::ModelSpec spec = toys::EveryLayer(frames, 1, 5);
    REQUIRE(pedal::CheckSpec(spec) == nullptr);
    pedal::Model model;
    model.Prepare(spec);
    REQUIRE(model.state_size() <= pedal::kMaxStateFloats);
    pedal::AlignedFloats state;
    state.Prepare(static_cast<std::size_t>(model.state_size()));
    const auto play = [&](Row* out) {
      const float knob = 0.3f;
      for (int step = 0; step < 100; ++step) {
        float frame[pedal::kMaxFrames] = {};
        for (int i = 0; i < frames; ++i)
          frame[i] = std::sin(0.1f * static_cast<float>(step * frames + i));
        model.Process(frame, &knob, frame, state.data());
        out->insert(out->end(), frame, frame + frames);
      }
    };
    Row first, on, again;
    play(&first);
    play(&on);
    std::fill_n(state.data(), model.state_size(), 0.0f);
    play(&again);
    CHECK(first == again);
    CHECK(first != on);
  }
}

TEST_CASE("a layer that recalls the last state alone is the layer itself") {
  for (Kind kind : {Kind::kLstm, Kind::kGru}) {
    std::mt19937 rng(4);
    pedal::LayerSpec spec = toys::RandomLayer(kind, 3, 11, &rng);
    Alone plain(spec);
    spec.recall = {1.0f, 0.0f, 0.0f, 0.0f};
    Alone same(spec);
    spec.recall = {1.2f, -0.2f, 0.0f, 0.0f};
    Alone other(spec);
    bool differs = false;
    for (int step = 0; step < 50; ++step) {
      const Row x = toys::Random(&rng, 3, 1.0f), wish = plain.Step(x);
      CHECK(same.Step(x) == wish);
      differs = differs || other.Step(x) != wish;
    }
    CHECK(differs);
  }
}

TEST_CASE("the largest models that are admitted fit into a voice's state") {
  std::mt19937 rng(1);
  const auto fits = [](const pedal::ModelSpec& spec) {
    REQUIRE(pedal::CheckSpec(spec) == nullptr);
    pedal::Model model;
    model.Prepare(spec);
    return model.state_size() <= pedal::kMaxStateFloats;
  };
  for (Kind kind : {Kind::kLstm, Kind::kGru}) {
    pedal::ModelSpec spec;
    spec.layers.push_back(toys::RandomLayer(Kind::kConv1d, 1, 128, &rng, 1024, 8));
    for (int more = 0; more < 14; ++more) {
      spec.layers.push_back(toys::RandomLayer(kind, 128, 128, &rng));
      spec.layers.back().recall = {1.0f, 0.0f, 0.0f, 0.0f};
    }
    spec.layers.push_back(toys::RandomLayer(Kind::kDense, 128, 1, &rng));
    CHECK(fits(spec));
  }
  pedal::ModelSpec spec;
  spec.layers.push_back(toys::RandomLayer(Kind::kDense, 1, 128, &rng));
  for (int more = 0; more < 9; ++more)
    spec.layers.push_back(toys::RandomLayer(Kind::kConv1d, 128, 128, &rng, 8, 1));
  spec.layers.push_back(toys::RandomLayer(Kind::kDense, 128, 1, &rng));
  CHECK(fits(spec));
}

TEST_CASE("a layer that cannot be played is refused") {
  std::mt19937 rng(1);
  pedal::LayerSpec spec = toys::RandomLayer(Kind::kConv1d, 4, 6, &rng, 3);
  spec.groups = 4;
  CHECK(Refused(spec) == "a conv1d's inputs and units are no multiples of its groups");
  spec = toys::RandomLayer(Kind::kConv1d, 4, 6, &rng, 3);
  spec.kernel.pop_back();
  CHECK(Refused(spec) == "a kernel has the wrong size");
  spec.taps = 300;
  CHECK(Refused(spec) == "a conv1d has more than 1024 weights a unit");
  spec = toys::RandomLayer(Kind::kConv1d, 4, 6, &rng, 3, 5000);
  CHECK(Refused(spec) == "a conv1d looks back further than 8192 steps");
  spec = toys::RandomLayer(Kind::kLstm, 4, 6, &rng);
  spec.recall = {1.0f};
  CHECK(Refused(spec) == "a recall is not four weights of a recurrent layer");
  spec = toys::RandomLayer(Kind::kPrelu, 4, 4, &rng);
  spec.in = 5;
  CHECK(Refused(spec) == "a layer that bends each value changes their number");
  pedal::ModelSpec model;
  for (int more = 0; more < 3; ++more)
    model.layers.push_back(toys::RandomLayer(Kind::kConv1d, 1, 1, &rng, 2, 4000));
  CHECK(std::string(pedal::CheckSpec(model)) ==
        "the conv1d layers remember more than 8192 values");
}
