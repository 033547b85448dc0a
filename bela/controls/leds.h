// LEDs: what the two lamps show, from the engine's state alone.
#pragma once
#include "engine/intent.h"

namespace pedal {

// All at `time`, so that the lamps need no state of their own.
struct Leds {
  bool on;
  bool effect;
};

// "on" is lit while the effect sounds and blinks at 5 Hz on a fault; "effect" flashes
// the effect's number: n flashes of 0.15 s every 0.3 s, then a pause of 0.6 s; steady
// for clean. number: 1 for the bank's first, 0 for clean. [audio]
inline Leds LedsAt(const State& state, int number, SampleTime time) PEDAL_REALTIME {
  Leds leds;
  const bool blink = (time / (kSampleRate / 10)) % 2 == 0;
  leds.on = state.fault != Fault::kNone ? blink : state.bypass == 0;
  if (number <= 0) {
    leds.effect = true;
    return leds;
  }
  const SampleTime step = kSampleRate * 15 / 100;
  const SampleTime phase = (time / step) % (2 * number + 4);
  leds.effect = phase < 2 * number && phase % 2 == 0;
  return leds;
}

}  // namespace pedal
