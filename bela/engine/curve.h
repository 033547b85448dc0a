// A parameter's curve in both directions: position 0..1 of a knob, value in its unit.
#pragma once
#include <cmath>

#include "engine/protocol.h"
#include "engine/realtime.h"

namespace pedal {

inline float ValueAt(const protocol::Param& param, float position) PEDAL_REALTIME {
  if (param.curve == protocol::Curve::kExponential)
    return param.min * std::pow(param.max / param.min, position);
  return param.min + (param.max - param.min) * position;
}

inline float PositionOf(const protocol::Param& param, float value) PEDAL_REALTIME {
  if (param.curve == protocol::Curve::kExponential)
    return std::log(value / param.min) / std::log(param.max / param.min);
  return (value - param.min) / (param.max - param.min);
}

}  // namespace pedal
