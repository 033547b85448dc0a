// The setlist: presets in the order of playing, what feet mean while one sounds, and
// the parameters that no preset moves. Plain data of a fixed size, so that it is copied
// between threads.
#pragma once
#include "engine/bank.h"
#include "engine/feet.h"
#include "engine/protocol.h"
#include "engine/realtime.h"

namespace pedal {

constexpr int kNameSize = 32;    // a name's 31 printable ASCII characters and its end
constexpr int kMaxPresets = 32;  // so that /presets fits one datagram of 4 KB

// One sound. `effect` is an id or "clean"; bypass is no part of it.
struct Preset {
  char id[kIdSize] = {};
  char name[kNameSize] = {};
  char effect[kIdSize] = {};
  int block = 1;
  float params[protocol::kNumParams] = {};  // in their units
};

struct Setlist {
  int count = 0;
  Preset presets[kMaxPresets];
  bool kept[protocol::kNumParams] = {};
  Overrides overrides;  // of the foot map, while a preset sounds

  // What fits the guitar and the room rather than the song is kept at first.
  Setlist() {
    kept[static_cast<int>(protocol::ParamId::kTrim)] = true;
    kept[static_cast<int>(protocol::ParamId::kGate)] = true;
  }

  // Index of a preset, or -1. [audio]
  int Find(const char* id) const PEDAL_REALTIME;
  // Replaces the preset of the same id, or adds it at the end. False where full.
  // [audio]
  bool Save(const Preset& preset) PEDAL_REALTIME;
  // With its overrides. False where there is none. [audio]
  bool Delete(const char* id) PEDAL_REALTIME;
  // To `place`, or to the end where that is less. False where there is none. [audio]
  bool Move(const char* id, int place) PEDAL_REALTIME;
};

}  // namespace pedal
