// RTNeural's run-time model, of its Eigen back end, as OtherLayers. Built only where
// RTNEURAL_DIR names a checkout, and the only file that knows RTNeural besides bench/.
//
// The engine keeps the state of a model with the path that plays it, so that a path can
// start from the state of rest and two paths can play one model; RTNeural keeps it in
// the layers, and lets nobody set it. Access is therefore taken by naming the private
// members in explicit instantiations, where the language checks no access: a checkout
// that calls them otherwise does not compile. Written against RTNeural of commit
// 1fb1f07.
#include <RTNeural/RTNeural.h>

#include <cstring>

#include "backend/backend.h"
#include "engine/aligned.h"
#include "engine/model.h"

namespace pedal {
namespace {

namespace rt = ::RTNEURAL_NAMESPACE;

using Lstm = rt::LSTMLayer<float>;
using Gru = rt::GRULayer<float>;
using Conv = rt::Conv1D<float>;
using Column = Eigen::Matrix<float, Eigen::Dynamic, 1>;

// Member(Name) gives the pointer to a private member.
template <typename Name, typename Name::Type kMember>
struct Reveal {
  friend typename Name::Type Member(Name) { return kMember; }
};
struct LstmInput {  // [x, h, 1]
  using Type = Column Lstm::*;
  friend Type Member(LstmInput);
};
struct LstmCell {
  using Type = Column Lstm::*;
  friend Type Member(LstmCell);
};
struct GruState {  // [h, 1]
  using Type = Column Gru::*;
  friend Type Member(GruState);
};
struct ConvPast {  // (in, steps), the newest at ConvPlace - 1
  using Type = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic> Conv::*;
  friend Type Member(ConvPast);
};
struct ConvPlace {
  using Type = int Conv::*;
  friend Type Member(ConvPlace);
};
template struct Reveal<LstmInput, &Lstm::extendedInVecHt1>;
template struct Reveal<LstmCell, &Lstm::ct1>;
template struct Reveal<GruState, &Gru::extendedHt1>;
template struct Reveal<ConvPast, &Conv::state>;
template struct Reveal<ConvPlace, &Conv::state_ptr>;

// A part of the state inside a layer, of so many floats; a place in a ring is as wide.
struct Part {
  void* data;
  int size;
};
static_assert(sizeof(int) == sizeof(float), "a place in a ring takes a float's room");

// (rows, columns), row by row, as RTNeural takes it.
std::vector<std::vector<float>> Rows(const std::vector<float>& flat, int columns) {
  std::vector<std::vector<float>> rows;
  for (auto at = flat.begin(); at != flat.end(); at += columns)
    rows.emplace_back(at, at + columns);
  return rows;
}

std::vector<std::vector<float>> Columns(const std::vector<float>& flat, int columns) {
  std::vector<std::vector<float>> found(static_cast<std::size_t>(columns));
  for (std::size_t i = 0; i < flat.size(); ++i)
    found[i % found.size()].push_back(flat[i]);
  return found;
}

class RtneuralLayers : public OtherLayers {
 public:
  explicit RtneuralLayers(const ModelSpec& spec) : model_(spec.layers[0].in) {
    for (const LayerSpec& layer : spec.layers) Add(layer);
    model_.reset();
    for (const Part& part : parts_) state_size_ += part.size;
    constexpr int kLine = static_cast<int>(kAlignment / sizeof(float));
    state_size_ = (state_size_ + kLine - 1) / kLine * kLine;
  }

  // What is no layer of RTNeural's, or nullptr.
  static const char* Unfit(const ModelSpec& spec) {
    if (spec.cascade.taps != 0) return "time-invariant models";
    for (const LayerSpec& layer : spec.layers)
      if (!layer.recall.empty()) return "models of another sample rate";
    return nullptr;
  }

  int state_size() const override { return state_size_; }

  const float* Process(const float* in, float* state) PEDAL_REALTIME override {
    const float* kept = state;
    for (const Part& part : parts_) {
      std::memcpy(part.data, kept, static_cast<std::size_t>(part.size) * sizeof(float));
      kept += part.size;
    }
    model_.forward(in);
    for (const Part& part : parts_) {
      std::memcpy(state, part.data,
                  static_cast<std::size_t>(part.size) * sizeof(float));
      state += part.size;
    }
    return model_.getOutputs();
  }

 private:
  void Add(const LayerSpec& spec) {
    switch (spec.kind) {
      case LayerKind::kLstm:
        return AddLstm(spec);
      case LayerKind::kGru:
        return AddGru(spec);
      case LayerKind::kDense:
        AddDense(spec);
        return AddActivation(spec);
      case LayerKind::kConv1d:
        AddConv(spec);
        return AddActivation(spec);
      case LayerKind::kActivation:
        return AddActivation(spec);
      case LayerKind::kPrelu:
        return AddPrelu(spec);
      case LayerKind::kBatchNorm:
        return AddBatchNorm(spec);
    }
  }

  void AddLstm(const LayerSpec& spec) {
    auto* lstm = new Lstm(spec.in, spec.out);
    model_.addLayer(lstm);  // and owns it from here on
    lstm->setWVals(Rows(spec.kernel, 4 * spec.out));
    lstm->setUVals(Rows(spec.recurrent, 4 * spec.out));
    lstm->setBVals(spec.bias);
    parts_.push_back({(lstm->*Member(LstmInput())).data() + spec.in, spec.out});
    parts_.push_back({(lstm->*Member(LstmCell())).data(), spec.out});
  }

  void AddGru(const LayerSpec& spec) {
    auto* gru = new Gru(spec.in, spec.out);
    model_.addLayer(gru);
    gru->setWVals(Rows(spec.kernel, 3 * spec.out));
    gru->setUVals(Rows(spec.recurrent, 3 * spec.out));
    gru->setBVals(Rows(spec.bias, 3 * spec.out));
    parts_.push_back({(gru->*Member(GruState())).data(), spec.out});
  }

  void AddDense(const LayerSpec& spec) {
    auto* dense = new rt::Dense<float>(spec.in, spec.out);
    model_.addLayer(dense);
    dense->setWeights(Columns(spec.kernel, spec.out));
    dense->setBias(spec.bias.data());
  }

  void AddConv(const LayerSpec& spec) {
    auto* conv = new Conv(spec.in, spec.out, spec.taps, spec.dilation, spec.groups);
    model_.addLayer(conv);
    const int inputs = spec.in / spec.groups;
    std::vector<std::vector<std::vector<float>>> weights(  // (out, inputs, taps)
        static_cast<std::size_t>(spec.out),
        std::vector<std::vector<float>>(
            static_cast<std::size_t>(inputs),
            std::vector<float>(static_cast<std::size_t>(spec.taps))));
    const float* from = spec.kernel.data();
    for (std::size_t tap = weights[0][0].size(); tap-- > 0;)  // the newest first
      for (std::size_t in = 0; in < weights[0].size(); ++in)
        for (auto& unit : weights) unit[in][tap] = *from++;
    conv->setWeights(weights);
    conv->setBias(spec.bias);
    auto& past = conv->*Member(ConvPast());
    parts_.push_back({past.data(), static_cast<int>(past.size())});
    parts_.push_back({&(conv->*Member(ConvPlace())), 1});
  }

  void AddPrelu(const LayerSpec& spec) {
    auto* prelu = new rt::PReLUActivation<float>(spec.out);
    model_.addLayer(prelu);
    prelu->setAlphaVals(spec.kernel);
  }

  // Our factor and shift are what a mean of 0 and a variance of 1 leave of it.
  void AddBatchNorm(const LayerSpec& spec) {
    auto* norm = new rt::BatchNorm1DLayer<float>(spec.out);
    model_.addLayer(norm);
    const std::size_t units = static_cast<std::size_t>(spec.out);
    norm->setGamma(spec.kernel);
    norm->setBeta(spec.bias);
    norm->setRunningMean(std::vector<float>(units, 0.0f));
    norm->setRunningVariance(std::vector<float>(units, 1.0f));
    norm->setEpsilon(0.0f);
  }

  void AddActivation(const LayerSpec& spec) {
    switch (spec.activation) {
      case Activation::kNone:
        return;
      case Activation::kTanh:
        return model_.addLayer(new rt::TanhActivation<float>(spec.out));
      case Activation::kRelu:
        return model_.addLayer(new rt::ReLuActivation<float>(spec.out));
      case Activation::kSigmoid:
        return model_.addLayer(new rt::SigmoidActivation<float>(spec.out));
      case Activation::kElu:
        return model_.addLayer(new rt::ELuActivation<float>(spec.out));
      case Activation::kSoftmax:
        return model_.addLayer(new rt::SoftmaxActivation<float>(spec.out));
    }
  }

  rt::Model<float> model_;
  std::vector<Part> parts_;
  int state_size_ = 0;
};

}  // namespace

std::unique_ptr<OtherLayers> MakeRtneuralLayers(const ModelSpec& spec,
                                                const char** unfit) {
  *unfit = RtneuralLayers::Unfit(spec);
  if (*unfit) return nullptr;
  auto layers = std::make_unique<RtneuralLayers>(spec);
  const int own = spec.frames + spec.conditioning + kMaxCouplers;
  if (layers->state_size() + own < kMaxStateFloats / 2) return layers;
  *unfit = "models of so long a memory";
  return nullptr;
}

}  // namespace pedal
