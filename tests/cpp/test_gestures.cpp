// Ten thousand scripted gestures with contact bounce, over every kind of map: none
// missed, doubled or wrong. The script knows what it means; nothing here reads a
// switch.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "controls/surface.h"

using pedal::Edge;
using pedal::Fired;
using pedal::Gesture;
using pedal::GestureKind;
using pedal::Reason;

namespace {

constexpr int kMs = 44;       // samples
constexpr int kBounce = 220;  // 5 ms
#if defined(__SANITIZE_ADDRESS__)
constexpr int kScripts = 400;
#else
constexpr int kScripts = 10000;
#endif

Gesture Make(GestureKind kind, int first, int second = -1) {
  Gesture gesture = {};
  gesture.kind = kind;
  gesture.first = first;
  gesture.second = second;
  gesture.on.kind = gesture.off.kind = pedal::IntentKind::kEffectNext;
  return gesture;
}

std::vector<const Gesture*> Pointers(const std::vector<Gesture>& map) {
  std::vector<const Gesture*> rows;
  for (const Gesture& row : map) rows.push_back(&row);
  return rows;
}

// A map of two switches, drawn from all that are allowed.
std::vector<Gesture> DrawMap(std::mt19937* rng) {
  std::vector<Gesture> map;
  const bool chord = (*rng)() % 2;
  for (int s = 0; s < 2; ++s) {
    if (!chord && (*rng)() % 4 == 0) {
      map.push_back(Make(GestureKind::kMomentary, s));
      continue;
    }
    if ((*rng)() % 5)
      map.push_back(Make((*rng)() % 2 ? GestureKind::kPress : GestureKind::kLatch, s));
    if ((*rng)() % 2) map.push_back(Make(GestureKind::kLong, s));
    if ((*rng)() % 2) map.push_back(Make(GestureKind::kDouble, s));
  }
  if (chord) map.push_back(Make(GestureKind::kChord, 0, 1));
  return map;
}

// What the feet do: a switch is down from `from` to `to`, in samples.
struct Down {
  int foot, from, to;
};

// One act of a player, with what it must mean under a map.
class Act {
 public:
  Act(const std::vector<Gesture>& map, std::mt19937* rng) : map_(map), rng_(rng) {
    Choose();
  }

  std::vector<Down> downs;
  std::vector<std::string> expected;  // "3" or "3off", sorted by the caller

 private:
  void Choose() {
    const int s = Draw(0, 1);
    switch (Draw(0, 8)) {
      case 0:
        return Tap(s, 0, Draw(40, 250));
      case 1:  // too short for long, too late for double
        return Tap(s, 0, Draw(330, 440));
      case 2:
        return Hold(s, 0, Draw(600, 900));
      case 3:
        return Twice(s);
      case 4:
        return Twice(s), Tap(s, 400, Draw(40, 200));
      case 5:
        return Together(s, Draw(0, 50), Draw(80, 400));
      case 6:
        return Together(s, Draw(0, 50), Draw(600, 900));
      case 7:  // one after the other: no chord
        Tap(s, 0, Draw(40, 250));
        return Tap(1 - s, Draw(80, 200), Draw(40, 250));
      default:  // one held, the other tapped meanwhile
        Hold(s, 0, Draw(700, 900));
        return Tap(1 - s, Draw(100, 300), Draw(40, 250));
    }
  }

  int Draw(int low, int high) {
    return low + static_cast<int>((*rng_)() % static_cast<unsigned>(high - low + 1));
  }
  int Find(GestureKind kind, int foot) const {
    for (std::size_t g = 0; g < map_.size(); ++g)
      if (map_[g].kind == kind && (map_[g].first == foot || map_[g].second == foot))
        return static_cast<int>(g);
    return -1;
  }
  void Expect(int gesture, const char* tail = "") {
    if (gesture >= 0) expected.push_back(std::to_string(gesture) + tail);
  }
  void Press(int foot) {
    Expect(Find(GestureKind::kPress, foot));
    Expect(Find(GestureKind::kLatch, foot));
    Expect(Find(GestureKind::kMomentary, foot));
    Expect(Find(GestureKind::kMomentary, foot), "off");
  }
  void Put(int foot, int at_ms, int for_ms) {
    downs.push_back({foot, at_ms * kMs, (at_ms + for_ms) * kMs});
  }
  void Tap(int foot, int at_ms, int for_ms) {
    Put(foot, at_ms, for_ms);
    Press(foot);
  }
  void Hold(int foot, int at_ms, int for_ms) {
    Put(foot, at_ms, for_ms);
    const int held = Find(GestureKind::kLong, foot);
    if (held >= 0) return Expect(held);
    Press(foot);
  }
  void Twice(int foot) {
    const int gap = Draw(90, 280);
    Put(foot, 0, Draw(40, gap - 45));
    Put(foot, gap, Draw(40, 70));
    const int twice = Find(GestureKind::kDouble, foot);
    if (twice >= 0) return Expect(twice);
    Press(foot);
    Press(foot);
  }
  void Together(int foot, int gap_ms, int for_ms) {
    Put(foot, 0, for_ms);
    Put(1 - foot, gap_ms, for_ms);
    const int chord = Find(GestureKind::kChord, foot);
    if (chord >= 0) return Expect(chord);
    const bool is_long = for_ms >= 600;
    for (int f = 0; f < 2; ++f) {
      const int held = Find(GestureKind::kLong, f);
      if (is_long && held >= 0)
        Expect(held);
      else
        Press(f);
    }
  }

  const std::vector<Gesture>& map_;
  std::mt19937* rng_;
};

// The contact of one switch over `samples`: bounces for 5 ms after each edge, sparks
// while open.
std::vector<char> Contact(const std::vector<Down>& downs, int foot, int samples,
                          std::mt19937* rng) {
  std::vector<char> closed(static_cast<std::size_t>(samples), 0);
  const auto bounce = [&](int from) {
    for (int n = from; n < from + kBounce && n < samples; ++n)
      closed[static_cast<std::size_t>(n)] = (*rng)() % 2;
  };
  for (const Down& down : downs) {
    if (down.foot != foot) continue;
    std::fill(closed.begin() + down.from, closed.begin() + down.to, 1);
    bounce(down.from);
    bounce(down.to);
  }
  const std::size_t spark = closed.size() - 5000 + (*rng)() % 4000;
  std::fill_n(closed.begin() + static_cast<long>(spark), 5, 1);
  return closed;
}

}  // namespace

TEST_CASE("ten thousand scripted gestures: none missed, doubled or wrong") {
  std::mt19937 rng(11);
  pedal::SampleTime now = 0;
  for (int script = 0; script < kScripts; script += 20) {
    const std::vector<Gesture> map = DrawMap(&rng);
    pedal::Gestures gestures;
    const std::vector<const Gesture*> rows = Pointers(map);
    REQUIRE(gestures.Prepare(rows.data(), static_cast<int>(rows.size()), 2) ==
            Reason::kNone);
    pedal::Footswitch feet[2];
    for (pedal::Footswitch& foot : feet) foot.Process(false);
    for (int turn = 0; turn < 20; ++turn) {
      Act act(map, &rng);
      int last = 0;
      for (const Down& down : act.downs) last = std::max(last, down.to);
      const int samples = last + 400 * kMs;
      const std::vector<char> contacts[2] = {Contact(act.downs, 0, samples, &rng),
                                             Contact(act.downs, 1, samples, &rng)};
      std::vector<std::string> heard;
      for (int n = 0; n < samples; ++n, ++now) {
        Edge edges[2];
        for (int s = 0; s < 2; ++s)
          edges[s] = feet[s].Process(contacts[s][static_cast<std::size_t>(n)] != 0);
        Fired fired[pedal::Gestures::kMaxFired];
        const int count = gestures.Process(edges, now, fired);
        for (int f = 0; f < count; ++f)
          heard.push_back(std::to_string(fired[f].gesture) +
                          (fired[f].off ? "off" : ""));
      }
      std::sort(heard.begin(), heard.end());
      std::sort(act.expected.begin(), act.expected.end());
      INFO("script " << script + turn);
      REQUIRE(heard == act.expected);
    }
  }
}

TEST_CASE("a conflicting map is refused, and says why") {
  using K = GestureKind;
  const auto problem = [](const std::vector<Gesture>& map) {
    const std::vector<const Gesture*> rows = Pointers(map);
    return pedal::ProblemOf(rows.data(), static_cast<int>(rows.size()), 2).reason;
  };
  CHECK(problem({Make(K::kPress, 0), Make(K::kLatch, 0)}) == Reason::kTwoPresses);
  CHECK(problem({Make(K::kMomentary, 0), Make(K::kLong, 0)}) ==
        Reason::kMomentaryWaits);
  CHECK(problem({Make(K::kLong, 0), Make(K::kLong, 0)}) == Reason::kTwoAlike);
  CHECK(problem({Make(K::kChord, 0, 1), Make(K::kChord, 1, 0)}) == Reason::kTwoChords);
  CHECK(problem({Make(K::kChord, 0, 0)}) == Reason::kWrongSwitches);
  CHECK(problem({Make(K::kPress, 2)}) == Reason::kUnknownSwitch);
  CHECK(problem({Make(K::kPress, 0), Make(K::kLong, 0), Make(K::kChord, 0, 1)}) ==
        Reason::kNone);
  CHECK(problem({std::begin(pedal::board::kGestures),
                 std::end(pedal::board::kGestures)}) == Reason::kNone);
}

namespace {

// All intents of a surface whose switches read `held` from sample `from` on.
std::vector<pedal::Intent> Intents(pedal::Surface* surface, bool first, bool second,
                                   int samples, pedal::SampleTime start) {
  std::vector<pedal::Intent> all;
  pedal::Intent intents[pedal::Surface::kMaxIntents];
  const int readings[2] = {!first, !second};
  for (int n = 0; n < samples; ++n) {
    const int count = surface->ProcessSwitches(readings, start + n, intents);
    all.insert(all.end(), intents, intents + count);
  }
  return all;
}

}  // namespace

TEST_CASE("a plain switch acts on the press edge within 5 ms") {
  pedal::Surface surface;
  REQUIRE(surface.Prepare() == Reason::kNone);
  Intents(&surface, false, false, 1000, 0);
  const auto intents = Intents(&surface, false, true, 4000, 1000);
  REQUIRE(intents.size() == 1);
  CHECK(intents[0].kind == pedal::IntentKind::kEffectNext);
  CHECK(intents[0].time - 1000 < 5 * kMs);
}

TEST_CASE("both switches held at the start are a safe start in bypass, and no press") {
  pedal::Surface surface;
  surface.Prepare();
  const auto intents = Intents(&surface, true, true, 2000, 0);
  REQUIRE(intents.size() == 1);
  CHECK(intents[0].kind == pedal::IntentKind::kBypass);
  CHECK(intents[0].value == 1);
  CHECK(surface.start() == pedal::StartKind::kSafe);
  pedal::Surface other;
  other.Prepare();
  CHECK(Intents(&other, true, false, 2000, 0).empty());
  CHECK(other.start() == pedal::StartKind::kNormal);
}
