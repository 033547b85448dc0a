// Random networks, a plucked string, and the float64 LSTM that outputs are held
// against.
#include "bench/networks.h"

#include <cmath>
#include <random>

namespace pedal_bench {
namespace {

std::vector<float> Uniform(std::mt19937* random, int count, float bound) {
  std::uniform_real_distribution<float> draw(-bound, bound);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = draw(*random);
  return values;
}

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// One layer's z = b + kernel x, (columns) -> (rows); kernel: (columns, rows).
void AddProduct(const std::vector<float>& kernel, const std::vector<double>& x,
                std::vector<double>* z) {
  for (std::size_t k = 0; k < x.size(); ++k)
    for (std::size_t r = 0; r < z->size(); ++r)
      (*z)[r] += x[k] * static_cast<double>(kernel[k * z->size() + r]);
}

std::vector<double> Wide(const std::vector<float>& values) {
  return std::vector<double>(values.begin(), values.end());
}

// What the network gives in float64 for as many whole frames as `in` holds.
std::vector<double> Reference(const pedal::ModelSpec& spec,
                              const std::vector<float>& in) {
  const pedal::LayerSpec &lstm = spec.layers[0], &dense = spec.layers[1];
  const std::size_t frames = static_cast<std::size_t>(spec.frames);
  const std::size_t units = static_cast<std::size_t>(lstm.out);
  std::vector<double> h(units), c(units), x(frames);
  std::vector<double> out;
  for (std::size_t at = 0; at + frames <= in.size(); at += frames) {
    for (std::size_t i = 0; i < frames; ++i) x[i] = static_cast<double>(in[at + i]);
    std::vector<double> z = Wide(lstm.bias), y = Wide(dense.bias);
    AddProduct(lstm.kernel, x, &z);
    AddProduct(lstm.recurrent, h, &z);
    for (std::size_t u = 0; u < units; ++u) {
      c[u] = Sigmoid(z[units + u]) * c[u] + Sigmoid(z[u]) * std::tanh(z[2 * units + u]);
      h[u] = Sigmoid(z[3 * units + u]) * std::tanh(c[u]);
    }
    AddProduct(dense.kernel, h, &y);
    out.insert(out.end(), y.begin(), y.end());
  }
  return out;
}

}  // namespace

pedal::ModelSpec RandomLstm(int units, int frames) {
  std::mt19937 random(static_cast<unsigned>(17 * units + frames));
  const float bound = 1.0f / std::sqrt(static_cast<float>(units));
  pedal::ModelSpec spec;
  spec.frames = frames;
  pedal::LayerSpec lstm, dense;
  lstm.kind = pedal::LayerKind::kLstm;
  lstm.in = frames;
  lstm.out = dense.in = units;
  dense.out = frames;
  // Larger than a fresh network's, as training leaves them.
  lstm.kernel = Uniform(&random, frames * 4 * units, 2.0f * bound);
  lstm.recurrent = Uniform(&random, units * 4 * units, 1.5f * bound);
  lstm.bias = Uniform(&random, 4 * units, bound);
  dense.kernel = Uniform(&random, units * frames, bound);
  dense.bias = Uniform(&random, frames, bound);
  spec.layers = {lstm, dense};
  return spec;
}

// Source: Karplus and Strong, Computer Music Journal 7(2), 1983.
std::vector<float> Plucks(int count) {
  constexpr std::size_t kString = 100;  // samples: 441 Hz
  constexpr int kApart = 8820;
  std::mt19937 random(1);
  std::vector<float> line(kString), out;
  std::size_t at = 0;
  for (int n = 0; n < count; ++n) {
    if (n % kApart == 0) line = Uniform(&random, static_cast<int>(kString), 0.8f);
    const std::size_t next = (at + 1) % kString;
    out.push_back(line[at]);
    line[at] = 0.498f * (line[at] + line[next]);
    at = next;
  }
  return out;
}

double ErrorDb(const pedal::ModelSpec& spec, const std::vector<float>& in,
               const std::vector<float>& found) {
  const std::vector<double> wish = Reference(spec, in);
  double mean = 0.0, error = 0.0, energy = 0.0;
  for (double w : wish) mean += w / static_cast<double>(wish.size());
  for (std::size_t i = 0; i < wish.size(); ++i) {
    error += std::pow(static_cast<double>(found[i]) - wish[i], 2);
    energy += std::pow(wish[i] - mean, 2);
  }
  return 10.0 * std::log10(error / energy);
}

bool IsPlainLstm(const pedal::ModelSpec& spec) {
  return spec.conditioning == 0 && spec.layers.size() == 2 &&
         spec.layers[0].kind == pedal::LayerKind::kLstm &&
         spec.layers[1].kind == pedal::LayerKind::kDense &&
         spec.layers[1].activation == pedal::Activation::kNone && spec.skip == 0.0f &&
         spec.layers[0].recall.empty() && spec.coupler_pole.empty();
}

}  // namespace pedal_bench
