// The pedal: intents in, sound out, an event for every change at the very sample where
// it becomes true.
//
// Control runs on a grid of 16 samples of the engine's own clock, so the output does
// not depend on the period (design decisions 8 to 12). A change runs in three steps:
// the wish (wanted_) follows every intent at once; the incoming voice warms up unheard;
// the fade's first sample makes it true (state_, revision, event). The first touch of a
// bouncing switch lets a voice warm up that no one has wished for yet
// (engine_foresight).
#pragma once
#include <atomic>

#include "engine/intent.h"
#include "engine/mailbox.h"
#include "engine/smoother.h"
#include "engine/spsc_queue.h"
#include "engine/takeover.h"
#include "engine/voice.h"

namespace pedal {

enum class StartFade { kOff, k100ms };

struct EngineConfig {
  Chain chain = Chain::kFull;
  StartFade start_fade = StartFade::k100ms;
  char effect[kIdSize] = {};  // the first to play; "" is the bank's first
  int bypass = 0;
  int block = 1;
  float params[protocol::kNumParams];  // in their units
  char preset[kIdSize] = {};           // of the setlist, which those may have left
  Expression expression;
  EngineConfig();  // all parameters at their defaults
};

class Engine {
 public:
  // Takes all storage; the engine then plays dry until a bank arrives. Allocates.
  void Prepare(const EngineConfig& config);

  // Hands a bank over before the first Process: the first effect plays from sample 0,
  // without a fade. nullptr: there is none, and only clean and bypass play.
  void StartWith(const Bank* bank);

  // The presets to start with, before the first Process.
  void StartWithPresets(const Setlist& setlist);
  // Replaces all presets while playing. False while the ones before are still under
  // way. [publisher]
  bool OfferPresets(const Setlist& setlist);
  // Copies the setlist where it has changed since the last call. [publisher]
  bool TakePresets(Setlist* setlist);

  // The foot map to start with, and the one to go back to.
  void StartWithFeet(const FootMap& map, const FootMap& factory);
  // Copies the pedal's own foot map where it has changed since. [publisher]
  bool TakeFeet(FootMap* map);

  // Hands a bank over while playing. False while the one offered before is not taken.
  // [io]
  bool OfferBank(const Bank* bank);
  // A bank that no voice plays any more, to be freed by the caller, or nullptr. [io]
  const Bank* TakeRetiredBank();

  // Asks for a change at the grid point at or after intent.time. False where the queue
  // is full. [one thread a source]
  bool Push(Source source, const Intent& intent) PEDAL_REALTIME;

  // Plays `frames` (1 or more) samples from `in` to both outputs. [audio]
  void Process(const float* in, float* left, float* right, int frames) PEDAL_REALTIME;

  // Tells whether the block just played took longer than its period; three running trip
  // the model. [audio]
  void ReportBlock(bool late) PEDAL_REALTIME;

  // Fades to silence within 100 ms. [audio]
  void FadeOut() PEDAL_REALTIME;

  // The next event, or nullptr; EventsLost counts those for which the queue had no
  // room. [io]
  const Event* PeekEvent() const PEDAL_REALTIME { return events_.Peek(); }
  void PopEvent() PEDAL_REALTIME { events_.Pop(); }
  int EventsLost() const { return events_lost_.load(std::memory_order_relaxed); }

  // What sounds now, for LEDs. [audio]
  const State& state() const { return state_; }
  // What feet mean now; feet_revision rises with each change. [audio]
  const FootMap& feet() const { return feet_; }
  const Overrides& overrides() const { return setlist_.overrides; }
  int feet_revision() const { return feet_revision_; }
  // The bank that state() tells of: the one before, until the fade to another begins.
  // [audio]
  const Bank* bank() const { return told_; }
  SampleTime clock() const { return clock_; }

 private:
  enum class Phase { kSteady, kWarming, kFading };
  static constexpr int kClean = -1;
  static constexpr int kNoEffect = -2;  // no bank: dry

  // A wish or a truth about which path plays; `effect` indexes the bank, or is kClean
  // or kNoEffect.
  struct Selection {
    int effect = kNoEffect;
    int bypass = 0;
    int block = 1;
    char preset[kIdSize] = {};
  };
  static constexpr int kNumFields = 4;  // effect, bypass, block, preset
  static constexpr int kMaxAnswers = 16;

  // A request for setlist, foot map or both, until the publisher can read them.
  struct Answer {
    EventKind kind;
    int request;
  };

  void AtGridPoint() PEDAL_REALTIME;
  void DrainQueues() PEDAL_REALTIME;
  void TakeOfferedBank() PEDAL_REALTIME;
  void Apply(const Intent& intent) PEDAL_REALTIME;
  void Foresee(const Intent& intent) PEDAL_REALTIME;
  bool Foresees() const PEDAL_REALTIME;
  int EffectMeant(const Intent& intent) const PEDAL_REALTIME;
  int PresetMeant(const Intent& intent) const PEDAL_REALTIME;
  void Wish(EventKind field, const Intent& intent, int value) PEDAL_REALTIME;
  bool Holds(const Intent& intent) const PEDAL_REALTIME;
  void ApplyToSetlist(const Intent& intent) PEDAL_REALTIME;
  void Recall(int index, const Intent& intent) PEDAL_REALTIME;
  void SavePreset(const Intent& intent) PEDAL_REALTIME;
  void WishPreset(const char* id, const Intent& intent) PEDAL_REALTIME;
  void ForgetWish(int field, const Intent& intent) PEDAL_REALTIME;
  void ForgetPreset() PEDAL_REALTIME;
  bool LeftPreset() const PEDAL_REALTIME;
  void TakeOfferedPresets() PEDAL_REALTIME;
  void SharePresets() PEDAL_REALTIME;
  void TellMemory(EventKind kind, int request) PEDAL_REALTIME;
  void MoveParam(protocol::ParamId id, float value, int request) PEDAL_REALTIME;
  void ApplyToFeet(const Intent& intent) PEDAL_REALTIME;
  void SetGesture(const Intent& intent) PEDAL_REALTIME;
  void ClearGesture(const Intent& intent) PEDAL_REALTIME;
  bool Conflicts(const Intent& intent, const char* preset,
                 const Gesture& row) PEDAL_REALTIME;
  void FeetChanged(int request) PEDAL_REALTIME;
  void ApplyToPedal(const Intent& intent) PEDAL_REALTIME;
  void Calibrate(const Intent& intent) PEDAL_REALTIME;
  void MovePedal(const Intent& intent) PEDAL_REALTIME;
  void EndLateSweep() PEDAL_REALTIME;
  void MoveByKnob(protocol::ParamId id, float value) PEDAL_REALTIME;
  void TellParam(protocol::ParamId id, int request) PEDAL_REALTIME;
  void StepTelling() PEDAL_REALTIME;
  void EmitTakeover(protocol::ParamId id) PEDAL_REALTIME;
  void EmitChange(EventKind kind, int request) PEDAL_REALTIME;
  void EmitSnapshot(int request) PEDAL_REALTIME;
  int EffectOf(const Preset& preset) const PEDAL_REALTIME;
  int NextPlayable(int index, int step) const PEDAL_REALTIME;
  void TurnKnob(const Intent& intent) PEDAL_REALTIME;
  void Turn(Takeover* takeover, const Intent& intent) PEDAL_REALTIME;
  void NoteTakeover(protocol::ParamId id) PEDAL_REALTIME;
  void TellTakeover(protocol::ParamId id, bool again) PEDAL_REALTIME;
  void RemindOfTakeovers() PEDAL_REALTIME;
  Takeover& TakeoverOf(protocol::ParamId id) PEDAL_REALTIME;
  void SetParam(protocol::ParamId id, float value) PEDAL_REALTIME;
  void SnapParams() PEDAL_REALTIME;
  void StepPath() PEDAL_REALTIME;
  void Begin(const Selection& aim) PEDAL_REALTIME;
  void DropIncoming(const Playable* broken) PEDAL_REALTIME;
  void CatchUp() PEDAL_REALTIME;
  void SwallowInjection() PEDAL_REALTIME;
  void MakeTrue(SampleTime time) PEDAL_REALTIME;
  Path PathOf(const Selection& selection) const PEDAL_REALTIME;
  int IndexOf(const char* id) const PEDAL_REALTIME;
  bool Tripped(const Playable* playable) const PEDAL_REALTIME;
  void Raise(Fault fault, const Playable* playable, int effect) PEDAL_REALTIME;
  void Overload() PEDAL_REALTIME;
  void StepFault() PEDAL_REALTIME;
  void ForgetFault() PEDAL_REALTIME;
  void ClearFault() PEDAL_REALTIME;
  void TellBank() PEDAL_REALTIME;
  void RetireBank() PEDAL_REALTIME;
  Event EventNow(EventKind kind, int request, SampleTime time) PEDAL_REALTIME;
  void Emit(const Event& event) PEDAL_REALTIME;
  void EmitRejected(const Intent& intent, Reason reason, const char* word = "",
                    int value = 0) PEDAL_REALTIME;
  void FillGrid(const float* in, int begin, int end) PEDAL_REALTIME;
  void PlayVoices(int begin, int end, float* out) PEDAL_REALTIME;
  void FadeEnds(int begin, int end, float* out) PEDAL_REALTIME;
  const char* IdOf(int effect) const PEDAL_REALTIME;
  float Position(protocol::ParamId id) const PEDAL_REALTIME;

  EngineConfig config_;
  SpscQueue<Intent, 512> queues_[kNumSources];
  SpscQueue<Event, 1024> events_;
  std::atomic<int> events_lost_{0};
  std::atomic<const Bank*> offered_{nullptr};
  std::atomic<const Bank*> retired_{nullptr};

  const Bank* bank_ = nullptr;
  const Bank* leaving_ = nullptr;  // the bank before, while a voice may still play it
  const Bank* told_ = nullptr;     // the one that state_ tells of
  SampleTime clock_ = 0;
  int revision_ = 0;
  State state_;
  Selection true_, wanted_;
  int requests_[kNumFields] = {};  // of the latest wish for each field; 0 is none
  IntentKind asked_by_[kNumFields] = {};
  bool asked_[kNumFields] = {};  // a wish of this field waits for its echo

  Setlist setlist_;
  Mailbox<Setlist> coming_setlist_, shared_setlist_;  // on their way in and out
  bool setlist_changed_ = false;                      // since it was shared
  bool presets_untold_ = false, feet_untold_ = false;
  FootMap feet_, factory_feet_;
  Mailbox<FootMap> shared_feet_;
  bool feet_changed_ = false;  // since they were shared
  Answer answers_[kMaxAnswers] = {};
  int num_answers_ = 0;
  int feet_revision_ = 1;
  Takeover takeovers_[protocol::kNumParams];  // of the knobs
  Takeover pedal_takeover_;                   // of the expression pedal
  bool pedal_last_ = false;                   // it moved last, not the knob beside it
  SampleTime takeover_told_ = -kSampleRate;   // when a waiting knob was last told
  unsigned untold_ = 0;  // a bit for each parameter moved since its echo
  SampleTime param_told_[protocol::kNumParams] = {};
  Sweep sweep_;
  SampleTime sweep_told_ = 0, sweep_end_ = 0;

  Voice voices_[2];
  int current_ = 0;
  Phase phase_ = Phase::kSteady;
  Selection incoming_;
  Selection foreseen_;            // what a touched switch will ask for
  SampleTime foresight_end_ = 0;  // it is dropped then
  int phase_left_ = 0;            // samples of warming or fading still to come
  int behind_ = 0;   // grids of history that the incoming voice has yet to play
  int hurried_ = 0;  // samples spent warming without a fade, over restarts

  const Playable* tripped_[2] =
      {};  // models of fault_effect_ that gave NaN or cost too much
  int fault_effect_ = kNoEffect;
  int fault_request_ = 0;   // of an injected fault, until its alarm
  bool old_fault_ = false;  // state_.fault is one of the bank before
  bool retried_ = false;    // the one retry is spent
  SampleTime retry_at_ = 0;
  SampleTime probation_end_ = 0;  // of a retry; 0 while none runs
  int late_running_ = 0;

  Gate gate_;
  Smoother trim_, low_, high_, level_, threshold_;
  Smoother positions_[protocol::kNumParams];  // 0..1, for conditioned models
  Grid history_[kHistoryGrids] = {};  // by grid number; the one now and those before
  Grid* grid_ = history_;             // the one now
  float fade_[kFade];
  int start_left_ = 0;  // samples of the fade-in still to come
  int stop_left_ = -1;  // of the fade-out; -1 while not asked to stop
};

}  // namespace pedal
