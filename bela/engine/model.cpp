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
    if (spec.skip != 0.0f || !spec.layers.empty() || !spec.coupler_pole.empty())
      return "there is more than the cascade";
    return CheckCascade(spec.cascade, spec.conditioning);
  }
  if (spec.layers.empty()) return "there are no layers";
  if (!IsFinite(spec.skip)) return "the skip is not a finite number";
  if (spec.layers.size() > static_cast<std::size_t>(kMaxLayers))
    return "there are more than 16 layers";
  int width = spec.frames + spec.conditioning, history = 0;
  for (const LayerSpec& layer : spec.layers) {
    if (const char* wrong = CheckLayer(layer)) return wrong;
    if (layer.in != width) return "a layer does not take what the one before gives";
    width = layer.out;
    history += (layer.taps - 1) * layer.dilation * layer.in;
    if (history > kMaxHistory)
      return "the conv1d layers remember more than 8192 values";
  }
  if (width != spec.frames)
    return "the last layer does not give as many samples as the first takes";
  return CheckCouplers(spec);
}

void Model::Prepare(const ModelSpec& spec) {
  frames_ = spec.frames;
  conditioning_ = spec.conditioning;
  skip_ = spec.skip;
  layers_.clear();
  other_ = make_other_layers ? make_other_layers(spec) : nullptr;
  mixes_ = false;
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
    layers_.emplace_back();
    layers_.back().Prepare(layer);
    macs += layers_.back().macs();
    if (!other_) state_size_ += layers_.back().state_size();
  }
  const LayerSpec& last = spec.layers.back();
  mixes_ = !other_ && frames_ == 1 && layers_.size() == 2 &&
           last.kind == LayerKind::kDense && last.activation == Activation::kNone &&
           layers_[0].PrepareMix(last);
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
  for (const Layer& layer : layers_) {
    if (other_) break;
    layer.Process(x, next);
    x = next;
    next += layer.state_size();
  }
  if (skip_ != 0.0f)
    for (int i = 0; i < frames_; ++i) out[i] = x[i] + skip_ * frame[i];
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
  if (conditioning_ == 0 && skip_ == 0.0f && coupler_pole_.empty())
    return layers_[0].Mix(in, count, out, layer);
  float* low = layer + layers_[0].state_size() + layers_[1].state_size();
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
    layers_[0].Mix(x, some, mixed, layer);
    for (int n = 0; n < some; ++n) {
      out[done + n] = skip_ != 0.0f ? mixed[n] + skip_ * in[done + n] : mixed[n];
      Couple(out + done + n, low);
    }
  }
}

void Model::Settle(const float* conditioning, float* state, int settings) const {
  constexpr int kRate = 44100;
  constexpr int kWindow = 2048;      // samples
  constexpr float kFlutter = 1e-4f;  // of rounding, which never ends: -80 dBFS
  constexpr float kMostMacs = 4e8f, kMostInAll = 2e9f;
  constexpr float kEnough = 1e-6f;  // by which the mean may move: -120 dBFS
  float silence[kMaxFrames] = {}, out[kMaxFrames] = {};
  float last_mean = 0.0f;
  // A large model that never rests must not hold up the others of its bank.
  const float macs = std::fmin(kMostMacs, kMostInAll / static_cast<float>(settings));
  const float affordable = macs / (macs_per_sample_ + 1.0f);
  const float most = std::fmax(4.0f * kWindow, std::fmin(4.0f * kRate, affordable));
  for (int begun = 0; begun < static_cast<int>(most); begun += kWindow) {
    float low = 0.0f, high = 0.0f;
    double sum = 0.0;
    for (int sample = 0; sample < kWindow; sample += frames_) {
      Process(silence, conditioning, out, state);
      if (sample == 0) low = high = out[0];
      for (int i = 0; i < frames_; ++i) {
        low = std::fmin(low, out[i]);
        high = std::fmax(high, out[i]);
        sum += static_cast<double>(out[i]);
      }
    }
    const float mean = static_cast<float>(sum / kWindow);
    const bool rests = high - low < kFlutter && std::fabs(mean - last_mean) < kEnough;
    if (rests && begun > 0) return;
    last_mean = mean;
  }
}

}  // namespace pedal
