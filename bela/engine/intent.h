// What players ask of the engine, and what it answers: plain data, copied through
// queues.
#pragma once
#include <cstring>

#include "engine/bank.h"
#include "engine/expression.h"
#include "engine/kinds.h"
#include "engine/protocol.h"
#include "engine/setlist.h"
#include "engine/timing.h"

namespace pedal {

struct Intent {
  IntentKind kind = IntentKind::kStateGet;
  protocol::ParamId param = protocol::ParamId::kTrim;
  int value = 0;
  float number = 0.0f;  // in the parameter's unit
  int request = 0;      // comes back in the echo; 0 is none
  int token = 0;        // of a console
  SampleTime time = kNow;
  char id[kIdSize] = {};
  char name[kNameSize] = {};
  Gesture gesture;        // a row for the foot map
  bool or_off = false;    // gesture.off is applied instead where this is already wished
  bool foreseen = false;  // perhaps it will be asked for soon: only warms up
  Reason wrong = Reason::kNone;  // found in the message: refused when its turn comes
};

// What a row of the foot map asks for.
inline Intent IntentOf(const Act& act) PEDAL_REALTIME {
  Intent intent;
  intent.kind = act.kind;
  intent.param = act.param;
  intent.value = act.value;
  intent.number = act.number;
  std::memcpy(intent.id, act.id, kIdSize);
  return intent;
}

// One queue a producing thread, drained in this order at each grid point.
enum class Source { kControls, kGui, kOsc, kProgram };
constexpr int kNumSources = 4;

enum class Fault : std::uint8_t { kNone, kNoBank, kNan, kOverload };

enum class EventKind : std::uint8_t {
  kEffect,      // state.effect
  kBypass,      // state.bypass
  kBlock,       // state.block
  kPreset,      // state.preset, state.unsaved
  kParam,       // param, state.params
  kRejected,    // reason
  kSnapshot,    // the whole state
  kAlarm,       // state.fault began
  kRecovered,   // state.fault is over
  kPresets,     // the setlist was asked for, or has changed
  kBackup,      // the setlist was asked for as one text
  kGestures,    // the foot map was asked for, or has changed
  kExpression,  // state.expression was asked for, or has changed
  kBanks,       // the banks were asked for, or others may be loaded now
  kTakeover,    // param, number: where its knob stands; state.waiting tells the rest
};

// What is true of the sound. `effect` is an id, "clean", or "" where there is no bank.
struct State {
  char effect[kIdSize] = {};
  int bank = 0;  // number of the one that has the effect; 0 for none
  int bypass = 0;
  int block = 1;
  int delay = 0;  // samples, of the path that sounds
  Fault fault = Fault::kNone;
  float params[protocol::kNumParams] = {};  // targets, in their units
  char preset[kIdSize] = {};                // "" for none
  int unsaved = 0;       // effect, block or a parameter has left the preset since
  unsigned waiting = 0;  // a bit for each parameter whose knob waits to pass it
  SampleTime waiting_turned = -kSampleRate;  // when such a knob was last turned
  Expression expression;
};

struct Event {
  EventKind kind = EventKind::kSnapshot;
  protocol::ParamId param = protocol::ParamId::kTrim;
  Reason reason = Reason::kNone;
  IntentKind rejected = IntentKind::kStateGet;
  char word[kIdSize] = {};  // what the reason names; see Reason
  int value = 0;
  int revision = 0;
  int request = 0;
  float number = 0.0f;
  SampleTime time = 0;  // the first sample that sounds so
  State state;
};

}  // namespace pedal
