// The bank as the engine plays it: finding rest states at load, and effects by id.
#include "engine/bank.h"

#include <cstring>

#include "engine/finite.h"
#include "engine/timing.h"

namespace pedal {

constexpr int Playable::kRestPoints;  // C++14 wants a definition where std::min and the
                                      // like take a reference

void Playable::Prepare(const ModelSpec& spec, float gain,
                       std::vector<protocol::ParamId> knobs) {
  model_.Prepare(spec);
  gain_ = gain;
  knobs_ = std::move(knobs);
  const int points = num_knobs() == 0   ? 1
                     : num_knobs() == 1 ? kRestPoints
                                        : kRestPoints * kRestPoints;
  rest_.clear();
  for (int point = 0; point < points; ++point) {
    float conditioning[kMaxConditioning];
    for (int k = 0; k < num_knobs(); ++k) {
      const protocol::Param& param = protocol::kParams[static_cast<int>(knob(k))];
      conditioning[k] = (param.initial - param.min) / (param.max - param.min);
    }
    const int places[] = {point % kRestPoints, point / kRestPoints};
    for (int k = 0; k < num_knobs() && k < 2; ++k)
      conditioning[k] = static_cast<float>(places[k]) / (kRestPoints - 1);
    rest_.emplace_back();
    rest_.back().Prepare(static_cast<std::size_t>(model_.state_size()));
    model_.Settle(conditioning, rest_.back().data(), points);
  }
}

bool Playable::RestIsFinite() const {
  for (const AlignedFloats& state : rest_)
    for (int i = 0; i < model_.state_size(); ++i)
      if (!IsFinite(state.data()[i])) return false;
  return true;
}

const float* Playable::Rest(const float* conditioning) const PEDAL_REALTIME {
  int point = 0;
  for (int k = 0, step = 1; k < num_knobs() && k < 2; ++k, step *= kRestPoints) {
    const int place = static_cast<int>(conditioning[k] * (kRestPoints - 1) + 0.5f);
    point += step * (place < 0 ? 0 : place > kRestPoints - 1 ? kRestPoints - 1 : place);
  }
  return rest_[static_cast<std::size_t>(point)].data();
}

int Bank::BlockDelay() const PEDAL_REALTIME {
  bool cascades = false;
  for (const Effect& effect : effects) {
    if (!effect.block16) continue;
    if (!effect.block16->model().is_cascade()) return kBlockDelay;
    cascades = true;
  }
  return cascades ? 0 : kBlockDelay;
}

int Bank::Find(const char* id) const PEDAL_REALTIME {
  for (std::size_t i = 0; i < effects.size(); ++i)
    if (std::strcmp(effects[i].id, id) == 0) return static_cast<int>(i);
  return -1;
}

}  // namespace pedal
