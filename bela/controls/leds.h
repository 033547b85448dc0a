// LEDs: what the two lamps show, from the engine's state alone.
#pragma once
#include "engine/intent.h"

namespace pedal {

// All at `time`, so that the lamps need no state of their own.
struct Leds {
  bool on;
  bool effect;
};

// The alarm patterns of the lamp "on": 5 Hz for a model that broke, two flashes a
// second for one that costs too much, 1 Hz where there is no bank. [audio]
inline bool AlarmAt(Fault fault, SampleTime time) PEDAL_REALTIME {
  const SampleTime tenth = time / (kSampleRate / 10) % 10;
  if (fault == Fault::kNan) return tenth % 2 == 0;
  if (fault == Fault::kOverload) return tenth == 0 || tenth == 2;
  return tenth < 5;
}

// "on" is lit while the effect sounds, and shows alarms. "effect" flashes the effect's
// number: n flashes of 0.15 s every 0.3 s, then a pause of 0.6 s; steady for clean. It
// flickers at 10 Hz while a knob is turned that waits to pass its parameter's value.
// number: 1 for the bank's first, 0 for clean. [audio]
inline Leds LedsAt(const State& state, int number, SampleTime time) PEDAL_REALTIME {
  Leds leds;
  leds.on = state.fault != Fault::kNone ? AlarmAt(state.fault, time) : !state.bypass;
  const bool waits =
      state.waiting != 0 && time - state.waiting_turned < kSampleRate / 2;
  if (waits) {
    leds.effect = time / (kSampleRate / 20) % 2 == 0;
    return leds;
  }
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
