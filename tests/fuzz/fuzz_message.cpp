// Fuzzes both wires: a datagram and a line of the GUI, up to the intent.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "io/intents.h"
#include "io/wire.h"

namespace {

void Take(const pedal::Message& message) {
  pedal::Intent intent;
  if (pedal::ReadIntent(message, {true, true}, &intent) == pedal::Verdict::kDropped)
    return;
  if (!std::isfinite(intent.number) || intent.time < 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  oscpkt::PacketReader reader;
  reader.init(data, size);
  while (const oscpkt::Message* packed = reader.popMessage()) {
    pedal::Message from_osc;
    if (pedal::FromOsc(*packed, &from_osc)) Take(from_osc);
  }
  const std::string text(reinterpret_cast<const char*>(data), size);
  const pedal::JsonPointer root = pedal::ParseJson(text);
  pedal::Message from_gui;
  if (root && root->IsObject() && pedal::FromGui(root->AsObject(), &from_gui))
    Take(from_gui);
  return 0;
}
