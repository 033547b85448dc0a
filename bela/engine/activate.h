// What bends the output of a layer.
#pragma once
#include "engine/model_spec.h"
#include "engine/realtime.h"

namespace pedal {

// x: `units` floats on a cache line, up to whole vectors, bent in place. What lies
// between the last unit and the vector's end is undefined afterwards. [audio]
void Activate(Activation activation, float* x, int units) PEDAL_REALTIME;

}  // namespace pedal
