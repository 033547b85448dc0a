// One layer of a network, whichever it is.
#pragma once
#include <vector>

#include "engine/conv1d.h"
#include "engine/dense.h"
#include "engine/model_spec.h"
#include "engine/recurrent.h"

namespace pedal {

class Layer {
 public:
  // Copies the weights of `spec`, which CheckLayer must have passed. Allocates.
  void Prepare(const LayerSpec& spec);

  // Floats of state, a whole number of cache lines; zeros are a fresh layer's.
  int state_size() const { return state_size_; }

  // x: in() floats on a cache line. state: state_size() floats on a cache line; its
  // first out() floats are the layer's output after the call. [audio]
  void Process(const float* x, float* state) const PEDAL_REALTIME;

  // Lets Mix play with this dense layer of one output behind. False where that can't be
  // had. Allocates.
  bool PrepareMix(const LayerSpec& dense);

  // See Recurrent::Mix; the state is this layer's. [audio]
  void Mix(const float* x, int count, float* out, float* state) const PEDAL_REALTIME {
    recurrent_.Mix(x, count, out, state);
  }

  // Multiply-accumulates a step; a prelu or batchnorm counts one a unit.
  float macs() const { return macs_; }

 private:
  void Recall(float* now, float* out, float* past) const PEDAL_REALTIME;
  void ProcessRecalled(const float* x, float* state) const PEDAL_REALTIME;

  LayerKind kind_ = LayerKind::kDense;
  Activation activation_ = Activation::kNone;
  int out_ = 0;
  int state_size_ = 0;
  float macs_ = 0.0f;
  Dense dense_;
  Recurrent recurrent_;
  Conv1d conv1d_;
  std::vector<float> slope_, shift_;  // prelu: the slope; batchnorm: both
  std::vector<float> recall_;         // (kRecall), or none
  // Where things lie in the state of a layer that recalls: its output, the recurrent
  // layer's own state, the states before the last.
  int own_ = 0, past_ = 0;
};

// nullptr where a layer can be prepared, else what is wrong with it, as half a
// sentence.
const char* CheckLayer(const LayerSpec& layer);

}  // namespace pedal
