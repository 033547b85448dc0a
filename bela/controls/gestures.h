// Gestures: edges of all footswitches in, gestures out. A switch that has only a press
// acts on the edge; one with a long, double or chord waits until those are ruled out.
#pragma once
#include "controls/board_pins.h"
#include "controls/footswitch.h"
#include "engine/timing.h"

namespace pedal {

// A gesture that happened: an index into the map; `off` is a momentary switch let go.
struct Fired {
  int gesture = 0;
  bool off = false;
};

class Gestures {
 public:
  static constexpr SampleTime kChordTime = kSampleRate * 60 / 1000;    // 60 ms
  static constexpr SampleTime kDoubleTime = kSampleRate * 300 / 1000;  // press to press
  static constexpr SampleTime kLongTime = kSampleRate * 500 / 1000;
  static constexpr int kMaxFired = 2 * kMaxSwitches;  // in one sample

  // Takes a map, whose rows are told by their index, and forgets what is under way.
  // kNone, or why it is refused; there are then no gestures. [audio]
  Reason Prepare(const Gesture* const* rows, int count, int switches) PEDAL_REALTIME;

  // True where no switch is held or waits to be told apart. [audio]
  bool idle() const PEDAL_REALTIME;

  // The row that a press of this switch would fire at once, -1 for none. [audio]
  int Foresee(int index) const PEDAL_REALTIME;

  // Edges of one sample, by switch. Returns how many gestures were written to `fired`.
  // [audio]
  int Process(const Edge* edges, SampleTime now, Fired* fired) PEDAL_REALTIME;

 private:
  // kDown, kUp: pressed, and perhaps let go, but not yet told apart. kSpent: told, and
  // still held.
  enum class Step { kIdle, kDown, kUp, kSpent };
  struct Switch {
    Step step = Step::kIdle;
    SampleTime since = 0;  // its press edge
    int press = -1, momentary = -1, held = -1, twice = -1, chord = -1;  // in the map
    int partner = -1;  // the chord's other switch
    bool waits() const PEDAL_REALTIME { return held >= 0 || twice >= 0 || chord >= 0; }
  };
  void Press(int index, SampleTime now) PEDAL_REALTIME;
  void Release(int index) PEDAL_REALTIME;
  void Decide(Switch* pedal, SampleTime now) PEDAL_REALTIME;
  void Fire(int gesture, bool off = false) PEDAL_REALTIME;

  Switch switches_[kMaxSwitches];
  int count_ = 0;
  Fired* fired_ = nullptr;  // of the sample being processed
  int num_fired_ = 0;
};

}  // namespace pedal
