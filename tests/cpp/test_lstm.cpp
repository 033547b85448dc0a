// The LSTM's kernel for several samples at once: how they are grouped changes no bit,
// and it is the layers that Process plays one by one.
#include <doctest/doctest.h>

#include <cmath>

#include "toys.h"

namespace {

constexpr int kSamples = 333;
constexpr int kSizes[] = {1, 5, 8, 9, 16, 24, 32, 33, 40, 47, 64, 100, 128};

// `knobs` rows of conditioning that move.
std::vector<float> Knobs(int knobs) {
  std::vector<float> rows = toys::Noise(kSamples * knobs, 11);
  for (float& value : rows) value += 0.5f;
  return rows;
}

// Plays all samples in groups of these sizes, again and again.
std::vector<float> Play(const pedal::Model& model, const std::vector<int>& groups) {
  const std::vector<float> in = toys::Noise(kSamples);
  const std::vector<float> knobs = Knobs(model.conditioning());
  std::vector<float> out(kSamples);
  pedal::AlignedFloats state;
  state.Prepare(static_cast<std::size_t>(model.state_size()));
  std::size_t turn = 0;
  for (int at = 0; at < kSamples;) {
    const int count = std::min(groups[turn++ % groups.size()], kSamples - at);
    model.PlaySamples(in.data() + at, knobs.data() + at * model.conditioning(), count,
                      out.data() + at, state.data());
    at += count;
  }
  return out;
}

pedal::ModelSpec Spec(int units, int knobs, bool decorated) {
  pedal::ModelSpec spec = toys::RandomSpec(pedal::LayerKind::kLstm, units, 1, knobs,
                                           static_cast<unsigned>(units));
  if (!decorated) return spec;
  spec.skip = 1;
  spec.coupler_pole = {0.9f, 0.99f};
  spec.coupler_depth = {-0.3f, -0.5f};
  return spec;
}

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// The network of Spec without knobs or decoration, in float64.
std::vector<double> Reference(const pedal::ModelSpec& spec) {
  const pedal::LayerSpec &lstm = spec.layers[0], &dense = spec.layers[1];
  const std::size_t units = static_cast<std::size_t>(lstm.out), width = 4 * units;
  std::vector<double> h(units), c(units), out;
  for (float x : toys::Noise(kSamples)) {
    std::vector<double> z(lstm.bias.begin(), lstm.bias.end());
    for (std::size_t row = 0; row < width; ++row) {
      z[row] += static_cast<double>(x) * lstm.kernel[row];
      for (std::size_t u = 0; u < units; ++u)
        z[row] += h[u] * lstm.recurrent[u * width + row];
    }
    double y = dense.bias[0];
    for (std::size_t u = 0; u < units; ++u) {
      c[u] = Sigmoid(z[units + u]) * c[u] + Sigmoid(z[u]) * std::tanh(z[2 * units + u]);
      h[u] = Sigmoid(z[3 * units + u]) * std::tanh(c[u]);
      y += h[u] * dense.kernel[u];
    }
    out.push_back(y);
  }
  return out;
}

}  // namespace

TEST_CASE("how the samples of a model are grouped changes no bit") {
  for (int units : kSizes) {
    for (int knobs : {0, 2}) {
      for (bool decorated : {false, true}) {
        CAPTURE(units);
        CAPTURE(knobs);
        CAPTURE(decorated);
        pedal::Model model;
        model.Prepare(Spec(units, knobs, decorated));
        const std::vector<float> one_by_one = Play(model, {1});
        CHECK(Play(model, {16}) == one_by_one);
        CHECK(Play(model, {7, 1, 16, 2, 40}) == one_by_one);
      }
    }
  }
}

TEST_CASE("an LSTM of any size is within -90 dB of float64") {
  for (int units : kSizes) {
    CAPTURE(units);
    const pedal::ModelSpec spec = Spec(units, 0, false);
    pedal::Model model;
    model.Prepare(spec);
    const std::vector<double> wish = Reference(spec);
    const std::vector<float> found = Play(model, {16});
    double mean = 0.0, error = 0.0, energy = 0.0;
    for (double w : wish) mean += w / kSamples;
    for (std::size_t i = 0; i < wish.size(); ++i) {
      error += std::pow(found[i] - wish[i], 2);
      energy += std::pow(wish[i] - mean, 2);
    }
    CHECK(10.0 * std::log10(error / energy) < -90.0);
  }
}

TEST_CASE("gates driven far beyond their range stay full or shut") {
  for (int units : {8, 40}) {
    pedal::ModelSpec spec = Spec(units, 0, false);
    for (float& weight : spec.layers[0].kernel) weight *= 1000.0f;
    pedal::Model model;
    model.Prepare(spec);
    const std::vector<double> wish = Reference(spec);
    const std::vector<float> found = Play(model, {16});
    for (std::size_t i = 0; i < wish.size(); ++i)
      CHECK(std::fabs(found[i] - wish[i]) < 1e-3);
  }
}
