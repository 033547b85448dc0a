// The way there: gates, state and output, step by step.
#pragma once

#include "layer.h"

namespace {

// Input and hidden weights, and the sum's start, in the order they are read in.
// (tiles of U units, I + H, U, G), then (H, 4): the biases.
inline void PackForward(const Layer& layer, const PedalForward& call, float* packed) {
  const int gates = layer.gates(), hidden = layer.hidden;
  for (int unit = 0; unit < hidden;) {
    const int units = hidden - unit < kUnits ? 1 : kUnits;
    for (int column = 0; column < layer.inputs + hidden; ++column) {
      const bool input = column < layer.inputs;
      const float* weight = input ? call.input_weight : call.hidden_weight;
      const int width = input ? layer.inputs : hidden;
      const int place = input ? column : column - layer.inputs;
      for (int u = 0; u < units; ++u) {
        for (int gate = 0; gate < gates; ++gate) {
          *packed++ =
              weight[static_cast<int64_t>(gate * hidden + unit + u) * width + place];
        }
      }
    }
    unit += units;
  }
  for (int unit = 0; unit < hidden; ++unit) {
    for (int gate = 0; gate < gates; ++gate) {
      const float from_input = call.input_bias[gate * hidden + unit];
      const float from_hidden = call.hidden_bias[gate * hidden + unit];
      const bool apart = layer.gru && gate == 2;
      packed[4 * unit + gate] = apart ? from_input : from_input + from_hidden;
      if (apart) packed[4 * unit + 3] = from_hidden;
    }
  }
}

// The units' next state from the sums of their gates. All pointers: at the first unit.
template <int N, int U, bool kGru>
PEDAL_INLINE void Advance(const Vector (&sums)[U][4][N], int64_t gate_floats,
                          const float* before, float* after, float* gates,
                          const float* cell, float* next_cell) {
  for (int at = 0; at < U * N; ++at) {
    const Vector* sum = &sums[at / N][0][at % N];
    const int64_t here = at * kWidth;
    if (kGru) {
      const Vector reset = Sigmoid(sum[0]), keep = Sigmoid(sum[N]), recall = sum[3 * N];
      const Vector fresh = Tanh(sum[2 * N] + reset * recall);
      Store(after + here, fresh + keep * (Load(before + here) - fresh));
      Store(gates + here, reset);
      Store(gates + gate_floats + here, keep);
      Store(gates + 2 * gate_floats + here, fresh);
      Store(gates + 3 * gate_floats + here, recall);
    } else {
      const Vector inward = Sigmoid(sum[0]), keep = Sigmoid(sum[N]);
      const Vector fresh = Tanh(sum[2 * N]), outward = Sigmoid(sum[3 * N]);
      const Vector stored = keep * Load(cell + here) + inward * fresh;
      Store(next_cell + here, stored);
      Store(after + here, outward * Tanh(stored));
      Store(gates + here, inward);
      Store(gates + gate_floats + here, keep);
      Store(gates + 2 * gate_floats + here, fresh);
      Store(gates + 3 * gate_floats + here, outward);
    }
  }
}

// One tile of U units of one step.   returns: the next tile's weights.
template <int N, int U, bool kGru>
PEDAL_INLINE const float* StepTile(const Layer& layer, const float* weights,
                                   const float* bias, const Tape<N>& tape, int step,
                                   int unit) {
  constexpr int kRow = N * kWidth;
  Vector sums[U][4][N];
  for (int u = 0; u < U; ++u) {
    for (int gate = 0; gate < 4; ++gate) {
      for (int n = 0; n < N; ++n) sums[u][gate][n] = All(bias[4 * (unit + u) + gate]);
    }
  }
  const float* read = tape.Read(step);
  const float* state = read + (layer.inputs + 1) * kRow;
  constexpr int kGates = kGru ? 3 : 4;
  weights = Accumulate<N, U, kGates, 2>(weights, read, layer.inputs, sums);
  weights = Accumulate < N, U, kGates,
  kGru ? 3 : 2 > (weights, state, layer.hidden, sums);
  const int64_t here = static_cast<int64_t>(unit) * kRow;
  float* next = tape.Read(step + 1) + (layer.inputs + 1) * kRow;
  Advance<N, U, kGru>(sums, static_cast<int64_t>(layer.hidden) * kRow, state + here,
                      next + here, tape.Gates(step) + here, tape.Cells(step) + here,
                      tape.Cells(step + 1) + here);
  return weights;
}

// output (O, row) = head (O, H) * hidden (H, row).
template <int N>
void Project(const Layer& layer, const float* head, const float* hidden,
             float* output) {
  for (int place = 0; place < layer.outputs; ++place) {
    Vector sums[N] = {};
    for (int unit = 0; unit < layer.hidden; ++unit) {
      const Vector weight = All(*head++);
      const float* lanes = hidden + unit * N * kWidth;
      for (int n = 0; n < N; ++n) sums[n] += weight * Load(lanes + n * kWidth);
    }
    for (int n = 0; n < N; ++n) Store(output + (place * N + n) * kWidth, sums[n]);
  }
}

template <int N, bool kGru>
void PlayChunk(const Chunk<N>& chunk, const PedalForward& call, const float* packed,
               const Tape<N>& tape, float* scratch) {
  constexpr int kRow = N * kWidth;
  const Layer& layer = chunk.layer;
  const int hidden = layer.hidden, first_hidden = (layer.inputs + 1) * kRow;
  const int width = layer.outputs ? layer.outputs : hidden;
  const float* bias =
      packed + static_cast<int64_t>(layer.inputs + hidden) * hidden * layer.gates();
  chunk.Gather(call.hidden, hidden, tape.Read(0) + first_hidden);
  if (!kGru) chunk.Gather(call.cell, hidden, tape.Cells(0));
  for (int step = 0; step < layer.steps; ++step) {
    const int64_t moment = static_cast<int64_t>(step) * layer.lanes;
    float* read = tape.Read(step);
    chunk.Gather(call.audio + moment * layer.inputs, layer.inputs, read);
    for (int n = 0; n < N; ++n) {
      Store(read + layer.inputs * kRow + n * kWidth, All(1.0f));
    }
    const float* weights = packed;
    int unit = 0;
    for (; unit + kUnits <= hidden; unit += kUnits) {
      weights = StepTile<N, kUnits, kGru>(layer, weights, bias, tape, step, unit);
    }
    for (; unit < hidden; ++unit) {
      weights = StepTile<N, 1, kGru>(layer, weights, bias, tape, step, unit);
    }
    const float* next = tape.Read(step + 1) + first_hidden;
    if (layer.outputs) Project<N>(layer, call.head, next, scratch);
    chunk.Scatter(layer.outputs ? scratch : next, width, call.output + moment * width);
  }
  chunk.Scatter(tape.Read(layer.steps) + first_hidden, hidden, call.last_hidden);
  if (!kGru) chunk.Scatter(tape.Cells(layer.steps), hidden, call.last_cell);
}

}  // namespace
