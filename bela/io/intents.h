// Messages from clients become intents, checked against the protocol table.
#pragma once
#include "engine/intent.h"
#include "io/message.h"

namespace pedal {

enum class Verdict {
  kTaken,
  kClamped,  // taken, with a value brought into its range
  kDropped,
};

// Which messages are taken beside the usual ones.
struct Rights {
  bool timed = false;   // `at`: an offline render only
  bool faults = false;  // /fault/inject
};

// Fills *intent unless the verdict is kDropped. Numbers may arrive as int or float; an
// int argument takes a float that is whole.
Verdict ReadIntent(const Message& message, const Rights& rights, Intent* intent);

}  // namespace pedal
