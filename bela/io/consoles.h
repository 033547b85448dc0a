// The consoles that are sent telemetry: each by its socket and a key that it drew, for
// as long as its lease runs. A lease needs the token that the pedal sent to that
// socket: an address can be forged, so one that hears nothing of the pedal is sent
// nothing.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "engine/intent.h"
#include "io/sip_hash.h"

namespace pedal {

// A UDP socket of somebody.
struct Place {
  std::string address;  // IPv4
  int port = 0;
  bool operator==(const Place& other) const {
    return address == other.address && port == other.port;
  }
};

struct Console {
  Place place;
  int key = 0;
  double until = 0.0;  // end of its lease, by Now()
  int sequence = 0;    // of the last report; goes on where a lease ended and came back
};

// What became of a message, for its sender only.
struct ConsoleAnswer {
  Place to;
  Intent asked;
  std::string wrong;  // "" where a lease was given, or the token for one
  int lease = 0;      // seconds; 0 where the token was missing
  int token = 0;      // for the next time
  int consoles = 0;   // that are served
  int control = 0;    // 1 where the sender's intents are taken
};

class Consoles {
 public:
  static constexpr int kMost = 8;

  // secret: random, so that nobody can tell a token. [setup]
  void Prepare(const SipKey& secret) { secret_ = secret; }

  // Takes /monitor/subscribe and /monitor/leave. control: as in the answer. [receiver]
  void Take(const Intent& intent, const Place& from, int control, double now);

  // True where a lease runs there. [receiver]
  bool Serves(const Place& place, double now) const;

  // Counts an intent that `from` may not send, and has it answered. [receiver]
  void Refuse(const Intent& intent, const Place& from);
  std::uint32_t refused() const { return refused_.load(std::memory_order_relaxed); }

  // The next answer that is due. False where there is none. [publisher]
  bool TakeAnswer(ConsoleAnswer* answer);

  // All whose lease runs; counts a report for each. [publisher]
  std::vector<Console> BeginReport(double now);

  // The sockets of all whose lease runs. [publisher]
  std::vector<Place> Places(double now) const;

 private:
  static constexpr std::size_t kMostAnswers = 64;
  static constexpr std::size_t kMostKnown = 2 * kMost;  // with leases that have ended

  int TokenOf(const Place& place, int key) const;
  std::string Subscribe(const Intent& intent, const Place& from, double now);
  Console* Add(int key);
  void Answer(const ConsoleAnswer& answer);
  int Served(double now) const;

  SipKey secret_ = {{0, 0}};
  mutable std::mutex mutex_;  // of all below; never taken on the audio thread
  std::vector<Console> consoles_;
  std::deque<ConsoleAnswer> answers_;
  std::atomic<std::uint32_t> refused_{0};
};

}  // namespace pedal
