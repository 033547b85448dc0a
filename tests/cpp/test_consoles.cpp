// Who is sent telemetry, for how long, and who may control.
#include <doctest/doctest.h>

#include "io/consoles.h"
#include "io/permission.h"

using pedal::Console;
using pedal::ConsoleAnswer;
using pedal::Consoles;
using pedal::IntentKind;
using pedal::Permission;
using pedal::Place;

namespace {

const Place kHere = {"10.0.0.1", 5000};
const Place kThere = {"10.0.0.2", 5000};

pedal::Intent Ask(IntentKind kind, int key, int lease_s = 0) {
  pedal::Intent intent;
  intent.kind = kind;
  intent.value = key;
  intent.number = static_cast<float>(lease_s);
  return intent;
}

ConsoleAnswer Answer(Consoles* consoles, const Place& from, pedal::Intent intent,
                     int token, double now) {
  intent.token = token;
  consoles->Take(intent, from, 1, now);
  ConsoleAnswer answer;
  REQUIRE(consoles->TakeAnswer(&answer));
  CHECK(answer.to == from);
  return answer;
}

// Why a console may not have its lease, "" where it has.
std::string Subscribe(Consoles* consoles, const Place& from, int key, double now,
                      int lease_s = 5) {
  const pedal::Intent ask = Ask(IntentKind::kMonitorSubscribe, key, lease_s);
  const ConsoleAnswer first = Answer(consoles, from, ask, 0, now);
  CHECK(first.wrong == "");
  CHECK(first.lease == 0);
  const ConsoleAnswer second = Answer(consoles, from, ask, first.token, now);
  CHECK(second.token == first.token);
  CHECK(second.lease == lease_s);
  return second.wrong;
}

}  // namespace

TEST_CASE("a lease ends unless it is renewed, and its reports are numbered on") {
  Consoles consoles;
  CHECK(consoles.BeginReport(0.0).empty());
  CHECK(Subscribe(&consoles, kHere, 7, 0.0) == "");
  REQUIRE(consoles.BeginReport(1.0).size() == 1);
  const Console second = consoles.BeginReport(4.9).at(0);
  CHECK(second.place == kHere);
  CHECK(second.key == 7);
  CHECK(second.sequence == 2);
  CHECK(consoles.BeginReport(5.0).empty());
  CHECK(consoles.Places(5.0).empty());
  CHECK(Subscribe(&consoles, kHere, 7, 6.0) == "");
  CHECK(consoles.BeginReport(6.1).at(0).sequence == 3);
}

TEST_CASE("who does not hear the pedal has nothing sent to anyone") {
  Consoles consoles;
  consoles.Prepare(pedal::DrawSipKey());
  const pedal::Intent ask = Ask(IntentKind::kMonitorSubscribe, 7, 60);
  const int token = Answer(&consoles, kHere, ask, 0, 0.0).token;
  CHECK(consoles.BeginReport(0.1).empty());
  const pedal::Intent other = Ask(IntentKind::kMonitorSubscribe, 8, 60);
  const Place next_door = {kHere.address, kHere.port + 1};
  CHECK(Answer(&consoles, kThere, ask, token, 0.2).lease == 0);
  CHECK(Answer(&consoles, next_door, ask, token, 0.2).lease == 0);
  CHECK(Answer(&consoles, kHere, other, token, 0.2).lease == 0);
  CHECK(Answer(&consoles, kHere, ask, token + 1, 0.2).lease == 0);
  CHECK(consoles.BeginReport(0.3).empty());
  Consoles restarted;
  restarted.Prepare(pedal::DrawSipKey());
  CHECK(Answer(&restarted, kHere, ask, token, 0.4).lease == 0);
  CHECK(restarted.BeginReport(0.5).empty());
}

TEST_CASE("the keyed hash is SipHash-2-4, by the examples of its authors") {
  const pedal::SipKey key = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
  std::string text;
  CHECK(pedal::SipHash(key, text) == 0x726fdb47dd0e0e31);
  for (int i = 0; i < 15; ++i) text += static_cast<char>(i);
  CHECK(pedal::SipHash(key, text) == 0xa129ca6149be45e5);
}

TEST_CASE("a console that leaves is served no more; another cannot leave for it") {
  Consoles consoles;
  Subscribe(&consoles, kHere, 7, 0.0);
  consoles.Take(Ask(IntentKind::kMonitorLeave, 7), kThere, 1, 1.0);
  consoles.Take(Ask(IntentKind::kMonitorLeave, 8), kHere, 1, 1.0);
  CHECK(consoles.BeginReport(1.0).size() == 1);
  consoles.Take(Ask(IntentKind::kMonitorLeave, 7), kHere, 1, 1.0);
  CHECK(consoles.BeginReport(1.0).empty());
}

TEST_CASE("the ninth console is refused until one of the eight is gone") {
  Consoles consoles;
  for (int i = 0; i < 8; ++i)
    CHECK(Subscribe(&consoles, {"10.0.0.1", 6000 + i}, 100 + i, 0.0) == "");
  CHECK(Subscribe(&consoles, kThere, 9, 1.0) == "8 consoles are served; close one");
  CHECK(Subscribe(&consoles, {"10.0.0.1", 6003}, 103, 1.0) == "");  // renews
  CHECK(Subscribe(&consoles, {"10.0.0.1", 6003}, 203, 1.0) == "");  // is started anew
  CHECK(consoles.BeginReport(1.0).size() == 8);
  CHECK(Subscribe(&consoles, kThere, 9, 5.5) == "");
  CHECK(consoles.BeginReport(5.5).size() == 2);
}

TEST_CASE("a copy of a console's message from elsewhere moves no report") {
  Consoles consoles;
  Subscribe(&consoles, kHere, 7, 0.0);
  CHECK(Subscribe(&consoles, kThere, 7, 1.0) ==
        "this key serves another console; draw a new one");
  CHECK(consoles.BeginReport(1.0).at(0).place == kHere);
  CHECK(consoles.BeginReport(5.1).empty());  // nor does it renew
  CHECK(Subscribe(&consoles, kThere, 7, 5.2) == "");
  CHECK(consoles.BeginReport(5.3).at(0).sequence == 2);
}

TEST_CASE("a console started anew begins at 1, and the one before goes on if it can") {
  Consoles consoles;
  Subscribe(&consoles, kHere, 7, 0.0);
  consoles.BeginReport(0.1);
  consoles.BeginReport(0.2);
  Subscribe(&consoles, kHere, 8, 0.3);
  const std::vector<Console> served = consoles.BeginReport(0.4);
  REQUIRE(served.size() == 1);
  CHECK(served[0].key == 8);
  CHECK(served[0].sequence == 1);
  Subscribe(&consoles, kHere, 7, 0.5);
  CHECK(consoles.BeginReport(0.6).at(0).sequence == 3);
}

TEST_CASE("a thousand keys of one socket take no more room than one") {
  Consoles consoles;
  for (int key = 1; key <= 1000; ++key)
    REQUIRE(Subscribe(&consoles, kHere, key, 0.001 * key) == "");
  CHECK(consoles.BeginReport(1.5).size() == 1);
}

TEST_CASE("nobody makes answers pile up") {
  Consoles consoles;
  for (int i = 0; i < 1000; ++i)
    consoles.Refuse(Ask(IntentKind::kEffectNext, 0), kThere);
  CHECK(consoles.refused() == 1000);
  ConsoleAnswer answer;
  int answers = 0;
  while (consoles.TakeAnswer(&answer)) ++answers;
  CHECK(answers == 64);
  CHECK(answer.wrong == "control is not allowed from 10.0.0.2");
}

TEST_CASE("a pedal obeys its own machine and the USB cable, and no one else") {
  const Permission control;
  for (const char* address : {"127.0.0.1", "127.9.9.9", "192.168.6.1", "192.168.7.255"})
    CHECK_MESSAGE(control.Allows(address), address);
  for (const char* address : {"128.0.0.1", "192.168.8.1", "192.168.5.255", "10.0.0.1",
                              "", "localhost", "::1", "127.0.0.1.5", "0177.0.0.1"})
    CHECK_MESSAGE(!control.Allows(address), address);
}

TEST_CASE("addresses and nets may be named, and what is neither is told") {
  Permission control;
  CHECK(control.Read("10.0.0.5,172.16.0.0/12,192.168.1.129/25") == "");
  CHECK(control.Allows("10.0.0.5"));
  CHECK_FALSE(control.Allows("10.0.0.6"));
  CHECK(control.Allows("172.31.255.255"));
  CHECK_FALSE(control.Allows("172.32.0.0"));
  CHECK(control.Allows("192.168.1.200"));
  CHECK_FALSE(control.Allows("192.168.1.127"));
  CHECK_FALSE(control.Allows("127.0.0.1"));
  CHECK(control.Read("0.0.0.0/0") == "");
  CHECK(control.Allows("8.8.8.8"));
  CHECK(control.Read("none") == "");
  CHECK_FALSE(control.Allows("127.0.0.1"));
  for (const char* wrong : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                            "10.0.0.0/ 8", "10.0.0", "home", " 10.0.0.1", ""})
    CHECK(control.Read(std::string("127.0.0.1,") + wrong + ",10.0.0.1") == wrong);
}

TEST_CASE("what asks may be sent by anyone, what changes may not") {
  for (IntentKind kind : {IntentKind::kStateGet, IntentKind::kPresetsGet,
                          IntentKind::kGesturesGet, IntentKind::kMonitorSubscribe})
    CHECK(pedal::OnlyReads(kind));
  for (IntentKind kind : {IntentKind::kBypass, IntentKind::kPresetsExport,
                          IntentKind::kFootswitch, IntentKind::kInjectUnderrun})
    CHECK_FALSE(pedal::OnlyReads(kind));
}
