// LSTM and GRU steps. All sigmoids are tanh of half the argument: the weights of those
// gates are halved at load.
//
// With N/D for tanh (engine/rational.h), sigmoid = (N + D) / 2D, and the fractions of a
// cell are put over common denominators: two divisions a unit for an LSTM instead of
// five. After reference/cortex-a8.md, section 7.
#include "engine/recurrent.h"

#include "engine/rational.h"

namespace pedal {
namespace {

int ToCacheLine(int floats) {
  const int line = static_cast<int>(kAlignment / sizeof(float));
  return (floats + line - 1) / line * line;
}

#if !PEDAL_LSTM_WIDE

// c' = f c + i g ; h = o tanh(c'). Gates in i, f, g, o order, each `padded` floats.
void LstmCell(const float* gates, float* c, float* h, int padded) {
  const Vec half = Splat(0.5f);
  for (int k = 0; k < padded; k += kLanes) {
    const Fraction i = Tanh(Load(gates + k));
    const Fraction f = Tanh(Load(gates + padded + k));
    const Fraction g = Tanh(Load(gates + 2 * padded + k));
    const Fraction o = Tanh(Load(gates + 3 * padded + k));
    const Vec input = Mul(Add(i.numerator, i.denominator), g.numerator);
    const Vec input_denominator = Mul(i.denominator, g.denominator);
    const Vec keep = Mul(Add(f.numerator, f.denominator), Load(c + k));
    const Vec sum = MulAdd(Mul(keep, input_denominator), input, f.denominator);
    const Vec cell = Divide(Mul(half, sum), Mul(input_denominator, f.denominator));
    Store(c + k, cell);
    const Fraction t = Tanh(cell);
    const Vec out = Mul(Mul(half, Add(o.numerator, o.denominator)), t.numerator);
    Store(h + k, Divide(out, Mul(o.denominator, t.denominator)));
  }
}

#endif

// n = tanh(nx + r nh) ; h' = n + z (h - n). Gates in z, r, n order.
void GruCell(const float* of_state, const float* of_input, float* h, int padded) {
  const Vec half = Splat(0.5f);
  for (int k = 0; k < padded; k += kLanes) {
    const Fraction z = Tanh(Add(Load(of_state + k), Load(of_input + k)));
    const Fraction r =
        Tanh(Add(Load(of_state + padded + k), Load(of_input + padded + k)));
    const Vec reset = Mul(half, Divide(Add(r.numerator, r.denominator), r.denominator));
    const Fraction n = Tanh(MulAdd(Load(of_input + 2 * padded + k), reset,
                                   Load(of_state + 2 * padded + k)));
    const Vec candidate = Divide(n.numerator, n.denominator);
    const Vec update =
        Mul(half, Divide(Add(z.numerator, z.denominator), z.denominator));
    const Vec old = Load(h + k);
    const Vec minus_candidate = Mul(Splat(-1.0f), candidate);
    Store(h + k, MulAdd(candidate, update, Add(old, minus_candidate)));
  }
}

}  // namespace

void Recurrent::Prepare(const LayerSpec& spec) {
  kind_ = spec.kind;
  in_ = spec.in;
  padded_ = PadToLanes(spec.out);
  columns_end_ = ToCacheLine(padded_ + in_);
  if (kind_ == LayerKind::kLstm) {
    state_size_ = ToCacheLine(columns_end_ + padded_ + 4 * padded_);
    PrepareLstm(spec);
  } else {
    state_size_ = ToCacheLine(columns_end_ + 6 * padded_);
    PrepareGru(spec);
  }
}

#if PEDAL_LSTM_WIDE

void Recurrent::PrepareLstm(const LayerSpec& spec) { wide_.Prepare(spec); }

bool Recurrent::PrepareMix(const LayerSpec& dense) {
  if (kind_ != LayerKind::kLstm || dense.out != 1) return false;
  mix_.Prepare(static_cast<std::size_t>(padded_) + 1);
  for (int k = 0; k < dense.in; ++k) mix_.data()[k] = dense.kernel[k];
  mix_.data()[padded_] = dense.bias[0];
  return true;
}

void Recurrent::Mix(const float* x, int count, float* out,
                    float* state) const PEDAL_REALTIME {
  wide_.Process({x, count, mix_.data(), out}, state, state + columns_end_);
}

// State: h (columns_end_), c (padded_).
void Recurrent::ProcessLstm(const float* x, float* state) const PEDAL_REALTIME {
  wide_.Process({x, 1, nullptr, nullptr}, state, state + columns_end_);
}

#else

bool Recurrent::PrepareMix(const LayerSpec&) { return false; }

void Recurrent::Mix(const float*, int, float*, float*) const PEDAL_REALTIME {}

void Recurrent::PrepareLstm(const LayerSpec& spec) {
  const int units = spec.out, width = 4 * units;
  gates_.Prepare(4 * padded_, padded_ + in_);
  for (int gate = 0; gate < 4; ++gate) {
    const float scale = gate == 2 ? 1.0f : 0.5f;
    for (int u = 0; u < units; ++u) {
      const int row = gate * padded_ + u, from = gate * units + u;
      for (int k = 0; k < units; ++k)
        gates_.SetWeight(row, k, scale * spec.recurrent[k * width + from]);
      for (int k = 0; k < in_; ++k)
        gates_.SetWeight(row, padded_ + k, scale * spec.kernel[k * width + from]);
      gates_.SetBias(row, scale * spec.bias[from]);
    }
  }
}

// State: [h, x] (columns_end_), c (padded_), gates (4 padded_).
void Recurrent::ProcessLstm(const float* x, float* state) const PEDAL_REALTIME {
  float* c = state + columns_end_;
  float* gates = c + padded_;
  for (int k = 0; k < in_; ++k) state[padded_ + k] = x[k];
  gates_.Process(state, gates);
  LstmCell(gates, c, state, padded_);
}

#endif

void Recurrent::PrepareGru(const LayerSpec& spec) {
  const int units = spec.out, width = 3 * units;
  gates_.Prepare(3 * padded_, padded_);
  input_gates_.Prepare(3 * padded_, in_);
  for (int gate = 0; gate < 3; ++gate) {
    const float scale = gate == 2 ? 1.0f : 0.5f;
    for (int u = 0; u < units; ++u) {
      const int row = gate * padded_ + u, from = gate * units + u;
      for (int k = 0; k < units; ++k)
        gates_.SetWeight(row, k, scale * spec.recurrent[k * width + from]);
      for (int k = 0; k < in_; ++k)
        input_gates_.SetWeight(row, k, scale * spec.kernel[k * width + from]);
      input_gates_.SetBias(row, scale * spec.bias[from]);
      gates_.SetBias(row, scale * spec.bias[width + from]);
    }
  }
}

void Recurrent::Process(const float* x, float* state) const PEDAL_REALTIME {
  if (kind_ == LayerKind::kLstm)
    ProcessLstm(x, state);
  else
    ProcessGru(x, state);
}

// State: h (columns_end_), gates of h, gates of x (3 padded_ each).
void Recurrent::ProcessGru(const float* x, float* state) const PEDAL_REALTIME {
  float* of_state = state + columns_end_;
  float* of_input = of_state + 3 * padded_;
  gates_.Process(state, of_state);
  input_gates_.Process(x, of_input);
  GruCell(of_state, of_input, state, padded_);
}

}  // namespace pedal
