// Which address stands for which kind of intent: one table for both directions.
#pragma once
#include "engine/intent.h"

namespace pedal {

// The kind that a message asks for; kStateGet where it is none of the table's.
IntentKind KindOf(protocol::MessageId id);

// The address that asks for it; of a switch or knob, what it stands for.
const char* AddressOf(IntentKind kind);

}  // namespace pedal
