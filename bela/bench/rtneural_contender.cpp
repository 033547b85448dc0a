// RTNeural as it plays an LSTM with a dense layer behind it, with sizes fixed at
// compile time and with its run-time model. Compiled once for each of its back ends,
// each in a namespace of its own: RTNEURAL_NAMESPACE says which.
#include <RTNeural/RTNeural.h>

#include "bench/contender.h"

#define PEDAL_TEXT_OF(name) #name
#define PEDAL_TEXT(name) PEDAL_TEXT_OF(name)

namespace pedal_bench {
namespace RTNEURAL_NAMESPACE {
namespace {

namespace rt = ::RTNEURAL_NAMESPACE;

// (rows, columns), row by row, as RTNeural takes it.
std::vector<std::vector<float>> Rows(const std::vector<float>& flat, int columns) {
  std::vector<std::vector<float>> rows;
  for (auto at = flat.begin(); at != flat.end(); at += columns)
    rows.emplace_back(at, at + columns);
  return rows;
}

template <typename Lstm, typename Dense>
void Fill(const pedal::ModelSpec& spec, Lstm& lstm, Dense& dense) {
  const pedal::LayerSpec &recurrent = spec.layers[0], &last = spec.layers[1];
  lstm.setWVals(Rows(recurrent.kernel, 4 * recurrent.out));
  lstm.setUVals(Rows(recurrent.recurrent, 4 * recurrent.out));
  lstm.setBVals(recurrent.bias);
  std::vector<std::vector<float>> columns(static_cast<std::size_t>(last.out));
  for (std::size_t k = 0; k < last.kernel.size(); ++k)
    columns[k % columns.size()].push_back(last.kernel[k]);
  dense.setWeights(columns);
  dense.setBias(last.bias.data());
}

// Sizes fixed at compile time: RTNeural's faster interface.
template <int kFrames, int kUnits>
class Fixed : public Player {
 public:
  explicit Fixed(const pedal::ModelSpec& spec) {
    Fill(spec, model_.template get<0>(), model_.template get<1>());
    model_.reset();
  }

  void Play(const float* in, int frames, float* out) override {
    alignas(64) float frame[16] = {};
    for (int n = 0; n < frames; ++n) {
      for (int i = 0; i < kFrames; ++i) frame[i] = in[n * kFrames + i];
      model_.forward(frame);
      for (int i = 0; i < kFrames; ++i) out[n * kFrames + i] = model_.getOutputs()[i];
    }
  }

 private:
  rt::ModelT<float, kFrames, kFrames, rt::LSTMLayerT<float, kFrames, kUnits>,
             rt::DenseT<float, kUnits, kFrames>>
      model_;
};

// Sizes known at run time only: what a pedal that loads any file would use.
class Dynamic : public Player {
 public:
  explicit Dynamic(const pedal::ModelSpec& spec)
      : frames_(spec.frames), model_(spec.frames) {
    const int units = spec.layers[0].out;
    auto* lstm = new rt::LSTMLayer<float>(spec.frames, units);
    auto* dense = new rt::Dense<float>(units, spec.frames);
    Fill(spec, *lstm, *dense);
    model_.addLayer(lstm);  // and owns it from here on
    model_.addLayer(dense);
    model_.reset();
  }

  void Play(const float* in, int frames, float* out) override {
    alignas(64) float frame[16] = {};
    for (int n = 0; n < frames; ++n) {
      for (int i = 0; i < frames_; ++i) frame[i] = in[n * frames_ + i];
      model_.forward(frame);
      for (int i = 0; i < frames_; ++i) out[n * frames_ + i] = model_.getOutputs()[i];
    }
  }

 private:
  const int frames_;
  rt::Model<float> model_;
};

template <int kFrames>
std::unique_ptr<Player> MakeFixedOf(const pedal::ModelSpec& spec) {
  switch (spec.layers[0].out) {
    case 8:
      return std::make_unique<Fixed<kFrames, 8>>(spec);
    case 16:
      return std::make_unique<Fixed<kFrames, 16>>(spec);
    case 24:
      return std::make_unique<Fixed<kFrames, 24>>(spec);
    case 32:
      return std::make_unique<Fixed<kFrames, 32>>(spec);
    case 40:
      return std::make_unique<Fixed<kFrames, 40>>(spec);
    case 64:
      return std::make_unique<Fixed<kFrames, 64>>(spec);
    default:
      return nullptr;
  }
}

}  // namespace

std::unique_ptr<Player> MakeFixed(const pedal::ModelSpec& spec) {
  return spec.frames == 1 ? MakeFixedOf<1>(spec) : MakeFixedOf<16>(spec);
}

std::unique_ptr<Player> MakeDynamic(const pedal::ModelSpec& spec) {
  return std::make_unique<Dynamic>(spec);
}

}  // namespace RTNEURAL_NAMESPACE
}  // namespace pedal_bench
