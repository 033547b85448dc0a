// What the weights of a cascade must be.
#include "engine/cascade.h"
#include "engine/finite.h"

namespace pedal {
namespace {

bool AllBetween(const std::vector<float>& values, float least, float most) {
  for (float v : values)
    if (!IsFinite(v) || !(v >= least && v <= most)) return false;
  return true;
}

constexpr float kLargest = 1e30f;
constexpr float kSlowest = 0.99999994f;  // the largest float32 below 1

const char* CheckLayer(const CascadeSpec::Layer& layer, int in, int hints) {
  const int units = layer.units;
  if (units < 1 || units > kMaxCascadeUnits) return "a cascade has not 1 to 32 units";
  const std::size_t h = static_cast<std::size_t>(units);
  const std::size_t hinted = static_cast<std::size_t>(hints) * h;
  if (layer.weight.size() != static_cast<std::size_t>(in) * h ||
      layer.bias.size() != h || layer.pole.size() != h || layer.slew.size() != h ||
      layer.lift.size() != hinted || layer.shift.size() != hinted ||
      layer.stretch.size() != hinted ||
      layer.reweight.size() != static_cast<std::size_t>(in) * hinted)
    return "a cascade's weights have the wrong size";
  if (!AllBetween(layer.pole, 0.0f, kSlowest)) return "a pole is not in [0, 1)";
  if (!AllBetween(layer.slew, 0.0f, kLargest)) return "a slew is not 0 or above";
  if (!AllBetween(layer.weight, -kLargest, kLargest) ||
      !AllBetween(layer.bias, -kLargest, kLargest) ||
      !AllBetween(layer.lift, -kLargest, kLargest) ||
      !AllBetween(layer.shift, -kLargest, kLargest) ||
      !AllBetween(layer.stretch, -kLargest, kLargest) ||
      !AllBetween(layer.reweight, -kLargest, kLargest))
    return "a weight is not a finite number";
  return nullptr;
}

}  // namespace

const char* CheckCascade(const CascadeSpec& spec, int conditioning) {
  if (spec.taps < 1 || spec.taps > kMaxTaps) return "there are not 1 to 16 taps";
  if (spec.pole.empty() || spec.pole.size() > static_cast<std::size_t>(kMaxTaps))
    return "there are not 1 to 16 poles of the input";
  if (!AllBetween(spec.pole, 0.0f, kSlowest)) return "a pole is not in [0, 1)";
  if (spec.layers.empty() ||
      spec.layers.size() > static_cast<std::size_t>(kMaxCascades))
    return "there are not 1 to 8 cascades";
  if (spec.hints < 0 || spec.hints > kMaxHints ||
      (spec.hints > 0) != (conditioning > 0))
    return "there are not 1 to 16 hints, or hints without knobs";
  if (spec.hint_weight.size() != static_cast<std::size_t>(spec.hints) *
                                     static_cast<std::size_t>(conditioning) ||
      spec.hint_bias.size() != static_cast<std::size_t>(spec.hints))
    return "the hints' weights have the wrong size";
  if (spec.stretch.size() != static_cast<std::size_t>(spec.hints) * spec.pole.size())
    return "the poles' stretch has the wrong size";
  int in = spec.taps + static_cast<int>(spec.pole.size());
  std::size_t features = static_cast<std::size_t>(in);
  for (const CascadeSpec::Layer& layer : spec.layers) {
    if (const char* wrong = CheckLayer(layer, in, spec.hints)) return wrong;
    in = 2 * layer.units;
    features += static_cast<std::size_t>(in);
  }
  if (spec.mix.size() != features ||
      spec.remix.size() != features * static_cast<std::size_t>(spec.hints))
    return "the mix has the wrong size";
  const std::size_t couplers = spec.coupler_pole.size();
  if (couplers < 1 || couplers > static_cast<std::size_t>(kMaxTaps) ||
      spec.depth.size() != couplers)
    return "there are not 1 to 16 poles of the output";
  if (!AllBetween(spec.coupler_pole, 0.0f, kSlowest)) return "a pole is not in [0, 1)";
  if (!AllBetween(spec.depth, -kLargest, kLargest) ||
      !AllBetween(spec.stretch, -kLargest, kLargest) ||
      !AllBetween(spec.mix, -kLargest, kLargest) ||
      !AllBetween(spec.remix, -kLargest, kLargest) ||
      !AllBetween(spec.hint_weight, -kLargest, kLargest) ||
      !AllBetween(spec.hint_bias, -kLargest, kLargest))
    return "a weight is not a finite number";
  return nullptr;
}

}  // namespace pedal
