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
  if (!layer.recall.empty() &&
      (!Recurs(layer.kind) || layer.recall.size() != static_cast<std::size_t>(kRecall)))
    return "a recall is not four weights of a recurrent layer";
  if (!AllFinite(layer.recall)) return "a weight is not a finite number";
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
    recall_ = spec.recall;
    own_ = recall_.empty() ? 0 : state_size_;
    past_ = own_ + recurrent_.state_size();
    const int parts = kind_ == LayerKind::kLstm ? 2 : 1;
    const int kept = recall_.empty() ? 0 : parts * recurrent_.padded();
    macs_ += static_cast<float>(recall_.empty() ? 0 : parts * out_ * kRecall);
    state_size_ = past_ + ToLine((kRecall - 1) * kept);
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

bool Layer::PrepareMix(const LayerSpec& dense) {
  return Recurs(kind_) && recall_.empty() && recurrent_.PrepareMix(dense);
}

// now: where the recurrent layer keeps a state, padded() floats, and takes the next
// step's start from. out: where that state goes, or nullptr. past: the three before.
void Layer::Recall(float* now, float* out, float* past) const PEDAL_REALTIME {
  const int padded = recurrent_.padded();
  const Vec newest = Splat(recall_[0]), last = Splat(recall_[1]);
  const Vec older = Splat(recall_[2]), oldest = Splat(recall_[3]);
  for (int k = 0; k < padded; k += kLanes) {
    float* p = past + k;
    const Vec a = Load(now + k), b = Load(p), c = Load(p + padded);
    const Vec sum = MulAdd(Mul(newest, a), last, b);
    const Vec all = MulAdd(MulAdd(sum, older, c), oldest, Load(p + 2 * padded));
    if (out) Store(out + k, a);
    Store(now + k, all);
    Store(p + 2 * padded, c);
    Store(p + padded, b);
    Store(p, a);
  }
}

void Layer::ProcessRecalled(const float* x, float* state) const PEDAL_REALTIME {
  float* own = state + own_;
  recurrent_.Process(x, own);
  Recall(own, state, state + past_);
  if (kind_ == LayerKind::kLstm)
    Recall(own + recurrent_.cell(), nullptr,
           state + past_ + (kRecall - 1) * recurrent_.padded());
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
      if (!recall_.empty()) return ProcessRecalled(x, state);
      return recurrent_.Process(x, state);
  }
}

}  // namespace pedal
