// The recurrent kernel against float64 and numeric gradients, for emulated processors.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "recurrent.h"

extern "C" const PedalPath* const pedal_paths[];

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;
constexpr int kSteps = 9, kLanes = 13, kInputs = 2, kHidden = 7;

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// Numbers within +-scale, the same on every machine.
Floats Drawn(int count, float scale) {
  static uint32_t state = 1;
  Floats drawn(count);
  for (float& value : drawn) {
    state = state * 1664525u + 1013904223u;
    value = scale * (static_cast<int32_t>(state) / 2147483648.0f);
  }
  return drawn;
}

struct Case {
  explicit Case(bool is_gru)
      : gru(is_gru),
        gates(is_gru ? 3 : 4),
        audio(Drawn(kSteps * kLanes * kInputs, 1.0f)),
        hidden(Drawn(kLanes * kHidden, 0.5f)),
        cell(Drawn(kLanes * kHidden, 0.5f)),
        input_weight(Drawn(gates * kHidden * kInputs, 0.7f)),
        hidden_weight(Drawn(gates * kHidden * kHidden, 0.5f)),
        input_bias(Drawn(gates * kHidden, 1.0f)),
        hidden_bias(Drawn(gates * kHidden, 1.0f)),
        head(Drawn(kHidden, 1.0f)),
        wanted(Drawn(kSteps * kLanes, 1.0f)) {}

  bool gru;
  int gates;
  Floats audio, hidden, cell, input_weight, hidden_weight, input_bias, hidden_bias,
      head;
  Floats wanted;  // the loss is the output times this, summed
};

// One lane's step in float64.
void Step(const Case& c, const Doubles& from_input, const Doubles& from_hidden,
          const float* audio, Doubles& hidden, Doubles& cell) {
  Doubles next(kHidden);
  for (int unit = 0; unit < kHidden; ++unit) {
    double a[4] = {}, b[4] = {};
    for (int gate = 0; gate < c.gates; ++gate) {
      const int row = gate * kHidden + unit;
      a[gate] = c.input_bias[row];
      b[gate] = c.hidden_bias[row];
      for (int i = 0; i < kInputs; ++i)
        a[gate] += from_input[row * kInputs + i] * audio[i];
      for (int h = 0; h < kHidden; ++h)
        b[gate] += from_hidden[row * kHidden + h] * hidden[h];
    }
    if (c.gru) {
      const double reset = Sigmoid(a[0] + b[0]), keep = Sigmoid(a[1] + b[1]);
      const double fresh = std::tanh(a[2] + reset * b[2]);
      next[unit] = fresh + keep * (hidden[unit] - fresh);
    } else {
      cell[unit] = Sigmoid(a[1] + b[1]) * cell[unit] +
                   Sigmoid(a[0] + b[0]) * std::tanh(a[2] + b[2]);
      next[unit] = Sigmoid(a[3] + b[3]) * std::tanh(cell[unit]);
    }
  }
  hidden = next;
}

double Loss(const Case& c, const Doubles& from_input, const Doubles& from_hidden) {
  double loss = 0.0;
  for (int lane = 0; lane < kLanes; ++lane) {
    const float* begin = c.hidden.data() + lane * kHidden;
    Doubles hidden(begin, begin + kHidden);
    begin = c.cell.data() + lane * kHidden;
    Doubles cell(begin, begin + kHidden);
    for (int step = 0; step < kSteps; ++step) {
      const int moment = step * kLanes + lane;
      Step(c, from_input, from_hidden, &c.audio[moment * kInputs], hidden, cell);
      for (int unit = 0; unit < kHidden; ++unit) {
        loss += c.head[unit] * hidden[unit] * c.wanted[moment];
      }
    }
  }
  return loss;
}

// The largest difference of a gradient, over the largest gradient.
double Worst(const Case& c, const Floats& by_input, const Floats& by_hidden) {
  constexpr double kNudge = 1e-5;
  Doubles weights[2] = {{c.input_weight.begin(), c.input_weight.end()},
                        {c.hidden_weight.begin(), c.hidden_weight.end()}};
  const Floats* found[2] = {&by_input, &by_hidden};
  double worst = 0.0, largest = 0.0;
  for (int which = 0; which < 2; ++which) {
    for (size_t at = 0; at < weights[which].size(); ++at) {
      const double kept = weights[which][at];
      weights[which][at] = kept + kNudge;
      const double above = Loss(c, weights[0], weights[1]);
      weights[which][at] = kept - kNudge;
      const double below = Loss(c, weights[0], weights[1]);
      weights[which][at] = kept;
      const double gradient = (above - below) / (2.0 * kNudge);
      worst = std::fmax(worst, std::fabs(gradient - (*found[which])[at]));
      largest = std::fmax(largest, std::fabs(gradient));
    }
  }
  return worst / largest;
}

double Check(const PedalPath& path, const Case& c) {
  const PedalSizes sizes{c.gru, kSteps, kLanes, kInputs, kHidden, 1};
  void* tape = nullptr;
  if (posix_memalign(&tape, 64, path.tape_floats(&sizes) * sizeof(float))) return 1.0;
  Floats output(kSteps * kLanes), last(kLanes * kHidden), last_cell(last);
  const PedalForward there{
      c.audio.data(),        c.hidden.data(),        c.cell.data(),
      c.input_weight.data(), c.hidden_weight.data(), c.input_bias.data(),
      c.hidden_bias.data(),  c.head.data(),          output.data(),
      last.data(),           last_cell.data(),       static_cast<float*>(tape)};
  path.forward(&sizes, &there);
  const Floats nothing(kLanes * kHidden);
  Floats audio(c.audio), hidden(c.hidden), cell(c.cell), by_input(c.input_weight);
  Floats by_hidden(c.hidden_weight), bias(c.input_bias), other(c.hidden_bias),
      head(c.head);
  const PedalBackward back{c.input_weight.data(),
                           c.hidden_weight.data(),
                           c.head.data(),
                           static_cast<float*>(tape),
                           c.wanted.data(),
                           nothing.data(),
                           nothing.data(),
                           audio.data(),
                           hidden.data(),
                           cell.data(),
                           by_input.data(),
                           by_hidden.data(),
                           bias.data(),
                           other.data(),
                           head.data()};
  path.backward(&sizes, &back);
  free(tape);
  return Worst(c, by_input, by_hidden);
}

}  // namespace

int main() {
  double worst = 0.0;
  for (const PedalPath* const* path = pedal_paths; *path; ++path) {
    for (const bool gru : {false, true}) {
      const double found = Check(**path, Case(gru));
      std::printf("%s %s: %.2g\n", (*path)->name, gru ? "gru" : "lstm", found);
      worst = std::fmax(worst, found);
    }
  }
  return worst < 1e-5 ? 0 : 1;
}
