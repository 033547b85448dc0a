// The engine's events become messages for clients.
#pragma once
#include <string>

#include "engine/intent.h"
#include "io/message.h"

namespace pedal {

// What a snapshot needs beyond the engine's own state.
struct Surroundings {
  std::string boot_id;
  std::string bank;     // its name, "" without one
  std::string effects;  // ids, comma-separated
  int dropped = 0;      // messages dropped or clamped since the start
  Setlist setlist;
  FootMap feet;
  std::string bank_id;  // the name that it was loaded by, "" for none
  std::string banks;    // that can be loaded, comma-separated
  std::string loading;  // the one that is, "" for none
};

constexpr std::size_t kMostBackupBytes = 12288;  // of /presets/file, /presets/restore

// One event as the message that tells it; the protocol's table names the arguments.
Message ToMessage(const Event& event, const Surroundings& around);

// As /state and /alarm call it.
const char* CodeOf(Fault fault);

// An alarm that does not come from the engine.
Message AlarmMessage(const std::string& code, const std::string& text, int revision,
                     const Surroundings& around);

// A refusal that does not come from the engine.
Message RejectedMessage(const Intent& intent, const std::string& reason, int revision,
                        const Surroundings& around);

}  // namespace pedal
