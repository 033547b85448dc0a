// Messages <-> what the two wires carry; no I/O.
#pragma once
#include <oscpkt.hh>

#include "io/json.h"
#include "io/message.h"

namespace pedal {

// False where an argument is of a kind that the protocol does not know, or there are
// more than 40.
bool FromOsc(const oscpkt::Message& from, Message* message);
bool FromGui(const JSONObject& from, Message* message);

oscpkt::Message ToOsc(const Message& message);
JsonPointer ToGui(const Message& message);

}  // namespace pedal
