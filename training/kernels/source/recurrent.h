// The C face of the recurrent kernel: an LSTM or GRU over a sequence, there and back.
#pragma once

#include <cstdint>

extern "C" {

// Row-major float32, as torch has it. T steps, B lanes, I inputs, H hidden units, O
// outputs; gates in torch's order, G of them: LSTM i f g o, GRU r z n.
struct PedalSizes {
  int32_t gru;  // 0 LSTM, 1 GRU
  int32_t steps, lanes, inputs, hidden;
  int32_t
      outputs;  // of a dense layer without bias on top; 0: the hidden units come out
};

struct PedalForward {
  const float* audio;          // (T, B, I)
  const float* hidden;         // (B, H)
  const float* cell;           // (B, H), LSTM only
  const float* input_weight;   // (G * H, I)
  const float* hidden_weight;  // (G * H, H)
  const float* input_bias;     // (G * H)
  const float* hidden_bias;    // (G * H)
  const float* head;           // (O, H)
  float* output;               // (T, B, O), or (T, B, H)
  float* last_hidden;          // (B, H)
  float* last_cell;            // (B, H), LSTM only
  float* tape;                 // what the way back needs, 64-byte aligned, or null
};

struct PedalBackward {
  const float* input_weight;
  const float* hidden_weight;
  const float* head;
  const float* tape;      // read only, so it may be gone through again
  const float* d_output;  // gradients of the loss by what came out
  const float* d_last_hidden;
  const float* d_last_cell;
  float* d_audio;  // and by what went in; this one may be null
  float* d_hidden;
  float* d_cell;
  float* d_input_weight;
  float* d_hidden_weight;
  float* d_input_bias;
  float* d_hidden_bias;
  float* d_head;
};

// One instruction set. Functions return 0, or 1 when memory is short.
struct PedalPath {
  const char* name;
  int (*supported)();
  int64_t (*tape_floats)(const PedalSizes*);
  int (*forward)(const PedalSizes*, const PedalForward*);
  int (*backward)(const PedalSizes*, const PedalBackward*);
};
}
