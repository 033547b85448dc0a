// One path from the input to the output: dry, clean or a model with its chain. A
// crossfade is two of these.
#pragma once
#include "engine/aligned.h"
#include "engine/bank.h"
#include "engine/chain.h"
#include "engine/timing.h"

namespace pedal {

enum class PathKind { kDry, kClean, kModel };

// What a voice plays. Two equal paths sound the same, so going from one to the other
// needs no fade.
struct Path {
  PathKind kind = PathKind::kDry;
  const Playable* playable = nullptr;  // of kModel only
  int delay = 0;                       // 0 or 15 samples
  bool operator==(const Path& other) const {
    return kind == other.kind && playable == other.playable && delay == other.delay;
  }
};

// The 16 samples between two grid points and those before them, for all voices.
struct Grid {
  float raw[kGrid];       // the input
  float shaped[kGrid];    // after trim and gate
  float last_raw[kGrid];  // of the grid before
  float last_shaped[kGrid];
  float level[kGrid];  // linear gains and knob positions, smoothed
  float low[kGrid];
  float high[kGrid];
  float knobs[protocol::kNumParams][kGrid];  // 0..1, what models are conditioned on

  // The sample `delay` (0 or 15) before sample i of this grid. [audio]
  float Raw(int i, int delay) const PEDAL_REALTIME {
    if (delay == 0) return raw[i];
    return i == kBlockDelay ? raw[0] : last_raw[i + 1];
  }
  float Shaped(int i, int delay) const PEDAL_REALTIME {
    if (delay == 0) return shaped[i];
    return i == kBlockDelay ? shaped[0] : last_shaped[i + 1];
  }
};

enum class StartFrom { kRest, kZero };
enum class Chain { kFull, kModelAlone };  // kModelAlone: `pedal render --raw`

class Voice {
 public:
  // Takes the storage for the state of any model. Allocates.
  void Prepare(Chain chain);

  // Begins a path at a grid point. knobs: the parameters' positions in 0..1, by
  // ParamId. [audio]
  void Start(const Path& path, StartFrom from, const float* knobs) PEDAL_REALTIME;

  // Goes on from where another voice is, which plays the same at another delay: begins
  // settled. [audio]
  void Adopt(const Voice& other) PEDAL_REALTIME;

  // Plays samples begin..end-1 of the grid into out[begin..end-1]. False where the
  // model gave a value that is not finite; the voice has then begun to fade to dry by
  // itself, from its last good sample. [audio]
  bool Process(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME;

  // Leaves the model at once and fades to dry from the last sample, within 10 ms.
  // [audio]
  void Trip() PEDAL_REALTIME;

  // The next model output becomes NaN, for tests of the above. [audio]
  void InjectNan() PEDAL_REALTIME { inject_nan_ = true; }

  const Path& path() const { return path_; }

 private:
  // Model output of samples begin..end-1; returns the first index that is not finite,
  // or `end`. [audio]
  int RunModel(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME;
  int RunBlock1(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME;
  int RunBlock16(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME;
  int RunCascade(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME;
  void Conditioning(const Grid& grid, int i, float* conditioning) const PEDAL_REALTIME;
  void RunChain(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME;
  void RunDry(const Grid& grid, int begin, int end, float* out) PEDAL_REALTIME;

  Path path_;
  Chain chain_ = Chain::kFull;
  AlignedFloats state_;
  float frame_in_[kGrid] = {};
  float frame_out_[kGrid] = {};
  Tilt tilt_;
  DcBlocker dc_blocker_;
  float last_out_ = 0.0f;
  float trip_from_ = 0.0f;
  int trip_left_ = 0;  // samples of the fade to dry that are still to come
  bool inject_nan_ = false;
};

// Raised cosine from 0 to 1 over `length` samples, at sample 0..length-1. [audio]
float RaisedCosine(int sample, int length) PEDAL_REALTIME;

}  // namespace pedal
