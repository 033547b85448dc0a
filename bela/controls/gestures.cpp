// Telling presses, long and double presses and chords apart.
#include "controls/gestures.h"

namespace pedal {

constexpr SampleTime Gestures::kChordTime;
constexpr SampleTime Gestures::kDoubleTime;
constexpr SampleTime Gestures::kLongTime;

namespace {

bool PressLike(GestureKind kind) {
  return kind == GestureKind::kPress || kind == GestureKind::kLatch ||
         kind == GestureKind::kMomentary;
}

bool Has(const Gesture& gesture, int index) {
  return gesture.first == index || gesture.second == index;
}

// Two gestures that one foot can't tell apart.
const char* ConflictOf(const Gesture& a, const Gesture& b, int index) {
  if (!Has(a, index) || !Has(b, index)) return "";
  if (PressLike(a.kind) && PressLike(b.kind))
    return "a switch has two gestures that act on its press; keep one";
  if (a.kind == GestureKind::kChord && b.kind == GestureKind::kChord)
    return "a switch is in two chords; keep one";
  if (a.kind == b.kind) return "a switch has the same gesture twice; keep one";
  if (a.kind == GestureKind::kMomentary || b.kind == GestureKind::kMomentary)
    return "a momentary switch can't wait for another gesture; keep one";
  return "";
}

}  // namespace

const char* ProblemOf(const Gesture* map, int count, int switches) {
  if (switches > Gestures::kMaxSwitches) return "expected at most 8 footswitches";
  for (int g = 0; g < count; ++g) {
    const Gesture& gesture = map[g];
    const bool chord = gesture.kind == GestureKind::kChord;
    if (gesture.first < 0 || gesture.first >= switches || gesture.second >= switches)
      return "a gesture names a switch that the board lacks";
    if (chord != (gesture.second >= 0) || gesture.first == gesture.second)
      return "a chord takes two different switches, any other gesture one";
    for (int other = 0; other < g; ++other) {
      for (int index = 0; index < switches; ++index) {
        const char* wrong = ConflictOf(map[other], gesture, index);
        if (*wrong) return wrong;
      }
    }
  }
  return "";
}

const char* Gestures::Prepare(const Gesture* map, int count, int switches) {
  for (Switch& pedal : switches_) pedal = Switch();
  count_ = 0;
  const char* wrong = ProblemOf(map, count, switches);
  if (*wrong) return wrong;
  count_ = switches;
  for (int g = 0; g < count; ++g) {
    Switch& pedal = switches_[map[g].first];
    switch (map[g].kind) {
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
        pedal.chord = switches_[map[g].second].chord = g;
        pedal.partner = map[g].second;
        switches_[map[g].second].partner = map[g].first;
        break;
    }
  }
  return "";
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
