// Messages <-> OSC packets and the objects of the GUI's control channel.
#include "io/wire.h"

namespace pedal {
namespace {

constexpr std::size_t kMostArgs = 40;

}  // namespace

bool FromOsc(const oscpkt::Message& from, Message* message) {
  if (!from.isOk()) return false;
  message->address = from.addressPattern();
  oscpkt::Message::ArgReader args = from.arg();
  while (args.nbArgRemaining() > 0) {
    if (args.isInt32()) {
      std::int32_t value = 0;
      args.popInt32(value);
      message->Int(value);
    } else if (args.isFloat()) {
      float value = 0.0f;
      args.popFloat(value);
      message->Float(value);
    } else if (args.isStr()) {
      std::string value;
      args.popStr(value);
      message->Text(value);
    } else {
      return false;
    }
    if (!args.isOk() || message->args.size() > kMostArgs) return false;
  }
  return true;
}

// A missing "args" is an empty one.
bool FromGui(const JSONObject& from, Message* message) {
  const auto address = from.find(L"address"), args = from.find(L"args");
  if (address == from.end() || !address->second->IsString()) return false;
  message->address = Narrow(address->second->AsString());
  if (args == from.end()) return true;
  if (!args->second->IsArray() || args->second->AsArray().size() > kMostArgs)
    return false;
  for (const JSONValue* arg : args->second->AsArray()) {
    if (arg->IsNumber())
      message->args.push_back({'f', arg->AsNumber(), std::string()});
    else if (arg->IsString())
      message->Text(Narrow(arg->AsString()));
    else
      return false;
  }
  return true;
}

oscpkt::Message ToOsc(const Message& message) {
  oscpkt::Message packed(message.address);
  for (const MessageArg& arg : message.args) {
    if (arg.type == 'i')
      packed.pushInt32(static_cast<std::int32_t>(arg.number));
    else if (arg.type == 'f')
      packed.pushFloat(static_cast<float>(arg.number));
    else
      packed.pushStr(arg.text);
  }
  return packed;
}

JsonPointer ToGui(const Message& message) {
  JSONArray args;
  for (const MessageArg& arg : message.args)
    args.push_back(arg.type == 's' ? new JSONValue(Widen(arg.text))
                                   : new JSONValue(arg.number));
  JSONObject object;
  object[L"address"] = new JSONValue(Widen(message.address));
  object[L"args"] = new JSONValue(args);
  return JsonPointer(new JSONValue(object));
}

}  // namespace pedal
