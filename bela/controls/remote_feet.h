// Footswitches pressed from afar (a page, a console): what the surface reads beside the
// pins, so that every gesture works there too. As on the floor, a switch is one switch,
// whoever stands on it: the last word holds.
#pragma once
#include "controls/board_pins.h"
#include "engine/spsc_queue.h"

namespace pedal {

// What is told of a switch: let go, pressed, or still held. The last keeps one that is
// down from springing back, and presses nothing.
enum class FootWord { kUp, kDown, kHeld };

class RemoteFeet {
 public:
  // Tells of one switch. False where too many wait: it is lost, and the
  // caller counts it. [one thread a source]
  bool Push(Source source, int footswitch, FootWord word) PEDAL_REALTIME {
    Step step;
    step.footswitch = footswitch;
    step.word = word;
    return queues_[static_cast<int>(source)].Push(step);
  }

  // Once a sample, before Down. [audio]
  void Process() PEDAL_REALTIME {
    for (Foot& foot : feet_) {
      if (foot.hold > 0) --foot.hold;
      if (foot.down && --foot.left <= 0) Move(&foot, false);
    }
    for (Queue& queue : queues_) {
      const Step* step = queue.Peek();
      if (!step) continue;
      Foot& foot = feet_[step->footswitch];
      const bool down =
          step->word == FootWord::kHeld ? foot.down : step->word == FootWord::kDown;
      if (foot.hold > 0 && down != foot.down) continue;
      if (down != foot.down) Move(&foot, down);
      foot.left = kSpring;
      queue.Pop();
    }
  }

  // Whether a switch is held. [audio]
  bool Down(int footswitch) const PEDAL_REALTIME { return feet_[footswitch].down; }

 private:
  // 20 ms: two messages in one packet are still a press and a release for the filter
  // that takes the bounce away.
  static constexpr int kHold = 882;
  // Who falls silent for 0.35 s has let go: less than a long press, so that a release
  // lost on its way makes no gesture that nobody made.
  static constexpr int kSpring = 44100 * 35 / 100;
  struct Step {
    int footswitch = 0;
    FootWord word = FootWord::kUp;
  };
  struct Foot {
    bool down = false;
    int hold = 0, left = 0;  // samples
  };
  using Queue = SpscQueue<Step, 64>;

  static void Move(Foot* foot, bool down) PEDAL_REALTIME {
    foot->down = down;
    foot->hold = kHold;
  }

  Queue queues_[kNumSources];
  Foot feet_[board::kNumFootswitches];
};

}  // namespace pedal
