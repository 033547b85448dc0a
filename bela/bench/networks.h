// What is benched: networks of random weights, always the same, a plucked string to
// play through them, and how far an output is from float64.
#pragma once
#include <vector>

#include "engine/model_spec.h"

namespace pedal_bench {

// An LSTM of `units` with a dense layer behind it; frames: 1 or 16.
pedal::ModelSpec RandomLstm(int units, int frames);

// `count` samples of a plucked string, plucked anew every 0.2 s.
std::vector<float> Plucks(int count);

// Energy of the error of `found` over that of what float64 gives for `in`, without its
// mean, in dB. spec: as RandomLstm's.
double ErrorDb(const pedal::ModelSpec& spec, const std::vector<float>& in,
               const std::vector<float>& found);

// True where ErrorDb and RTNeural know what to do: one LSTM, one dense layer
// without activation behind it, and nothing else.
bool IsPlainLstm(const pedal::ModelSpec& spec);

}  // namespace pedal_bench
