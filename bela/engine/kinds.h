// What may be asked of the engine, and why it may refuse: the enumerations alone.
#pragma once
#include <cstdint>

namespace pedal {

enum class IntentKind : std::uint8_t {
  kNothing,
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
  kPresetsBackup,
  kPresetsExport,   // id; this and the next two are no matter of the engine's
  kPresetsImport,   // id
  kPresetsRestore,  // its text is kept apart
  kGesturesGet,
  kGestureSet,    // id: preset, "" for the pedal's own map; gesture
  kGestureClear,  // the same; of the gesture only its kind and switches
  kGesturesReset,
  kExpressionGet,
  kExpressionParam,      // value: a ParamId, or -1 for none
  kExpressionCalibrate,  // value 1 begins, 0 ends
  kFootswitch,           // id, value 0 or 1: the surface's, not the engine's
  kKnobRest,             // param, number: where a knob stands at first; moves nothing
  kKnobTurn,   // param, number: moves the parameter once the knob has passed it
  kPedalRest,  // number: the same for the expression pedal, 0..1
  kPedalTurn,  // number
  kInjectNan,
  kInjectOverload,
  kInjectUnderrun,    // these are no matter of the engine's
  kInjectBurn,        // on, or off again
  kMonitorSubscribe,  // value: key, number: seconds of the lease, token
  kMonitorLeave,      // value: key
  kBankLoad,          // id; the loader's, not the engine's
  kBanksGet,
};

// What a refusal names beside the reason is told in brackets: Intent::word or value.
enum class Reason : std::uint8_t {
  kNone,
  kUnknownEffect,
  kSuperseded,
  kNoModel,
  kUnknownPreset,
  kSetlistFull,
  // A row of the foot map that means nothing:
  kUnknownSwitch,  // (word)
  kWrongSwitches,
  kNotForFeet,  // (word: the address)
  kBadMessage,  // (word: the address)
  kNeedsMessage,
  kNeedsOff,
  kNeverOff,  // (word: the address)
  kUnknownRow,
  kMapFull,
  // Two rows that one foot cannot tell apart (word: the preset, value: the switch):
  kTwoPresses,
  kTwoChords,
  kTwoAlike,
  kMomentaryWaits,
  // The expression pedal:
  kSweptTooLittle,  // (value: per cent of full scale)
  kNotSwept,
};

}  // namespace pedal
