// What the benchmark times: one network, one way of playing it.
#pragma once
#include <memory>

#include "engine/model_spec.h"

namespace pedal_bench {

// A network with its state, which starts at zero.
class Player {
 public:
  virtual ~Player() = default;
  // in, out: `frames` frames of the network's size, one behind the other.
  virtual void Play(const float* in, int frames, float* out) = 0;
};

// nullptr where this way of playing has no room for the network.
using MakePlayer = std::unique_ptr<Player> (*)(const pedal::ModelSpec& spec);

// One way of playing: "pedal", or RTNeural's with one of its back ends.
struct Contender {
  const char* name;
  MakePlayer make;
};

}  // namespace pedal_bench
