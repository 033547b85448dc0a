// One path from the input to the output. Every operation is a sample at a time, so
// nothing depends on the period.
#include "engine/voice.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "engine/finite.h"

namespace pedal {
namespace {

// True for a model with a tone knob of its own, which takes the tilt's place. [audio]
bool MakesTone(const Path& path) PEDAL_REALTIME {
  if (path.kind != PathKind::kModel) return false;
  for (int k = 0; k < path.playable->num_knobs(); ++k)
    if (path.playable->knob(k) == protocol::ParamId::kTone) return true;
  return false;
}

}  // namespace

float RaisedCosine(int sample, int length) PEDAL_REALTIME {
  const float phase = (static_cast<float>(sample) + 0.5f) / static_cast<float>(length);
  return 0.5f - 0.5f * std::cos(3.14159265f * phase);
}

void Voice::Prepare(Chain chain) {
  chain_ = chain;
  state_.Prepare(kMaxStateFloats);
  tilt_.Prepare();
  dc_blocker_.Prepare();
}

void Voice::Start(const Path& path, StartFrom from, const float* knobs) PEDAL_REALTIME {
  path_ = path;
  tilt_.Reset();
  dc_blocker_.Reset();
  last_out_ = 0.0f;
  trip_left_ = 0;
  inject_nan_ = false;
  std::memset(frame_in_, 0, sizeof frame_in_);
  std::memset(frame_out_, 0, sizeof frame_out_);
  if (path.kind != PathKind::kModel) return;
  const std::size_t bytes =
      static_cast<std::size_t>(path.playable->model().state_size()) * sizeof(float);
  if (from == StartFrom::kZero) {
    std::memset(state_.data(), 0, bytes);
    return;
  }
  float conditioning[kMaxConditioning];
  for (int k = 0; k < path.playable->num_knobs(); ++k)
    conditioning[k] = knobs[static_cast<int>(path.playable->knob(k))];
  std::memcpy(state_.data(), path.playable->Rest(conditioning), bytes);
}

void Voice::Adopt(const Voice& other) PEDAL_REALTIME {
  tilt_ = other.tilt_;
  dc_blocker_ = other.dc_blocker_;
  if (path_.kind != PathKind::kModel) return;
  const std::size_t bytes =
      static_cast<std::size_t>(path_.playable->model().state_size()) * sizeof(float);
  std::memcpy(state_.data(), other.state_.data(), bytes);
}

bool Voice::Process(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME {
  if (begin == end) return true;
  int good = end;
  if (path_.kind == PathKind::kDry) {
    RunDry(grid, begin, end, out);
  } else {
    if (path_.kind == PathKind::kModel)
      good = RunModel(grid, begin, end, out);
    else
      for (int i = begin; i < end; ++i) out[i] = grid.Shaped(i, path_.delay);
    if (chain_ == Chain::kFull) RunChain(grid, begin, good, out);
    if (good > begin) last_out_ = out[good - 1];
    if (good < end) {
      Trip();
      RunDry(grid, good, end, out);
    }
  }
  last_out_ = out[end - 1];
  return good == end;
}

void Voice::Trip() PEDAL_REALTIME {
  path_.kind = PathKind::kDry;
  path_.playable = nullptr;
  trip_from_ = last_out_;
  trip_left_ = kFade;
}

int Voice::RunModel(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME {
  const Model& model = path_.playable->model();
  int good = model.is_cascade()    ? RunCascade(grid, begin, end, out)
             : model.frames() == 1 ? RunBlock1(grid, begin, end, out)
                                   : RunBlock16(grid, begin, end, out);
  for (int i = begin; i < good; ++i) {
    if (!IsFinite(out[i])) {
      good = i;
      break;
    }
  }
  if (chain_ == Chain::kModelAlone) return good;
  const float gain = path_.playable->gain();
  for (int i = begin; i < good; ++i) out[i] = ClampTo(out[i] * gain, kLoudest);
  return good;
}

void Voice::Conditioning(const Grid& grid, int i,
                         float* conditioning) const PEDAL_REALTIME {
  for (int k = 0; k < path_.playable->num_knobs(); ++k)
    conditioning[k] = grid.knobs[static_cast<int>(path_.playable->knob(k))][i];
}

int Voice::RunBlock1(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME {
  const Model& model = path_.playable->model();
  float in[kGrid], conditioning[kGrid * kMaxConditioning];
  for (int i = begin; i < end; ++i) {
    in[i] = grid.Shaped(i, path_.delay);
    Conditioning(grid, i, conditioning + (i - begin) * model.conditioning());
  }
  model.PlaySamples(in + begin, conditioning, end - begin, out + begin, state_.data());
  if (inject_nan_) {
    inject_nan_ = false;
    out[begin] = std::numeric_limits<float>::quiet_NaN();
  }
  return end;
}

// Frames lie on the grid: 16 samples go in, and come out from the last one's time on,
// 15 samples late.
int Voice::RunBlock16(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME {
  for (int i = begin; i < end; ++i) {
    frame_in_[i] = grid.shaped[i];
    if (i < kBlockDelay) out[i] = frame_out_[i + 1];
  }
  if (end == kGrid) {
    float conditioning[kMaxConditioning];
    Conditioning(grid, kGrid - 1, conditioning);
    path_.playable->model().Process(frame_in_, conditioning, frame_out_, state_.data());
    if (inject_nan_) {
      inject_nan_ = false;
      frame_out_[0] = std::numeric_limits<float>::quiet_NaN();
    }
    out[kBlockDelay] = frame_out_[0];
  }
  return end;
}

// Plays what is there, with the knobs of the grid point; is late only where others of
// the bank are.
int Voice::RunCascade(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME {
  float conditioning[kMaxConditioning], heard[kGrid];
  Conditioning(grid, 0, conditioning);
  path_.playable->model().PlayPart(grid.shaped + begin, conditioning, end - begin,
                                   heard, state_.data());
  if (inject_nan_) {
    inject_nan_ = false;
    heard[0] = std::numeric_limits<float>::quiet_NaN();
  }
  for (int i = begin; i < end; ++i) {
    out[i] = path_.delay == 0 ? heard[i - begin] : frame_out_[(i + 1) % kGrid];
    frame_out_[i] = heard[i - begin];
  }
  return end;
}

void Voice::RunChain(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME {
  if (!MakesTone(path_))
    for (int i = begin; i < end; ++i)
      out[i] = tilt_.Process(out[i], grid.low[i], grid.high[i]);
  for (int i = begin; i < end; ++i)
    out[i] = Limit(dc_blocker_.Process(out[i] * grid.level[i]));
}

void Voice::RunDry(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME {
  for (int i = begin; i < end; ++i) {
    out[i] = grid.Raw(i, path_.delay);
    if (trip_left_ == 0) continue;
    const float dry = RaisedCosine(kFade - trip_left_, kFade);
    out[i] = trip_from_ + dry * (out[i] - trip_from_);
    --trip_left_;
  }
}

}  // namespace pedal
