// The instruction sets that this library was built with, the fastest first.

#include "recurrent.h"

#define PEDAL_DECLARE(path) extern "C" const PedalPath pedal_path_##path;
#define PEDAL_LIST(path) &pedal_path_##path,

PEDAL_PATHS(PEDAL_DECLARE)

extern "C" const PedalPath* const pedal_paths[] = {PEDAL_PATHS(PEDAL_LIST) nullptr};
