// RTNeural beside our kernels: every kind of layer that both have, one row each, agrees
// within 1e-4 of full scale, and its state is the caller's as ours is.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "backend/backend.h"
#include "toys.h"

namespace {

using pedal::Activation;
using pedal::LayerKind;
using pedal::LayerSpec;

constexpr double kParity = 1e-4;  // of full scale
constexpr int kSamples = 4096;

LayerSpec Dense(std::mt19937* random, int in, int out, Activation activation) {
  LayerSpec layer;
  layer.in = in;
  layer.out = out;
  layer.activation = activation;
  const std::size_t size = static_cast<std::size_t>(in * out);
  layer.kernel = toys::Random(random, size, 1.0f / std::sqrt(static_cast<float>(in)));
  layer.bias = toys::Random(random, static_cast<std::size_t>(out), 0.3f);
  return layer;
}

// A dense layer with this activation between two others.
pedal::ModelSpec Activated(Activation activation, int frames) {
  std::mt19937 random(5);
  pedal::ModelSpec spec;
  spec.frames = frames;
  spec.layers = {Dense(&random, frames, 12, activation),
                 Dense(&random, 12, frames, Activation::kNone)};
  for (float& weight : spec.layers[0].kernel) weight *= 8.0f;  // bends it
  return spec;
}

// Dense layers, knobs, a skip and a coupler around an LSTM.
pedal::ModelSpec Everything(int frames) {
  std::mt19937 random(6);
  pedal::ModelSpec spec = toys::RandomSpec(LayerKind::kLstm, 16, frames, 2, 6);
  spec.layers.insert(spec.layers.begin(),
                     Dense(&random, frames + 2, frames + 2, Activation::kTanh));
  spec.layers.insert(spec.layers.end() - 1, Dense(&random, 16, 16, Activation::kRelu));
  spec.skip = 1;
  spec.coupler_pole = {0.99f};
  spec.coupler_depth = {-0.5f};
  return spec;
}

// A layer of this kind on 12 values, between two dense layers.
pedal::ModelSpec Between(LayerSpec layer, int frames) {
  std::mt19937 random(8);
  pedal::ModelSpec spec;
  spec.frames = frames;
  layer.in = layer.out = 12;
  const std::size_t taps = static_cast<std::size_t>(layer.taps * 12 / layer.groups);
  const bool convolves = layer.kind == LayerKind::kConv1d;
  if (layer.kind != LayerKind::kActivation)
    layer.kernel = toys::Random(&random, convolves ? taps * 12 : 12, 0.5f);
  if (convolves || layer.kind == LayerKind::kBatchNorm)
    layer.bias = toys::Random(&random, 12, 0.3f);
  spec.layers = {Dense(&random, frames, 12, Activation::kNone), layer,
                 Dense(&random, 12, frames, Activation::kNone)};
  return spec;
}

LayerSpec Kind(LayerKind kind, Activation activation = Activation::kNone) {
  LayerSpec layer;
  layer.kind = kind;
  layer.activation = activation;
  return layer;
}

LayerSpec Conv(int taps, int dilation, int groups) {
  LayerSpec layer = Kind(LayerKind::kConv1d, Activation::kTanh);
  layer.taps = taps;
  layer.dilation = dilation;
  layer.groups = groups;
  return layer;
}

struct Row {
  const char* what;
  std::function<pedal::ModelSpec(int frames)> make;
};

const Row kRows[] = {
    {"lstm",
     [](int frames) { return toys::RandomSpec(LayerKind::kLstm, 24, frames, 0, 1); }},
    {"gru",
     [](int frames) { return toys::RandomSpec(LayerKind::kGru, 20, frames, 0, 2); }},
    {"lstm with knobs",
     [](int frames) { return toys::RandomSpec(LayerKind::kLstm, 8, frames, 3, 3); }},
    {"dense", [](int frames) { return Activated(Activation::kNone, frames); }},
    {"dense tanh", [](int frames) { return Activated(Activation::kTanh, frames); }},
    {"dense relu", [](int frames) { return Activated(Activation::kRelu, frames); }},
    {"dense sigmoid",
     [](int frames) { return Activated(Activation::kSigmoid, frames); }},
    {"dense elu", [](int frames) { return Activated(Activation::kElu, frames); }},
    {"dense softmax",
     [](int frames) { return Activated(Activation::kSoftmax, frames); }},
    {"activation",
     [](int frames) {
       return Between(Kind(LayerKind::kActivation, Activation::kTanh), frames);
     }},
    {"prelu", [](int frames) { return Between(Kind(LayerKind::kPrelu), frames); }},
    {"batchnorm",
     [](int frames) { return Between(Kind(LayerKind::kBatchNorm), frames); }},
    {"conv1d", [](int frames) { return Between(Conv(3, 1, 1), frames); }},
    {"conv1d, dilated", [](int frames) { return Between(Conv(4, 7, 1), frames); }},
    {"conv1d in groups", [](int frames) { return Between(Conv(3, 2, 3), frames); }},
    {"many of these", Everything},
};

// Plays a model on a state of its own.
class Deck {
 public:
  explicit Deck(const pedal::Model& model) : model_(model) {
    state_.Prepare(static_cast<std::size_t>(model.state_size()));
  }
  std::vector<float> Play(const std::vector<float>& in) {
    const float knobs[pedal::kMaxConditioning] = {0.2f, 0.7f, 0.4f, 0.9f};
    std::vector<float> out(in.size());
    for (std::size_t i = 0; i < in.size();
         i += static_cast<std::size_t>(model_.frames()))
      model_.Process(&in[i], knobs, &out[i], state_.data());
    return out;
  }

 private:
  const pedal::Model& model_;
  pedal::AlignedFloats state_;
};

pedal::Model Prepared(const pedal::ModelSpec& spec, pedal::Backend backend) {
  pedal::Model model;
  pedal::PlayBy(backend);
  model.Prepare(spec);
  pedal::PlayBy(pedal::Backend::kPedal);
  return model;
}

double Distance(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i)
    most = std::max(most, std::fabs(static_cast<double>(a[i]) - b[i]));
  return most;
}

bool Skips() {
  if (pedal::HasRtneural()) return false;
  MESSAGE("skipped: this build has no RTNeural; RTNEURAL_DIR names a checkout");
  return true;
}

}  // namespace

TEST_CASE("rtneural agrees with our kernels within 1e-4 over every kind of layer") {
  if (Skips()) return;
  for (const Row& row : kRows) {
    for (int frames : {1, 16}) {
      CAPTURE(row.what);
      CAPTURE(frames);
      const pedal::ModelSpec spec = row.make(frames);
      REQUIRE(pedal::CheckSpec(spec) == nullptr);
      const char* unfit = nullptr;
      REQUIRE(pedal::MakeRtneuralLayers(spec, &unfit) != nullptr);
      const pedal::Model ours = Prepared(spec, pedal::Backend::kPedal);
      const pedal::Model theirs = Prepared(spec, pedal::Backend::kRtneural);
      const std::vector<float> in = toys::Noise(kSamples);
      const std::vector<float> wish = Deck(ours).Play(in);
      CHECK(Distance(wish, Deck(theirs).Play(in)) < kParity);
      CHECK(Distance(wish, std::vector<float>(wish.size())) > 0.01);
    }
  }
}

TEST_CASE("two paths play one model of rtneural's as if each had its own") {
  if (Skips()) return;
  const pedal::ModelSpec specs[] = {toys::RandomSpec(LayerKind::kLstm, 16, 1, 0, 7),
                                    toys::RandomSpec(LayerKind::kGru, 16, 1, 0, 7),
                                    Between(Conv(4, 7, 1), 1)};
  for (const pedal::ModelSpec& spec : specs) {
    const pedal::Model model = Prepared(spec, pedal::Backend::kRtneural);
    const std::vector<float> in = toys::Noise(64), other = toys::Noise(64, 3);
    const std::vector<float> wish = Deck(model).Play(in);
    Deck one(model), two(model);
    std::vector<float> found;
    for (std::size_t i = 0; i < in.size(); ++i) {
      found.push_back(one.Play({in[i]})[0]);
      two.Play({other[i]});
    }
    CHECK(found == wish);
  }
}

TEST_CASE("a model that rtneural has no layers for plays in our kernel") {
  if (Skips()) return;
  const pedal::ModelSpec spec = toys::RandomCascade({6, 6}, 1, 0.0f, 1);
  const char* unfit = nullptr;
  CHECK(pedal::MakeRtneuralLayers(spec, &unfit) == nullptr);
  CHECK(std::string(unfit) == "time-invariant models");
  const std::vector<float> in = toys::Noise(256);
  const pedal::Model ours = Prepared(spec, pedal::Backend::kPedal);
  const pedal::Model theirs = Prepared(spec, pedal::Backend::kRtneural);
  CHECK(Deck(ours).Play(in) == Deck(theirs).Play(in));
}

TEST_CASE("a back end that is unknown or not built in is refused") {
  CHECK(Pedal_playBy("pedal") == nullptr);
  CHECK(std::string(Pedal_playBy("rtneurl")) == "expected pedal or rtneural");
  const char* wrong = Pedal_playBy("rtneural");
  CHECK((wrong == nullptr) == pedal::HasRtneural());
  CHECK(Pedal_playBy("pedal") == nullptr);
}
