// What a bank costs on the machine that plays it, and whether that can be paid (design
// decision 15).
#pragma once
#include <string>

#include "engine/bank.h"

namespace pedal {

// "" where a crossfade that costs `cost_us` may play at this period (samples), else the
// refusal, saying by how much.
std::string CostProblem(const std::string& folder, float cost_us, int period);

// The worst that a switch may bring into one period, in us: the dearest model plays
// and the dearest comes in (a block-16 model then plays history too), alternately, as
// two do not share a small cache. Measured on this machine, for about half a second at
// most; 0 for an empty bank. period: samples. before: a bank whose models may play
// while one of this comes in. [loader]
float MeasureCostUs(const Bank& bank, int period, const Bank* before);

}  // namespace pedal
