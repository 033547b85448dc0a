// One layer of a network: its checks, and which of them it is.
#include "engine/layer.h"

#include "engine/activate.h"
#include "engine/finite.h"

namespace pedal {
namespace {

int ToLine(int floats) {
  const int line = static_cast<int>(kAlignment / sizeof(float));
  return (floats + line - 1) / line * line;
}

bool AllFinite(const std::vector<float>& values) {
  for (float v : values)
    if (!IsFinite(v)) return false;
  return true;
}

bool Recurs(LayerKind kind) {
  return kind == LayerKind::kLstm || kind == LayerKind::kGru;
}

const char* CheckTaps(const LayerSpec& layer) {
  if (layer.taps < 1 || layer.taps > kMaxTap || layer.taps * layer.in > kMaxTap)
    return "a conv1d has more than 1024 weights a unit";
  if (layer.dilation < 1 || layer.dilation > kMaxHistory ||
      (layer.taps - 1) * layer.dilation > kMaxHistory)
    return "a conv1d looks back further than 8192 steps";
  if (layer.groups < 1 || layer.in % layer.groups || layer.out % layer.groups)
    return "a conv1d's inputs and units are no multiples of its groups";
  return nullptr;
}

// How many weights each array of a layer has.
struct Sizes {
  std::size_t kernel, recurrent, bias;
};

Sizes SizesOf(const LayerSpec& layer) {
  const std::size_t in = static_cast<std::size_t>(layer.in);
  const std::size_t out = static_cast<std::size_t>(layer.out);
  const std::size_t gates = static_cast<std::size_t>(GatesOf(layer.kind));
  switch (layer.kind) {
    case LayerKind::kLstm:
      return {in * gates * out, out * gates * out, gates * out};
    case LayerKind::kGru:
      return {in * gates * out, out * gates * out, 2 * gates * out};
    case LayerKind::kConv1d:
      return {static_cast<std::size_t>(layer.taps) * in /
                  static_cast<std::size_t>(layer.groups) * out,
              0, out};
    case LayerKind::kActivation:
      return {0, 0, 0};
    case LayerKind::kPrelu:
      return {out, 0, 0};
    case LayerKind::kBatchNorm:
      return {out, 0, out};
    default:
      return {in * out, 0, out};
  }
}

}  // namespace

const char* CheckLayer(const LayerSpec& layer) {
  if (layer.in < 1 || layer.in > kMaxUnits + kMaxConditioning)
    return "a layer's input is not 1 to 128 wide";
  if (layer.out < 1 || layer.out > kMaxUnits) return "a layer has not 1 to 128 units";
  if (KeepsWidth(layer.kind) && layer.in != layer.out)
    return "a layer that bends each value changes their number";
  if (layer.kind == LayerKind::kConv1d)
    if (const char* wrong = CheckTaps(layer)) return wrong;
  const Sizes sizes = SizesOf(layer);
  if (layer.kernel.size() != sizes.kernel) return "a kernel has the wrong size";
  if (layer.recurrent.size() != sizes.recurrent)
    return "a recurrent kernel has the wrong size";
  if (layer.bias.size() != sizes.bias) return "a bias has the wrong size";
  if (!AllFinite(layer.kernel) || !AllFinite(layer.recurrent) || !AllFinite(layer.bias))
    return "a weight is not a finite number";
  return nullptr;
}

void Layer::Prepare(const LayerSpec& spec) {
  kind_ = spec.kind;
  activation_ = spec.activation;
  out_ = spec.out;
  macs_ = static_cast<float>(spec.kernel.size() + spec.recurrent.size());
  state_size_ = ToLine(PadToLanes(out_));
  if (Recurs(kind_)) {
    recurrent_.Prepare(spec);
    state_size_ = recurrent_.state_size();
  } else if (kind_ == LayerKind::kDense) {
    dense_.Prepare(spec);
  } else if (kind_ == LayerKind::kConv1d) {
    conv1d_.Prepare(spec);
    macs_ = conv1d_.macs();
    state_size_ = conv1d_.state_size();
  } else {
    slope_ = spec.kernel;
    shift_ = spec.bias;
  }
}

void Layer::Process(const float* x, float* state) const PEDAL_REALTIME {
  const std::size_t out = static_cast<std::size_t>(out_);
  switch (kind_) {
    case LayerKind::kDense:
      return dense_.Process(x, state);
    case LayerKind::kConv1d:
      return conv1d_.Process(x, state);
    case LayerKind::kActivation:
      for (std::size_t i = 0; i < out; ++i) state[i] = x[i];
      return Activate(activation_, state, out_);
    case LayerKind::kPrelu:
      for (std::size_t i = 0; i < out; ++i)
        state[i] = x[i] < 0.0f ? slope_[i] * x[i] : x[i];
      return;
    case LayerKind::kBatchNorm:
      for (std::size_t i = 0; i < out; ++i) state[i] = slope_[i] * x[i] + shift_[i];
      return;
    default:
      return recurrent_.Process(x, state);
  }
}

}  // namespace pedal
