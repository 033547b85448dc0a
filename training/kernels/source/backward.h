// The way back: from gradients of what came out to gradients of all that went in.
#pragma once

#include "layer.h"

namespace {

constexpr int kBlockSteps = 16;    // whose gradients wait in the cache for the weights'
constexpr int kMost = 4 * kUnits;  // rows that are gone back to at once

// A matrix for AccumulateBack: (rows, columns) as (tiles of kMost columns, rows,
// kMost), the last tile filled up with zeros.
inline void PackBack(const float* weight, int rows, int columns, float* packed) {
  for (int first = 0; first < columns; first += kMost) {
    for (int row = 0; row < rows; ++row) {
      for (int m = 0; m < kMost; ++m) {
        const int column = first + m;
        const int64_t place = static_cast<int64_t>(row) * columns + column;
        *packed++ = column < columns ? weight[place] : 0.0f;
      }
    }
  }
}

inline int64_t PackedBack(int rows, int columns) {
  return static_cast<int64_t>(rows) * ((columns + kMost - 1) / kMost) * kMost;
}

// to (columns, row) = or += weight^T * gradients. Of 4 H rows of gradients the first
// `common` are taken, then `rest` from row `skip` on.
template <int N, bool kAdd>
void GoBack(const float* packed, const float* gradients, int common, int skip, int rest,
            int columns, float* to) {
  constexpr int kRow = N * kWidth;
  for (int first = 0; first < columns; first += kMost) {
    Vector sums[kMost][N] = {};
    packed = AccumulateBack<N, kMost>(packed, gradients, common, sums);
    packed = AccumulateBack<N, kMost>(
        packed, gradients + static_cast<int64_t>(skip) * kRow, rest, sums);
    for (int m = 0; m < kMost && first + m < columns; ++m) {
      for (int n = 0; n < N; ++n) {
        float* place = to + (first + m) * kRow + n * kWidth;
        Store(place, kAdd ? Load(place) + sums[m][n] : sums[m][n]);
      }
    }
  }
}

// Sums over lanes kept as vectors: of the weights, (4 H, read), and of the head, (O,
// H).
struct Sums {
  float* weights;
  float* head;
};

// Packed matrices of the way back.
struct Back {
  const float* hidden;
  const float* input;  // null when nobody asks for the input's gradient
};

// From the gradient of a state to those of its gates, before their squashing.
// d_state: gradient of the new hidden units; becomes, for a GRU, what goes straight to
// the old ones. d_cell: of the new cells, becomes that of the old ones.
template <int N, bool kGru>
PEDAL_INLINE void Retreat(const Layer& layer, const float* gates, const float* before,
                          const float* after, const float* cell, float* d_state,
                          float* d_cell, float* d_gates) {
  const int64_t size = static_cast<int64_t>(layer.hidden) * N * kWidth;
  for (int64_t at = 0; at < size; at += kWidth) {
    const Vector a = Load(gates + at), keep = Load(gates + size + at);
    const Vector fresh = Load(gates + 2 * size + at), d = Load(gates + 3 * size + at);
    const Vector state = Load(d_state + at);
    if (kGru) {  // a: reset, d: recall
      const Vector d_fresh = state * (1.0f - keep) * (1.0f - fresh * fresh);
      Store(d_gates + at, d_fresh * d * a * (1.0f - a));
      Store(d_gates + size + at,
            state * (Load(before + at) - fresh) * keep * (1.0f - keep));
      Store(d_gates + 2 * size + at, d_fresh);
      Store(d_gates + 3 * size + at, d_fresh * a);
      Store(d_state + at, state * keep);
    } else {                                                  // a: inward, d: outward
      const Vector heard = Load(after + at) * Reciprocal(d);  // tanh of the new cell
      const Vector stored = Load(d_cell + at) + state * d * (1.0f - heard * heard);
      Store(d_gates + at, stored * fresh * a * (1.0f - a));
      Store(d_gates + size + at, stored * Load(cell + at) * keep * (1.0f - keep));
      Store(d_gates + 2 * size + at, stored * a * (1.0f - fresh * fresh));
      Store(d_gates + 3 * size + at, state * heard * d * (1.0f - d));
      Store(d_cell + at, stored * keep);
    }
  }
}

// Adds one block's share to the gradients of weights and biases.
template <int N, bool kGru>
void AddWeights(const Layer& layer, const Tape<N>& tape, int begin, int steps,
                const float* d_gates, const float* d_output, const Sums& sums) {
  constexpr int kRow = N * kWidth;
  const int hidden = layer.hidden, with_one = layer.inputs + 1;
  const int64_t gate_floats = static_cast<int64_t>(hidden) * kRow;
  const int64_t sum_row = static_cast<int64_t>(layer.read()) * kWidth;
  const int common = (kGru ? 2 : 4) * hidden;
  const Rows read{tape.Read(begin), tape.read_stride};
  Rows left{d_gates, 4 * gate_floats};
  Outer<N>(left, common, read, layer.read(), steps, sums.weights, sum_row);
  if (kGru) {  // the candidate's halves: one reads input and one, one reads one and
               // state
    left.data += 2 * gate_floats;
    float* half = sums.weights + 2 * hidden * sum_row;
    Outer<N>(left, hidden, read, with_one, steps, half, sum_row);
    left.data += gate_floats;
    half += hidden * sum_row + layer.inputs * kWidth;
    const Rows state{read.data + layer.inputs * kRow, read.stride};
    Outer<N>(left, hidden, state, hidden + 1, steps, half, sum_row);
  }
  if (layer.outputs) {
    const Rows above{d_output, static_cast<int64_t>(layer.outputs) * kRow};
    const Rows state{tape.Read(begin + 1) + with_one * kRow, tape.read_stride};
    Outer<N>(above, layer.outputs, state, hidden, steps, sums.head,
             static_cast<int64_t>(hidden) * kWidth);
  }
}

// d_state (H, row) += head^T * d_output (O, row).
template <int N>
void ProjectBack(const Layer& layer, const float* head, const float* d_output,
                 float* d_state) {
  for (int place = 0; place < layer.outputs; ++place) {
    const float* lanes = d_output + place * N * kWidth;
    for (int unit = 0; unit < layer.hidden; ++unit) {
      const Vector weight = All(*head++);
      for (int n = 0; n < N; ++n) {
        float* to = d_state + (unit * N + n) * kWidth;
        Store(to, Load(to) + weight * Load(lanes + n * kWidth));
      }
    }
  }
}

// Floats that a chunk of N vectors needs on its way back.
template <int N>
int64_t ScratchBack(const Layer& layer) {
  const int64_t width = layer.outputs ? layer.outputs : layer.hidden;
  const int64_t rows = kBlockSteps * (4 * layer.hidden + width) + 2 * layer.hidden;
  return (rows + layer.inputs) * N * kWidth;
}

template <int N, bool kGru>
void ReturnChunk(const Chunk<N>& chunk, const PedalBackward& call, const Back& back,
                 const Tape<N>& tape, const Sums& sums, float* scratch) {
  constexpr int kRow = N * kWidth;
  const Layer& layer = chunk.layer;
  const int hidden = layer.hidden, width = layer.outputs ? layer.outputs : hidden;
  const int64_t gate_floats = static_cast<int64_t>(hidden) * kRow;
  const int common = (kGru ? 2 : 4) * hidden, rest = kGru ? hidden : 0;
  float* d_state = scratch;
  float* d_cell = d_state + gate_floats;
  float* d_audio = d_cell + gate_floats;
  float* d_gates = d_audio + layer.inputs * kRow;
  float* d_output = d_gates + kBlockSteps * 4 * gate_floats;
  chunk.Gather(call.d_last_hidden, hidden, d_state);
  if (!kGru) chunk.Gather(call.d_last_cell, hidden, d_cell);
  for (int end = layer.steps; end > 0; end -= kBlockSteps) {
    const int begin = end < kBlockSteps ? 0 : end - kBlockSteps;
    for (int step = end - 1; step >= begin; --step) {
      const int64_t moment = static_cast<int64_t>(step) * layer.lanes;
      float* above = d_output + static_cast<int64_t>(step - begin) * width * kRow;
      float* gates = d_gates + (step - begin) * 4 * gate_floats;
      chunk.Gather(call.d_output + moment * width, width, above);
      if (layer.outputs) {
        ProjectBack<N>(layer, call.head, above, d_state);
      } else {
        for (int64_t at = 0; at < gate_floats; at += kWidth) {
          Store(d_state + at, Load(d_state + at) + Load(above + at));
        }
      }
      const int state = (layer.inputs + 1) * kRow;
      Retreat<N, kGru>(layer, tape.Gates(step), tape.Read(step) + state,
                       tape.Read(step + 1) + state, tape.Cells(step), d_state, d_cell,
                       gates);
      GoBack<N, kGru>(back.hidden, gates, common, 3 * hidden, rest, hidden, d_state);
      if (back.input) {
        GoBack<N, false>(back.input, gates, common, 2 * hidden, rest, layer.inputs,
                         d_audio);
        chunk.Scatter(d_audio, layer.inputs, call.d_audio + moment * layer.inputs);
      }
    }
    AddWeights<N, kGru>(layer, tape, begin, end - begin, d_gates, d_output, sums);
  }
  chunk.Scatter(d_state, hidden, call.d_hidden);
  if (!kGru) chunk.Scatter(d_cell, hidden, call.d_cell);
}

// Adds the lanes together and hands the sums out as torch orders them.
inline void HandOut(const Layer& layer, const Sums& sums, const PedalBackward& call) {
  const int hidden = layer.hidden, inputs = layer.inputs, columns = layer.read();
  const int rows = layer.gates() * hidden;
  for (int row = 0; row < rows; ++row) {
    // A GRU's candidate has its hidden half in the fourth quarter.
    const int state_row = layer.gru && row >= 2 * hidden ? row + hidden : row;
    const float* of_input = sums.weights + static_cast<int64_t>(row) * columns * kWidth;
    const float* of_state =
        sums.weights + static_cast<int64_t>(state_row) * columns * kWidth;
    for (int column = 0; column < inputs; ++column) {
      call.d_input_weight[row * inputs + column] =
          Sum(Load(of_input + column * kWidth));
    }
    call.d_input_bias[row] = Sum(Load(of_input + inputs * kWidth));
    call.d_hidden_bias[row] = Sum(Load(of_state + inputs * kWidth));
    for (int unit = 0; unit < hidden; ++unit) {
      call.d_hidden_weight[row * hidden + unit] =
          Sum(Load(of_state + (inputs + 1 + unit) * kWidth));
    }
  }
  for (int at = 0; at < layer.outputs * hidden; ++at) {
    call.d_head[at] = Sum(Load(sums.head + static_cast<int64_t>(at) * kWidth));
  }
}

}  // namespace
