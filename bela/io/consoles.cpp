// The consoles that are sent telemetry.
#include "io/consoles.h"

#include <algorithm>

#include "io/permission.h"

namespace pedal {
namespace {

using Lock = std::lock_guard<std::mutex>;

}  // namespace

constexpr int Consoles::kMost;
constexpr std::size_t Consoles::kMostAnswers;
constexpr std::size_t Consoles::kMostKnown;

void Consoles::Take(const Intent& intent, const Place& from, int control, double now) {
  const Lock lock(mutex_);
  if (intent.kind == IntentKind::kMonitorLeave) {
    const auto leaves = [&intent, &from](const Console& console) {
      return console.place == from && console.key == intent.value;
    };
    consoles_.erase(std::remove_if(consoles_.begin(), consoles_.end(), leaves),
                    consoles_.end());
    return;
  }
  ConsoleAnswer answer;
  answer.to = from;
  answer.asked = intent;
  answer.token = TokenOf(from, intent.value);
  if (intent.token == answer.token) {
    answer.wrong = Subscribe(intent, from, now);
    answer.lease = static_cast<int>(intent.number);
  }
  answer.consoles = Served(now);
  answer.control = control;
  Answer(answer);
}

// Never 0, which a console says that has none yet.
int Consoles::TokenOf(const Place& place, int key) const {
  const std::string words =
      place.address + ":" + std::to_string(place.port) + " " + std::to_string(key);
  return static_cast<int>(SipHash(secret_, words) % 0x7fffffff) + 1;
}

// A key serves one socket while its lease runs, so that a copy of its message sent from
// elsewhere moves nothing. A socket that comes with another key ends the lease of the
// one before, which keeps its sequence should it come back.
std::string Consoles::Subscribe(const Intent& intent, const Place& from, double now) {
  Console* same = nullptr;
  int others = 0;
  for (Console& console : consoles_) {
    const bool own = console.key == intent.value;
    if (own && !(console.place == from) && console.until > now)
      return "this key serves another console; draw a new one";
    if (own) same = &console;
    if (!own && !(console.place == from)) others += console.until > now;
  }
  if (others >= kMost) return std::to_string(kMost) + " consoles are served; close one";
  for (Console& console : consoles_)
    if (console.place == from && console.until > now) console.until = now;
  if (!same) same = Add(intent.value);
  same->place = from;
  same->until = now + static_cast<double>(intent.number);
  return "";
}

// The one whose lease ended first makes room.
Console* Consoles::Add(int key) {
  if (consoles_.size() >= kMostKnown)
    consoles_.erase(std::min_element(
        consoles_.begin(), consoles_.end(),
        [](const Console& a, const Console& b) { return a.until < b.until; }));
  consoles_.emplace_back();
  consoles_.back().key = key;
  return &consoles_.back();
}

bool Consoles::Serves(const Place& place, double now) const {
  const Lock lock(mutex_);
  return std::any_of(consoles_.begin(), consoles_.end(),
                     [&place, now](const Console& console) {
                       return console.place == place && console.until > now;
                     });
}

void Consoles::Refuse(const Intent& intent, const Place& from) {
  ++refused_;
  ConsoleAnswer answer;
  answer.to = from;
  answer.asked = intent;
  answer.wrong = (OnlyReads(intent.kind) ? "without a lease nothing is told to "
                                         : "control is not allowed from ") +
                 from.address;
  const Lock lock(mutex_);
  Answer(answer);
}

// With mutex_ held. Who asks faster than he can be answered is not answered.
void Consoles::Answer(const ConsoleAnswer& answer) {
  if (answers_.size() < kMostAnswers) answers_.push_back(answer);
}

bool Consoles::TakeAnswer(ConsoleAnswer* answer) {
  const Lock lock(mutex_);
  if (answers_.empty()) return false;
  *answer = answers_.front();
  answers_.pop_front();
  return true;
}

// With mutex_ held.
int Consoles::Served(double now) const {
  int served = 0;
  for (const Console& console : consoles_) served += console.until > now;
  return served;
}

std::vector<Console> Consoles::BeginReport(double now) {
  const Lock lock(mutex_);
  std::vector<Console> served;
  for (Console& console : consoles_) {
    if (console.until <= now) continue;
    console.sequence = console.sequence == 0x7fffffff ? 1 : console.sequence + 1;
    served.push_back(console);
  }
  return served;
}

std::vector<Place> Consoles::Places(double now) const {
  const Lock lock(mutex_);
  std::vector<Place> places;
  for (const Console& console : consoles_)
    if (console.until > now) places.push_back(console.place);
  return places;
}

}  // namespace pedal
