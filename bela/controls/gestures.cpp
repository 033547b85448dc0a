// Telling presses, long and double presses and chords apart.
#include "controls/gestures.h"

namespace pedal {

constexpr SampleTime Gestures::kChordTime;
constexpr SampleTime Gestures::kDoubleTime;
constexpr SampleTime Gestures::kLongTime;

Reason Gestures::Prepare(const Gesture* const* rows, int count,
                         int switches) PEDAL_REALTIME {
  for (Switch& pedal : switches_) pedal = Switch();
  count_ = 0;
  const Reason wrong = ProblemOf(rows, count, switches).reason;
  if (wrong != Reason::kNone) return wrong;
  count_ = switches;
  for (int g = 0; g < count; ++g) {
    const Gesture& row = *rows[g];
    Switch& pedal = switches_[row.first];
    switch (row.kind) {
      case GestureKind::kPress:
      case GestureKind::kLatch:
        pedal.press = g;
        break;
      case GestureKind::kMomentary:
        pedal.momentary = g;
        break;
      case GestureKind::kLong:
        pedal.held = g;
        break;
      case GestureKind::kDouble:
        pedal.twice = g;
        break;
      case GestureKind::kChord:
        pedal.chord = switches_[row.second].chord = g;
        pedal.partner = row.second;
        switches_[row.second].partner = row.first;
        break;
    }
  }
  return Reason::kNone;
}

bool Gestures::idle() const PEDAL_REALTIME {
  for (int i = 0; i < count_; ++i)
    if (switches_[i].step != Step::kIdle) return false;
  return true;
}

int Gestures::Foresee(int index) const PEDAL_REALTIME {
  const Switch& pedal = switches_[index];
  if (pedal.step == Step::kUp && pedal.twice >= 0) return pedal.twice;
  if (pedal.waits()) return -1;
  return pedal.momentary >= 0 ? pedal.momentary : pedal.press;
}

int Gestures::Process(const Edge* edges, SampleTime now, Fired* fired) PEDAL_REALTIME {
  fired_ = fired;
  num_fired_ = 0;
  for (int i = 0; i < count_; ++i) Decide(&switches_[i], now);
  for (int i = 0; i < count_; ++i) {
    if (edges[i] == Edge::kPressed) Press(i, now);
    if (edges[i] == Edge::kReleased) Release(i);
  }
  return num_fired_;
}

void Gestures::Press(int index, SampleTime now) PEDAL_REALTIME {
  Switch& pedal = switches_[index];
  if (pedal.step == Step::kUp) {
    pedal.step = Step::kIdle;
    if (pedal.twice >= 0) {
      pedal.step = Step::kSpent;
      return Fire(pedal.twice);
    }
    Fire(pedal.press);  // a quick tap was only waiting for a chord; this is the next
  }
  if (!pedal.waits()) {
    pedal.step = Step::kSpent;
    return Fire(pedal.momentary >= 0 ? pedal.momentary : pedal.press);
  }
  if (pedal.chord >= 0) {
    Switch& other = switches_[pedal.partner];
    const bool open = other.step == Step::kDown || other.step == Step::kUp;
    if (open && now - other.since <= kChordTime) {
      other.step = other.step == Step::kDown ? Step::kSpent : Step::kIdle;
      pedal.step = Step::kSpent;
      return Fire(pedal.chord);
    }
  }
  pedal.step = Step::kDown;
  pedal.since = now;
}

void Gestures::Release(int index) PEDAL_REALTIME {
  Switch& pedal = switches_[index];
  if (pedal.momentary >= 0 && pedal.step == Step::kSpent) Fire(pedal.momentary, true);
  pedal.step = pedal.step == Step::kDown ? Step::kUp : Step::kIdle;
}

// What no longer can become something else is a press; what is held long enough, long.
void Gestures::Decide(Switch* pedal, SampleTime now) PEDAL_REALTIME {
  if (pedal->step != Step::kDown && pedal->step != Step::kUp) return;
  const SampleTime age = now - pedal->since;
  const bool down = pedal->step == Step::kDown;
  if (down && pedal->held >= 0) {
    if (age < kLongTime) return;
    pedal->step = Step::kSpent;
    return Fire(pedal->held);
  }
  if (pedal->chord >= 0 && age <= kChordTime) return;
  if (pedal->twice >= 0 && age <= kDoubleTime) return;
  pedal->step = down ? Step::kSpent : Step::kIdle;
  Fire(pedal->press);
}

void Gestures::Fire(int gesture, bool off) PEDAL_REALTIME {
  if (gesture < 0) return;
  fired_[num_fired_].gesture = gesture;
  fired_[num_fired_++].off = off;
}

}  // namespace pedal
