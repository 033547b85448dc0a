// Reading a performance file, and delivering its messages.
#include "host/performance.h"

#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <oscpkt.hh>
#include <sstream>

#include "engine/protocol.h"
#include "host/block.h"
#include "host/errors.h"
#include "host/inbox.h"

namespace pedal {
namespace host {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();

[[noreturn]] void Refuse(const std::string& what, const std::string& expected) {
  throw Error(what + ": expected " + expected);
}

// Names an event in an error: performance "x.json": event 3 "analog"
struct Where {
  std::string name;
  std::string Field(const char* field) const { return name + ": " + field; }
};

std::int64_t Whole(const json& object, const char* key, std::int64_t low,
                   std::int64_t high, const Where& where) {
  const auto found = object.find(key);
  const bool good = found != object.end() && found->is_number_integer();
  if (good && *found >= low && *found <= high) return found->get<std::int64_t>();
  Refuse(where.Field(key),
         "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
}

float Fraction(const json& object, const char* key, const Where& where) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number() && *found >= 0.0 && *found <= 1.0)
    return found->get<float>();
  Refuse(where.Field(key), "a number from 0 to 1");
}

const protocol::Message* FindIntent(const std::string& address) {
  for (const auto& message : protocol::kMessages)
    if (message.to_engine && address == message.address) return &message;
  return nullptr;
}

// Adds the options of an intent that are missing: request 0, and the event's own `at`.
void AddOptions(json* message, std::int64_t at) {
  const auto& address = (*message)["address"].get_ref<const std::string&>();
  const protocol::Message* intent = FindIntent(address);
  if (intent == nullptr || at > kMaxInt32) return;
  json& args = (*message)["args"];
  const std::size_t own = static_cast<std::size_t>(intent->num_args);
  if (args.size() == own) args.push_back(0);
  if (args.size() == own + 1) args.push_back(at);
}

std::string ReadMessage(const json& body, std::int64_t at, const Where& where) {
  json message = body;
  const auto address = message.find("address");
  if (address == message.end() || !address->is_string() ||
      address->get<std::string>().compare(0, 1, "/") != 0)
    Refuse(where.Field("address"), "a string that opens with /");
  if (!message.contains("args")) message["args"] = json::array();
  if (!message["args"].is_array()) Refuse(where.Field("args"), "a list");
  for (const auto& arg : message["args"])
    if (!arg.is_number() && !arg.is_string() && !arg.is_boolean())
      Refuse(where.Field("args"), "numbers, strings and booleans");
  AddOptions(&message, at);
  return message.dump();
}

Event ReadBody(const std::string& kind, const json& body, Event event,
               const Where& where) {
  if (!body.is_object()) Refuse(where.name, "an object");
  if (kind == "digital") {
    event.kind = Event::Kind::kDigital;
    event.channel =
        static_cast<int>(Whole(body, "channel", 0, kMaxDigitalChannels - 1, where));
    event.value = static_cast<float>(Whole(body, "value", 0, 1, where));
  } else if (kind == "analog") {
    event.kind = Event::Kind::kAnalog;
    event.channel =
        static_cast<int>(Whole(body, "channel", 0, kMaxAnalogChannels - 1, where));
    event.value = Fraction(body, "value", where);
  } else if (kind == "cable") {
    event.kind = Event::Kind::kCable;
    if (!body.contains("pulled") || !body["pulled"].is_boolean())
      Refuse(where.Field("pulled"), "true or false");
    event.value = body["pulled"].get<bool>() ? 1.0f : 0.0f;
  } else {
    event.kind = kind == "osc" ? Event::Kind::kOsc : Event::Kind::kGui;
    event.message = ReadMessage(body, event.at, where);
  }
  return event;
}

Event ReadEvent(const json& item, const Where& where) {
  Event event;
  if (!item.is_object() || item.size() != 2)
    Refuse(where.name, "\"at\" and one of digital, analog, osc, gui, cable");
  event.at = Whole(item, "at", 0, std::int64_t{1} << 40, where);
  for (const char* kind : {"digital", "analog", "osc", "gui", "cable"})
    if (item.contains(kind))
      return ReadBody(kind, item[kind], event, {where.name + " \"" + kind + "\""});
  Refuse(where.name, "one of digital, analog, osc, gui, cable");
}

void Push(const json& arg, oscpkt::Message* message) {
  if (arg.is_string()) {
    message->pushStr(arg.get<std::string>());
  } else if (arg.is_boolean()) {
    message->pushBool(arg.get<bool>());
  } else if (arg.is_number_integer() && arg >= -kMaxInt32 - 1 && arg <= kMaxInt32) {
    message->pushInt32(arg.get<std::int32_t>());
  } else {
    message->pushFloat(arg.get<float>());
  }
}

}  // namespace

std::vector<Event> ParsePerformance(const std::string& text, const std::string& name) {
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) Refuse(name, "a JSON list of events");
  std::vector<Event> events;
  for (const auto& item : list) {
    const Where where = {name + ": event " + std::to_string(events.size() + 1)};
    events.push_back(ReadEvent(item, where));
    if (events.size() > 1 && events[events.size() - 2].at > events.back().at)
      Refuse(where.Field("at"), "events in the order of their time");
  }
  return events;
}

std::vector<Event> LoadPerformance(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("performance \"" + path + "\": cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return ParsePerformance(text.str(), "performance \"" + path + "\"");
}

void Deliver(const Event& event) {
  if (event.kind == Event::Kind::kGui) Inbox::Get().DeliverGui(event.message);
  if (event.kind != Event::Kind::kOsc) return;
  const json body = json::parse(event.message, nullptr, false);
  oscpkt::Message message(body["address"].get<std::string>());
  for (const auto& arg : body["args"]) Push(arg, &message);
  Inbox::Get().DeliverOsc(&message);
}

}  // namespace host
}  // namespace pedal
