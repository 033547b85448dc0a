// The golden vectors of pedal/protocol/examples, which Python and JavaScript read too.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "io/echoes.h"
#include "io/foot_text.h"
#include "io/intents.h"
#include "io/wire.h"

using nlohmann::json;
using pedal::Verdict;

namespace {

json Vectors() {
  std::ifstream file(PEDAL_ROOT "/pedal/protocol/examples/messages.json");
  return json::parse(file);
}

std::string Bytes(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

// The message of a row, with its numbers in the types that its address asks for.
pedal::Message Encoded(const json& row) {
  pedal::Message message;
  message.address = row["address"];
  for (const json& arg : row["args"]) {
    if (arg.is_string())
      message.Text(arg);
    else if (arg.is_number_integer())
      message.Int(arg);
    else
      message.Float(arg);
  }
  return message;
}

const pedal::Rights kAll = {true, true};

// What one wire made of a row.
struct Outcome {
  bool read = false;
  Verdict verdict = Verdict::kDropped;
  pedal::Intent intent;
};

Outcome Take(bool read, const pedal::Message& message) {
  Outcome outcome;
  outcome.read = read;
  if (read) outcome.verdict = pedal::ReadIntent(message, kAll, &outcome.intent);
  return outcome;
}

Outcome FromDatagram(const json& row) {
  const std::string bytes = Bytes(row["osc_hex"]);
  const oscpkt::Message packed(bytes.data(), bytes.size());
  pedal::Message message;
  return Take(packed.isOk() && pedal::FromOsc(packed, &message), message);
}

Outcome FromObject(const json& row) {
  const pedal::JsonPointer root = pedal::ParseJson(row["gui"].get<std::string>());
  pedal::Message message;
  return Take(root && root->IsObject() && pedal::FromGui(root->AsObject(), &message),
              message);
}

void CheckIntent(const pedal::Intent& intent, const json& row) {
  CHECK(intent.request == row["request"].get<int>());
  CHECK(intent.time == (row["at"].is_null() ? 0 : row["at"].get<long>()));
  const json& expect = row["expect"];
  const std::string address = row["address"];
  if (address == "/effect/select") CHECK(std::string(intent.id) == expect[0]);
  if (address == "/preset/load" || address == "/preset/delete")
    CHECK(std::string(intent.id) == expect[0]);
  if (address == "/preset/save") CHECK(std::string(intent.name) == expect[1]);
  if (address == "/preset/move" || address == "/param/keep")
    CHECK(intent.value == expect[1]);
  if (address == "/gesture/set" || address == "/gesture/clear") {
    CHECK(std::string(intent.id) == expect[0]);
    CHECK(intent.wrong == pedal::Reason::kNone);
    const pedal::RowText row = pedal::ToText(intent.gesture);
    CHECK(row.kind == expect[1]);
    CHECK(row.switches == expect[2]);
    if (address == "/gesture/clear") return;
    CHECK(row.message == expect[3]);
    CHECK(row.off == expect[4]);
  }
  if (address == "/expression/calibrate") CHECK(intent.value == expect[0]);
  if (address == "/monitor/subscribe" || address == "/monitor/leave")
    CHECK(intent.value == expect[0]);
  if (address == "/monitor/subscribe") {
    CHECK(intent.number == expect[1]);
    CHECK(intent.token == expect[2]);
  }
  if (address == "/bypass" || address == "/model/block")
    CHECK(intent.value == expect[0]);
  if (address != "/param/set") return;
  CHECK(pedal::protocol::kParams[static_cast<int>(intent.param)].id == expect[0]);
  CHECK(intent.number == doctest::Approx(expect[1].get<double>()).epsilon(1e-6));
}

void CheckOutcome(const Outcome& outcome, const json& row) {
  const std::string verdict = row["verdict"];
  const Verdict expected = verdict == "taken"     ? Verdict::kTaken
                           : verdict == "clamped" ? Verdict::kClamped
                                                  : Verdict::kDropped;
  CHECK(outcome.verdict == expected);
  if (expected != Verdict::kDropped) CheckIntent(outcome.intent, row);
}

}  // namespace

TEST_CASE("every golden vector for the engine has its verdict, over both wires") {
  int seen = 0;
  for (const json& row : Vectors()) {
    if (row["to"] != "engine") continue;
    INFO(row["name"].get<std::string>());
    if (!row["osc_hex"].is_null()) CheckOutcome(FromDatagram(row), row);
    if (!row["gui"].is_null()) CheckOutcome(FromObject(row), row);
    ++seen;
  }
  CHECK(seen > 20);
}

TEST_CASE("every golden vector that has arguments is encoded to its very bytes") {
  int seen = 0;
  for (const json& row : Vectors()) {
    if (row["args"].is_null() || row["osc_hex"].is_null() ||
        row["verdict"] == "dropped")
      continue;
    INFO(row["name"].get<std::string>());
    oscpkt::PacketWriter writer;
    writer.init().addMessage(pedal::ToOsc(Encoded(row)));
    CHECK(std::string(writer.packetData(), writer.packetSize()) ==
          Bytes(row["osc_hex"]));
    if (row["gui"].is_null()) continue;
    const std::string gui = JSON::ws2s(pedal::ToGui(Encoded(row))->Stringify());
    CHECK(json::parse(gui) == json::parse(row["gui"].get<std::string>()));
    ++seen;
  }
  CHECK(seen > 10);
}

TEST_CASE("a live engine takes neither times nor faults from a wire") {
  pedal::Message at;
  at.address = "/effect/next";
  at.Int(0).Int(4410);
  pedal::Message fault;
  fault.address = "/fault/inject";
  fault.Text("nan");
  pedal::Intent intent;
  CHECK(pedal::ReadIntent(at, {false, false}, &intent) == Verdict::kDropped);
  CHECK(pedal::ReadIntent(at, {true, false}, &intent) == Verdict::kTaken);
  CHECK(pedal::ReadIntent(fault, {true, false}, &intent) == Verdict::kDropped);
  CHECK(pedal::ReadIntent(fault, {false, true}, &intent) == Verdict::kTaken);
}

TEST_CASE("every event becomes a message with the arguments that the table names") {
  pedal::Surroundings around;
  around.boot_id = "0a1b2c3d";
  using pedal::EventKind;
  for (EventKind kind : {EventKind::kEffect, EventKind::kBypass, EventKind::kBlock,
                         EventKind::kParam, EventKind::kRejected, EventKind::kSnapshot,
                         EventKind::kAlarm, EventKind::kRecovered, EventKind::kPreset,
                         EventKind::kPresets, EventKind::kTakeover, EventKind::kBackup,
                         EventKind::kGestures, EventKind::kExpression}) {
    pedal::Event event;
    event.kind = kind;
    const pedal::Message message = pedal::ToMessage(event, around);
    std::string types;
    for (const pedal::MessageArg& arg : message.args) types += arg.type;
    bool known = false;
    for (const pedal::protocol::Message& row : pedal::protocol::kMessages) {
      if (message.address != row.address || row.to_engine) continue;
      CHECK(types == row.types);
      known = true;
    }
    CHECK_MESSAGE(known, message.address);
  }
}
