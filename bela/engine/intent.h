// What players ask of the engine, and what it answers: plain data, copied through
// queues.
#pragma once
#include "engine/bank.h"
#include "engine/protocol.h"
#include "engine/setlist.h"
#include "engine/timing.h"

namespace pedal {

enum class IntentKind : std::uint8_t {
  kEffectSelect,  // id
  kEffectNext,
  kEffectClean,
  kBypass,        // value 0 or 1
  kBypassToggle,  // of the latest wish, so that two quick presses cancel out
  kModelBlock,    // value 1 or 16
  kParamSet,      // param, number
  kStateGet,
  kPresetLoad,  // id
  kPresetNext,
  kPresetPrevious,
  kPresetSave,    // id, name; what is wished for now becomes the preset
  kPresetDelete,  // id
  kPresetMove,    // id, value: its place from 0
  kParamKeep,     // param, value 0 or 1: no preset moves it
  kPresetsGet,
  kPresetsExport,  // id; this and the next are the saver's, not the engine's
  kPresetsImport,  // id
  kFootswitch,     // id, value 0 or 1: the surface's, not the engine's
  kKnobRest,       // param, number: where a knob stands at the start; moves nothing
  kKnobTurn,       // param, number: moves the parameter once the knob has passed it
  kInjectNan,
  kInjectOverload,
};

struct Intent {
  IntentKind kind = IntentKind::kStateGet;
  protocol::ParamId param = protocol::ParamId::kTrim;
  int value = 0;
  float number = 0.0f;  // in the parameter's unit
  int request = 0;      // comes back in the echo; 0 is none
  SampleTime time = kNow;
  char id[kIdSize] = {};
  char name[kNameSize] = {};
  const Intent* again = nullptr;  // applied instead where this is already wished for
};

// One queue a producing thread, drained in this order at each grid point.
enum class Source { kControls, kGui, kOsc, kProgram };
constexpr int kNumSources = 4;

enum class Fault : std::uint8_t { kNone, kNoBank, kNan, kOverload };

enum class EventKind : std::uint8_t {
  kEffect,     // state.effect
  kBypass,     // state.bypass
  kBlock,      // state.block
  kPreset,     // state.preset, state.unsaved
  kParam,      // param, state.params
  kRejected,   // reason
  kSnapshot,   // the whole state
  kAlarm,      // state.fault began
  kRecovered,  // state.fault is over
  kPresets,    // the setlist was asked for, or has changed
  kTakeover,   // param, number: where its knob stands; state.waiting tells the rest
};

enum class Reason : std::uint8_t {
  kNone,
  kUnknownEffect,
  kSuperseded,
  kNoModel,
  kUnknownPreset,
  kSetlistFull,
};

// What is true of the sound. `effect` is an id, "clean", or "" where there is no bank.
struct State {
  char effect[kIdSize] = {};
  int bypass = 0;
  int block = 1;
  int delay = 0;  // samples, of the path that sounds
  Fault fault = Fault::kNone;
  float params[protocol::kNumParams] = {};  // targets, in their units
  char preset[kIdSize] = {};                // "" for none
  int unsaved = 0;       // effect, block or a parameter has left the preset since
  unsigned waiting = 0;  // a bit for each parameter whose knob waits to pass it
  SampleTime waiting_turned = -kSampleRate;  // when such a knob was last turned
};

struct Event {
  EventKind kind = EventKind::kSnapshot;
  protocol::ParamId param = protocol::ParamId::kTrim;
  Reason reason = Reason::kNone;
  IntentKind rejected = IntentKind::kStateGet;
  int revision = 0;
  int request = 0;
  float number = 0.0f;
  SampleTime time = 0;  // the first sample that sounds so
  State state;
};

}  // namespace pedal
