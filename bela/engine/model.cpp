// A neural network that plays: checks that the layers fit, then hands each layer's
// output to the next.
#include "engine/model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/finite.h"

namespace pedal {
namespace {

constexpr int kLine = static_cast<int>(kAlignment / sizeof(float));

int ToLine(int floats) { return (floats + kLine - 1) / kLine * kLine; }

bool AllFinite(const std::vector<float>& values) {
  for (float v : values)
    if (!IsFinite(v)) return false;
  return true;
}

const char* CheckLayer(const LayerSpec& layer) {
  const std::size_t in = static_cast<std::size_t>(layer.in);
  const std::size_t out = static_cast<std::size_t>(layer.out);
  const std::size_t gates = static_cast<std::size_t>(GatesOf(layer.kind));
  const bool recurs = layer.kind != LayerKind::kDense;
  const std::size_t biases = layer.kind == LayerKind::kGru ? 2 : 1;
  if (layer.in < 1 || layer.in > kMaxUnits + kMaxConditioning)
    return "a layer's input is not 1 to 128 wide";
  if (layer.out < 1 || layer.out > kMaxUnits) return "a layer has not 1 to 128 units";
  if (layer.kernel.size() != in * gates * out) return "a kernel has the wrong size";
  if (layer.recurrent.size() != (recurs ? out * gates * out : 0))
    return "a recurrent kernel has the wrong size";
  if (layer.bias.size() != biases * gates * out) return "a bias has the wrong size";
  if (!AllFinite(layer.kernel) || !AllFinite(layer.recurrent) || !AllFinite(layer.bias))
    return "a weight is not a finite number";
  return nullptr;
}

const char* CheckCouplers(const ModelSpec& spec) {
  if (spec.coupler_pole.size() > static_cast<std::size_t>(kMaxCouplers) ||
      spec.coupler_depth.size() != spec.coupler_pole.size())
    return "there are not 1 to 8 couplers";
  for (float pole : spec.coupler_pole)
    if (!(pole >= 0.0f && pole < 1.0f)) return "a coupler's pole is not in [0, 1)";
  return AllFinite(spec.coupler_depth) ? nullptr : "a weight is not a finite number";
}

MakeOtherLayers make_other_layers = nullptr;

}  // namespace

void PlayLayersBy(MakeOtherLayers make) { make_other_layers = make; }

const char* CheckSpec(const ModelSpec& spec) {
  if (spec.frames != 1 && spec.frames != kMaxFrames) return "frames are not 1 or 16";
  if (spec.conditioning < 0 || spec.conditioning > kMaxConditioning)
    return "there are not 0 to 4 conditioning inputs";
  if (spec.cascade.taps != 0) {
    if (spec.frames != kMaxFrames) return "a cascade is no model of block 16";
    if (spec.skip || !spec.layers.empty() || !spec.coupler_pole.empty())
      return "there is more than the cascade";
    return CheckCascade(spec.cascade, spec.conditioning);
  }
  if (spec.layers.empty()) return "there are no layers";
  int width = spec.frames + spec.conditioning, before = 0, after = 0, recurrent = 0;
  for (const LayerSpec& layer : spec.layers) {
    if (const char* wrong = CheckLayer(layer)) return wrong;
    if (layer.in != width) return "a layer does not take what the one before gives";
    width = layer.out;
    if (layer.kind != LayerKind::kDense)
      ++recurrent;
    else
      ++(recurrent ? after : before);
  }
  if (recurrent > 1) return "there is more than one recurrent layer";
  if (before > kMaxDenseBefore + (recurrent ? 0 : kMaxDenseAfter))
    return "there are too many dense layers before the recurrent one";
  if (after > kMaxDenseAfter)
    return "there are too many dense layers after the recurrent one";
  if (width != spec.frames)
    return "the last layer does not give as many samples as the first takes";
  return CheckCouplers(spec);
}

void Model::Prepare(const ModelSpec& spec) {
  frames_ = spec.frames;
  conditioning_ = spec.conditioning;
  skip_ = spec.skip;
  recurs_ = false;
  before_.clear();
  after_.clear();
  other_ = make_other_layers ? make_other_layers(spec) : nullptr;
  cascades_ = spec.cascade.taps != 0;
  if (cascades_) {
    cascade_.Prepare(spec.cascade, conditioning_);
    state_size_ = cascade_.state_size();
    macs_per_sample_ = cascade_.macs_per_sample();
    return;
  }
  input_size_ = ToLine(frames_ + conditioning_);
  state_size_ = input_size_;
  float macs = 0.0f;
  for (const LayerSpec& layer : spec.layers) {
    macs += static_cast<float>(layer.kernel.size() + layer.recurrent.size());
    if (other_) continue;
    if (layer.kind != LayerKind::kDense) {
      recurrent_.Prepare(layer);
      recurs_ = true;
      state_size_ += recurrent_.state_size();
      continue;
    }
    std::vector<Dense>& side = recurs_ ? after_ : before_;
    side.emplace_back();
    side.back().Prepare(layer);
    state_size_ += ToLine(side.back().padded_out());
  }
  mixes_ = !other_ && frames_ == 1 && recurs_ && before_.empty() &&
           after_.size() == 1 && spec.layers.back().activation == Activation::kNone &&
           recurrent_.PrepareMix(spec.layers.back());
  if (other_) state_size_ += other_->state_size();
  coupler_pole_ = spec.coupler_pole;
  coupler_depth_ = spec.coupler_depth;
  state_size_ += ToLine(static_cast<int>(coupler_pole_.size()));
  macs += static_cast<float>(3 * frames_) * static_cast<float>(coupler_pole_.size());
  macs_per_sample_ = macs / static_cast<float>(frames_);
}

// out: the samples of a frame. low: the one-poles' state.
void Model::Couple(float* out, float* low) const PEDAL_REALTIME {
  const std::size_t count = coupler_pole_.size();
  for (int i = 0; i < frames_; ++i) {
    const float sample = out[i];
    for (std::size_t q = 0; q < count; ++q) {
      low[q] = sample + coupler_pole_[q] * (low[q] - sample);
      out[i] += coupler_depth_[q] * low[q];
    }
  }
}

// State: [frame, conditioning], then each layer's own part in order, then the couplers.
void Model::Process(const float* in, const float* conditioning, float* out,
                    float* state) const PEDAL_REALTIME {
  if (cascades_) return cascade_.Process(in, conditioning, frames_, out, state);
  if (mixes_) return PlaySamples(in, conditioning, 1, out, state);
  float frame[kMaxFrames];
  for (int i = 0; i < frames_; ++i) state[i] = frame[i] = in[i];
  for (int i = 0; i < conditioning_; ++i) state[frames_ + i] = conditioning[i];
  const float* x = state;
  float* next = state + input_size_;
  if (other_) {
    x = other_->Process(x, next);
    next += other_->state_size();
  }
  for (const Dense& layer : before_) {
    layer.Process(x, next);
    x = next;
    next += ToLine(layer.padded_out());
  }
  if (recurs_) {
    recurrent_.Process(x, next);
    x = next;
    next += recurrent_.state_size();
  }
  for (const Dense& layer : after_) {
    layer.Process(x, next);
    x = next;
    next += ToLine(layer.padded_out());
  }
  if (skip_)
    for (int i = 0; i < frames_; ++i) out[i] = x[i] + frame[i];
  else
    for (int i = 0; i < frames_; ++i) out[i] = x[i];
  Couple(out, next);
}

void Model::PlaySamples(const float* in, const float* conditioning, int count,
                        float* out, float* state) const PEDAL_REALTIME {
  if (!mixes_) {
    for (int n = 0; n < count; ++n)
      Process(in + n, conditioning + n * conditioning_, out + n, state);
    return;
  }
  float* layer = state + input_size_;
  if (conditioning_ == 0 && !skip_ && coupler_pole_.empty())
    return recurrent_.Mix(in, count, out, layer);
  float* low = layer + recurrent_.state_size() + ToLine(after_[0].padded_out());
  constexpr int kAtOnce = 16;
  float x[kAtOnce * (1 + kMaxConditioning)], mixed[kAtOnce];
  for (int done = 0; done < count; done += kAtOnce) {
    const int some = std::min(count - done, kAtOnce);
    float* to = x;
    for (int n = done; n < done + some; ++n) {
      *to++ = in[n];
      for (int k = 0; k < conditioning_; ++k)
        *to++ = conditioning[n * conditioning_ + k];
    }
    recurrent_.Mix(x, some, mixed, layer);
    for (int n = 0; n < some; ++n) {
      const float skipped = skip_ ? in[done + n] : 0.0f;
      out[done + n] = mixed[n] + skipped;
      Couple(out + done + n, low);
    }
  }
}

void Model::Settle(const float* conditioning, float* state) const {
  constexpr int kRate = 44100,
                kStill = 2048;      // samples without movement that count as steady
  constexpr float kEnough = 1e-7f;  // -140 dBFS
  float silence[kMaxFrames] = {}, out[kMaxFrames] = {}, last[kMaxFrames] = {};
  int still = 0;
  for (int sample = 0; sample < 4 * kRate && still < kStill; sample += frames_) {
    Process(silence, conditioning, out, state);
    float moved = 0.0f;
    for (int i = 0; i < frames_; ++i)
      moved = std::fmax(moved, std::fabs(out[i] - last[i]));
    std::memcpy(last, out, sizeof last);
    still = moved < kEnough ? still + frames_ : 0;
  }
}

}  // namespace pedal
