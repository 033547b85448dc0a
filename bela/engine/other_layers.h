// Another way of playing a model's layers than the kernels here, which a laptop may
// have: its face alone, so that the engine knows nothing of it.
#pragma once
#include <memory>

#include "engine/model_spec.h"
#include "engine/realtime.h"

namespace pedal {

class OtherLayers {
 public:
  virtual ~OtherLayers() = default;

  // Floats of state, a whole number of cache lines; zeros are the state of fresh
  // layers.
  virtual int state_size() const = 0;

  // in: what the first layer takes; state: state_size() floats on a cache line. What
  // the last layer gives is good until the next call. Two states may be played in turn
  // by one thread. [audio]
  virtual const float* Process(const float* in, float* state) PEDAL_REALTIME = 0;
};

// nullptr where the kernels here must play `spec`, for which CheckSpec returned
// nullptr.
using MakeOtherLayers = std::unique_ptr<OtherLayers> (*)(const ModelSpec& spec);

// From now on every model that is prepared asks `make` first; nullptr for no more.
// [setup]
void PlayLayersBy(MakeOtherLayers make);

}  // namespace pedal
