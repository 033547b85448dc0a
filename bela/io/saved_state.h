// Presets and the last sound as JSON, and back; no files here.
#pragma once
#include <string>
#include <vector>

#include "engine/intent.h"

namespace pedal {

// One file holds the whole setlist, so that it is also what is exported and imported.
std::string ToJson(const Setlist& setlist);
// "" and fills *setlist, or what is wrong in one line. Values out of range are clamped;
// a row of the foot map that means nothing is left out and named in *dropped.
std::string FromJson(const std::string& text, Setlist* setlist,
                     std::vector<std::string>* dropped = nullptr);

// Effect, bypass, block, parameters and preset of a state, and its bank's name, "" for
// none.
std::string ToJson(const State& state, const std::string& bank);
// False where it is no such thing.
bool FromJson(const std::string& text, State* state, std::string* bank);

}  // namespace pedal
