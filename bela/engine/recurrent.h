// One step of an LSTM or a GRU, all gates in one pass; the state lies with the caller,
// so that one set of weights can sound on two paths at once.
#pragma once
#include "engine/lstm_wide.h"
#include "engine/matvec.h"
#include "engine/model_spec.h"

namespace pedal {

class Recurrent {
 public:
  // Copies the weights of `spec` (kLstm or kGru, sizes already checked). Allocates.
  void Prepare(const LayerSpec& spec);

  // Floats of state, a whole number of cache lines; zeros are the state of a fresh
  // layer.
  int state_size() const { return state_size_; }

  // x: in() floats. state: state_size() floats on a cache line; its first out() floats
  // are the layer's output after the call. [audio]
  void Process(const float* x, float* state) const PEDAL_REALTIME;

  int in() const { return in_; }

  // Where in the state the cell of an LSTM lies, `padded()` floats; the hidden state,
  // as many, is at its start.
  int cell() const { return columns_end_; }
  int padded() const { return padded_; }

  // Lets Mix play with this dense layer of one output behind. False where that can't be
  // had here, and then Process must do. Allocates.
  bool PrepareMix(const LayerSpec& dense);

  // Plays `count` samples, the dense layer of PrepareMix included. x: (count, in());
  // out: (count). How samples are grouped changes no bit. [audio]
  void Mix(const float* x, int count, float* out, float* state) const PEDAL_REALTIME;

 private:
  void ProcessLstm(const float* x, float* state) const PEDAL_REALTIME;
  void ProcessGru(const float* x, float* state) const PEDAL_REALTIME;
  void PrepareLstm(const LayerSpec& spec);
  void PrepareGru(const LayerSpec& spec);

  LayerKind kind_ = LayerKind::kLstm;
  int in_ = 0;
  int padded_ = 0;       // units, up to whole vectors
  int columns_end_ = 0;  // floats of [h, x], up to a cache line
  int state_size_ = 0;
  MatVec gates_;        // LSTM: of [h, x]. GRU: of h
  MatVec input_gates_;  // GRU: of x
  AlignedFloats mix_;   // of PrepareMix: weights, then the bias
#if PEDAL_LSTM_WIDE
  LstmWide wide_;  // LSTM, in place of gates_
#endif
};

}  // namespace pedal
