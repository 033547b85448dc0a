// All footswitches and knobs of the board: raw pin readings in, intents out.
#pragma once
#include "controls/gestures.h"
#include "controls/knob.h"
#include "controls/remote_feet.h"
#include "engine/intent.h"

namespace pedal {

// Told once: whether all switches were held while the pedal started.
enum class StartKind { kUnknown, kNormal, kSafe };

// What the engine says of feet, for the controls to follow. revision rises whenever map
// or overrides change; preset is the one that sounds, "" for none.
struct Feet {
  const FootMap& map;
  const Overrides& overrides;
  int revision;
  const char* preset;
  const Expression& pedal;
};

class Surface {
 public:
  // In one sample, with a safe start and a foresight.
  static constexpr int kMaxIntents = Gestures::kMaxFired + 2;

  // The board's own map and its knobs.
  Reason Prepare();

  // Another map. kNone, or why it is refused; the switches are then mute.
  Reason Prepare(const Gesture* map, int count);

  // Once a grid point, before its readings: takes over another preset's map, or a
  // changed one, as soon as no gesture is under way; and the expression pedal's span.
  // [audio]
  void Follow(const Feet& feet) PEDAL_REALTIME;

  // One reading of every footswitch at sample `time`. Returns how many intents were
  // written to `intents`, at most kMaxIntents. [audio]
  int ProcessSwitches(const int* readings, SampleTime time,
                      Intent* intents) PEDAL_REALTIME;

  // What a switch that was just touched will ask for if it is pressed, for the engine
  // to foresee; after ProcessSwitches. True where `intent` was filled. [audio]
  bool Foresee(SampleTime time, Intent* intent) const PEDAL_REALTIME;

  // One reading of one knob, at a grid point. True where `intent` was filled. [audio]
  bool ProcessKnob(int index, float reading, Intent* intent) PEDAL_REALTIME;

  // Switches pressed from afar. [one thread a source]
  RemoteFeet* remote() { return &remote_; }

  // [audio]
  StartKind start() const PEDAL_REALTIME { return start_; }

 private:
  static constexpr int kStartTime = 441;  // 10 ms: longer than a spark
  Reason TakeMap(const Gesture* const* rows, int count) PEDAL_REALTIME;
  Intent IntentOfRow(int index, bool off, SampleTime time) const PEDAL_REALTIME;
  void FollowPedal(const Expression& pedal) PEDAL_REALTIME;
  bool JustStartedSafely(const int* readings) PEDAL_REALTIME;

  RemoteFeet remote_;
  Footswitch footswitches_[board::kNumFootswitches];
  Knob knobs_[board::kNumKnobs];
  Gestures gestures_;
  Gesture map_[kMaxEffective];
  int revision_ = 0;
  char preset_[kIdSize] = {};  // whose map it is
  Expression pedal_;           // as last followed
  StartKind start_ = StartKind::kUnknown;
  int start_samples_ = 0;
  int touched_ = -1;  // the switch in the last reading, -1 for none
  bool all_held_ = true;
};

}  // namespace pedal
