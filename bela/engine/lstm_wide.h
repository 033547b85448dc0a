// LSTM steps where a vector holds eight floats (AVX2): the gates of a tile of units and
// at once their cells, several samples a call.
#pragma once
#include "engine/aligned.h"
#include "engine/model_spec.h"
#include "engine/realtime.h"

#if defined(__AVX2__) && defined(__FMA__)
#define PEDAL_LSTM_WIDE 1

namespace pedal {

class LstmWide {
 public:
  // Samples to play: x (count, in). Where mix is not nullptr, out[n] becomes mix times
  // the output of step n, plus mix[padded()]; mix: on a cache line.
  struct Samples {
    const float* x;
    int count;
    const float* mix;
    float* out;
  };

  // Copies the weights of `spec` (kLstm, sizes already checked). Allocates.
  void Prepare(const LayerSpec& spec);

  // Units, up to whole vectors.
  int padded() const { return kLanes * vecs_; }

  // h, c: padded() floats each on a cache line, zeros for a fresh layer; h is the
  // output of the last step. How samples are grouped changes no bit. [audio]
  void Process(const Samples& samples, float* h, float* c) const PEDAL_REALTIME {
    kernel_({weights_.data(), vecs_, in_}, samples, h, c);
  }

 private:
  struct Weights {
    const float* data;
    int vecs, in;
  };
  using Kernel = void (*)(const Weights& weights, const Samples& samples, float* h,
                          float* c);
  template <int kVecs>
  static void RunFew(const Weights& weights, const Samples& samples, float* h,
                     float* c);
  template <int kVecs>
  static void RunMany(const Weights& weights, const Samples& samples, float* h,
                      float* c);
  static Kernel Choose(int vecs);

  int vecs_ = 0, in_ = 0;
  AlignedFloats weights_;
  Kernel kernel_ = nullptr;
};

}  // namespace pedal
#endif
