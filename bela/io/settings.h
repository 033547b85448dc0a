// How this pedal is set up, from the environment, which a board and a laptop both have.
#pragma once
#include <string>
#include <vector>

#include "engine/engine.h"
#include "io/permission.h"

namespace pedal {

// What is asked for by name: it goes before the last sound, at a default too.
struct Named {
  bool bypass = false, block = false;
  bool params[protocol::kNumParams] = {};
};

struct Settings {
  std::string bank =
      "bank";  // PEDAL_BANK: folder, relative to the project folder on a board
  bool last_bank = true;  // the last sound's goes before it: where PEDAL_BANK is not
                          // set, or PEDAL_LAST_BANK=1 is
  std::vector<std::string> banks;  // PEDAL_BANKS: folders of banks for /bank/load, by
                                   // ":"; else "banks" of data, and "banks"
  std::string data =
      "data";  // PEDAL_DATA: folder of presets, last sound and foot map; "" is none.
               // A render reads presets where it is set, and writes nothing
  bool data_asked = false;  // PEDAL_DATA was set
  std::string boot_id;      // PEDAL_BOOT_ID; else made up anew each start
  std::string
      timeline;  // PEDAL_TIMELINE: file for every echo with its sample; offline only
  int osc_port = 7562;        // PEDAL_OSC_PORT; 0 is off
  int gui_port = 5555;        // PEDAL_GUI_PORT
  bool allow_faults = false;  // PEDAL_ALLOW_FAULTS=1
  int burn_percent = 0;       // PEDAL_BURN_PERCENT: of a period, added to each block
  Permission control;         // PEDAL_CONTROL: who may control by OSC, "10.0.0.5,
                              // 192.168.1.0/24" without blanks, or none
  EngineConfig engine;  // PEDAL_EFFECT, PEDAL_BYPASS=1, PEDAL_MODEL_BLOCK, PEDAL_RAW=1,
                        // PEDAL_PARAMS ("drive=80,level=-3"), PEDAL_PRESET: the preset
                        // that it says it plays, where there is one of that id
  Named named;          // which of these are set
};

// Returns "" and fills *settings, or what is wrong in one line.
std::string ReadSettings(Settings* settings);

}  // namespace pedal
