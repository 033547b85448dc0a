// All footswitches and knobs of the board: raw pin readings in, intents out.
#pragma once
#include "controls/gestures.h"
#include "controls/knob.h"
#include "controls/remote_feet.h"
#include "engine/intent.h"

namespace pedal {

// Told once: whether all switches were held while the pedal started.
enum class StartKind { kUnknown, kNormal, kSafe };

class Surface {
 public:
  static constexpr int kMaxGestures = 16;
  static constexpr int kMaxIntents = Gestures::kMaxFired + 1;  // in one sample

  // The board's own map.
  const char* Prepare() { return Prepare(board::kGestures, board::kNumGestures); }

  // "" or why the map is refused; the switches are then mute. The map and this object
  // outlive the engine, as an intent may point to its alternative.
  const char* Prepare(const Gesture* map, int count);

  // One reading of every footswitch at sample `time`. Returns how many intents were
  // written to `intents`, at most kMaxIntents. [audio]
  int ProcessSwitches(const int* readings, SampleTime time,
                      Intent* intents) PEDAL_REALTIME;

  // One reading of one knob, at a grid point. True where `intent` was filled. [audio]
  bool ProcessKnob(int index, float reading, Intent* intent) PEDAL_REALTIME;

  // Switches pressed from afar. [one thread a source]
  RemoteFeet* remote() { return &remote_; }

  // [audio]
  StartKind start() const PEDAL_REALTIME { return start_; }

 private:
  static constexpr int kStartTime = 441;  // 10 ms: longer than a spark
  struct Wish {
    Intent on, off;
  };
  bool JustStartedSafely(const int* readings) PEDAL_REALTIME;

  RemoteFeet remote_;
  Footswitch footswitches_[board::kNumFootswitches];
  Knob knobs_[board::kNumKnobs];
  Gestures gestures_;
  Wish wishes_[kMaxGestures];
  const Gesture* map_ = nullptr;
  StartKind start_ = StartKind::kUnknown;
  int start_samples_ = 0;
  bool all_held_ = true;
};

}  // namespace pedal
