// The foot map: what the gestures of the footswitches mean, in general and while a
// preset sounds. Plain data of a fixed size, so that it is edited on the audio thread
// and copied between threads.
#pragma once
#include "engine/bank.h"
#include "engine/kinds.h"
#include "engine/protocol.h"
#include "engine/realtime.h"

namespace pedal {

constexpr int kMaxSwitches = 8;
constexpr int kMaxGestures = 16;   // of the pedal's own map
constexpr int kMaxOverrides = 48;  // of all presets
constexpr int kMaxOverridesOfOne = 4;
constexpr int kMaxEffective = kMaxGestures + kMaxOverridesOfOne;

enum class GestureKind : std::uint8_t {
  kPress,
  kLatch,
  kMomentary,
  kLong,
  kDouble,
  kChord
};

// What a gesture asks for, in the fields that its kind needs.
struct Act {
  IntentKind kind = IntentKind::kNothing;
  char id[kIdSize] = {};
  protocol::ParamId param = protocol::ParamId::kTrim;
  int value = 0;
  float number = 0.0f;
};

// A row of the map. first, second: footswitches; second is -1 but in a chord.
struct Gesture {
  GestureKind kind = GestureKind::kPress;
  int first = 0, second = -1;
  Act on, off;

  bool Has(int index) const PEDAL_REALTIME {
    return first == index || (second >= 0 && second == index);
  }
  // True where `other` is the same gesture of the same switches, whatever it means.
  bool SameAs(const Gesture& other) const PEDAL_REALTIME {
    return kind == other.kind && ((first == other.first && second == other.second) ||
                                  (first == other.second && second == other.first));
  }
};

// Why two rows exclude each other, and the switch that they share.
struct Conflict {
  Reason reason = Reason::kNone;
  int index = -1;
};
Conflict ConflictOf(const Gesture& one, const Gesture& other) PEDAL_REALTIME;

// The first thing that is wrong with a map of a board with this many switches; kNone
// where a foot can tell it apart. The same rules as pedal/protocol/gestures.py.
Conflict ProblemOf(const Gesture* const* rows, int count, int switches) PEDAL_REALTIME;

// The pedal's own map.
struct FootMap {
  int count = 0;
  Gesture rows[kMaxGestures];

  // Index of the row for this gesture of these switches, or -1. [audio]
  int Find(const Gesture& row) const PEDAL_REALTIME;
  // Replaces that row, or adds one. False where full. [audio]
  bool Set(const Gesture& row) PEDAL_REALTIME;
  // False where there is none. [audio]
  bool Clear(const Gesture& row) PEDAL_REALTIME;
};

// A row that holds while its preset sounds, instead of the pedal's own for the same
// gesture. One that asks for nothing silences that gesture.
struct Override {
  char preset[kIdSize] = {};
  Gesture row;
};

// The overrides of all presets.
struct Overrides {
  int count = 0;
  Override rows[kMaxOverrides];

  int Find(const char* preset, const Gesture& row) const PEDAL_REALTIME;
  // False where there are too many, altogether or of this preset. [audio]
  bool Set(const char* preset, const Gesture& row) PEDAL_REALTIME;
  // False where there is none. [audio]
  bool Clear(const char* preset, const Gesture& row) PEDAL_REALTIME;
  // All of a preset; true where there was one. [audio]
  bool Drop(const char* preset) PEDAL_REALTIME;
};

// Writes the rows that hold while `preset` sounds ("" for none) to `rows`, at most
// kMaxEffective; returns their number. [audio]
int EffectiveMap(const FootMap& own, const Overrides& overrides, const char* preset,
                 const Gesture** rows) PEDAL_REALTIME;

// Why `row` cannot hold beside the others of `preset`'s effective map. [audio]
Conflict ConflictWith(const FootMap& own, const Overrides& overrides,
                      const char* preset, const Gesture& row) PEDAL_REALTIME;

// Takes out the first override that cannot hold beside the others, into *dropped; false
// where all can. [audio]
bool DropConflict(const FootMap& own, Overrides* overrides,
                  Override* dropped) PEDAL_REALTIME;

}  // namespace pedal
