// What a cascade is prepared with: weights in rows of whole vectors, and how much state
// and room they take. How both lie is said in cascade.cpp.
#include <algorithm>
#include <cmath>

#include "engine/cascade.h"
#include "engine/cascade_layer.h"

namespace pedal {
namespace {

using cascade_layer::kLargestSum;
using cascade_layer::kLoudest;

// Rows of `count` numbers, each up to `padded`.
void CopyRows(const std::vector<float>& from, int count, int padded,
              AlignedFloats* to) {
  const std::size_t rows = from.size() / static_cast<std::size_t>(count);
  to->Prepare(rows * static_cast<std::size_t>(padded));
  for (std::size_t r = 0; r < rows; ++r)
    std::copy(from.begin() + static_cast<std::ptrdiff_t>(r) * count,
              from.begin() + static_cast<std::ptrdiff_t>(r + 1) * count,
              to->data() + r * static_cast<std::size_t>(padded));
}

// One-poles up to whole vectors; where there are none, a keep of 0 and a share of 1.
void CopyPoles(const std::vector<float>& from, int count, int padded,
               AlignedFloats* keep, AlignedFloats* share) {
  CopyRows(from, count, padded, keep);
  share->Prepare(keep->size());
  for (int i = 0; i < padded; ++i) share->data()[i] = 1.0f - keep->data()[i];
}

void Double(AlignedFloats* values) {
  for (std::size_t i = 0; i < values->size(); ++i) values->data()[i] *= 2.0f;
}

// The largest that the sums of a layer's inputs can get, features of at most `loudest`,
// wherever the knobs stand: no hint goes beyond 1.
double Largest(const CascadeSpec::Layer& layer, int hints, double loudest) {
  const std::size_t units = static_cast<std::size_t>(layer.units);
  double largest = 0.0;
  for (std::size_t u = 0; u < units; ++u) {
    const auto column = [u, units](const std::vector<float>& rows) {
      double sum = 0.0;
      for (std::size_t at = u; at < rows.size(); at += units)
        sum += std::fabs(static_cast<double>(rows[at]));
      return sum;
    };
    const double gain = hints > 0 ? 1.0 + 2.0 * column(layer.lift) : 1.0;
    const double sum = gain * loudest * (column(layer.weight) + column(layer.reweight));
    largest = std::fmax(largest, sum + column(layer.bias) + column(layer.shift));
  }
  return largest;
}

}  // namespace

void Cascade::Prepare(const CascadeSpec& spec, int conditioning) {
  taps_ = spec.taps;
  poles_ = static_cast<int>(spec.pole.size());
  padded_taps_ = PadToLanes(taps_);
  padded_poles_ = PadToLanes(poles_);
  hints_ = spec.hints;
  conditioning_ = conditioning;
  hint_weight_ = spec.hint_weight;
  hint_bias_ = spec.hint_bias;
  CopyPoles(spec.pole, poles_, padded_poles_, &low_keep_, &low_share_);
  CopyRows(spec.stretch, poles_, padded_poles_, &low_stretch_);

  layers_.clear();
  int first = taps_, second = poles_;
  features_ = padded_taps_ + padded_poles_;
  units_ = 0;
  bent_size_ = 2 * padded_poles_;
  float macs = static_cast<float>(2 * poles_) + static_cast<float>(spec.mix.size());
  float macs_of_knobs = static_cast<float>(spec.remix.size() + spec.stretch.size());
  for (const CascadeSpec::Layer& from : spec.layers) {
    layers_.emplace_back();
    Layer& layer = layers_.back();
    layer.first_inputs = first;
    layer.second_inputs = second;
    layer.padded = PadToLanes(from.units);
    CopyRows(from.weight, from.units, layer.padded, &layer.weights);
    CopyRows(from.bias, from.units, layer.padded, &layer.bias);
    CopyPoles(from.pole, from.units, layer.padded, &layer.keep, &layer.share);
    CopyRows(from.slew, from.units, layer.padded, &layer.slew);
    CopyRows(from.lift, from.units, layer.padded, &layer.lift);
    CopyRows(from.shift, from.units, layer.padded, &layer.shift);
    CopyRows(from.stretch, from.units, layer.padded, &layer.stretch);
    CopyRows(from.reweight, from.units, layer.padded, &layer.reweight);
    const double loudest = layers_.size() > 1 ? 2.0 : kLoudest;
    layer.slews = Largest(from, hints_, loudest) > kLargestSum;
    for (int u = 0; u < from.units; ++u)
      layer.slews = layer.slews || layer.slew.data()[u] > 0.0f;
    // What comes out of a layer is half of the feature.
    Double(&layer.slew);
    if (layers_.size() > 1) {
      Double(&layer.weights);
      Double(&layer.reweight);
    }
    first = second = from.units;
    features_ += 2 * layer.padded;
    units_ += layer.padded;
    bent_size_ += kRows * layer.padded + static_cast<int>(layer.weights.size());
    macs += static_cast<float>(from.weight.size() + 2 * from.pole.size());
    macs_of_knobs += static_cast<float>(from.lift.size() + from.shift.size() +
                                        from.stretch.size() + from.reweight.size());
  }

  // The mix, spread like the features: each part padded.
  std::vector<int> parts = {taps_, poles_};
  for (const CascadeSpec::Layer& from : spec.layers) {
    parts.push_back(from.units);
    parts.push_back(from.units);
  }
  mix_.Prepare(static_cast<std::size_t>(features_));
  remix_.Prepare(static_cast<std::size_t>(features_ * hints_));
  const int count = static_cast<int>(spec.mix.size());
  int from = 0, to = 0;
  for (int part : parts) {
    for (int i = 0; i < part; ++i) {
      // Taps lie in the order of time; what comes out of layers are halves.
      const int at = from == 0 ? padded_taps_ - 1 - i : to + i;
      const float scale = from < taps_ + poles_ ? 1.0f : 2.0f;
      mix_.data()[at] = scale * spec.mix[static_cast<std::size_t>(from + i)];
      for (int j = 0; j < hints_; ++j)
        remix_.data()[j * features_ + at] =
            scale * spec.remix[static_cast<std::size_t>(j * count + from + i)];
    }
    from += part;
    to += PadToLanes(part);
  }

  const int couplers = static_cast<int>(spec.coupler_pole.size());
  padded_couplers_ = PadToLanes(couplers);
  CopyRows(spec.coupler_pole, couplers, padded_couplers_, &coupler_keep_);
  CopyRows(spec.depth, couplers, padded_couplers_, &depth_);
  for (int j = 0; j < couplers; ++j) depth_.data()[j] *= 1.0f - coupler_keep_.data()[j];
  macs += static_cast<float>(3 * couplers);

  bent_size_ += features_;
  state_size_ = kPast + padded_poles_ + padded_couplers_ + 2 * units_;
  const int line = static_cast<int>(kAlignment / sizeof(float));
  state_size_ = (state_size_ + line - 1) / line * line;
  macs_per_sample_ = macs + macs_of_knobs / kMaxFrames;
  unbent_.Prepare(static_cast<std::size_t>(hints_ > 0 ? 0 : bent_size_));
  if (hints_ > 0)
    state_size_ += (kKnobs + bent_size_ + line - 1) / line * line;
  else
    Bend(nullptr, unbent_.data());
}

}  // namespace pedal
