// The pedal's own foot map and its expression pedal as JSON, and back; rows of the foot
// map for that file and for presets. No files here.
#pragma once
#include <string>
#include <vector>

#include "engine/expression.h"
#include "engine/feet.h"
#include "io/json.h"

namespace pedal {

// What belongs to the pedal rather than to a preset.
struct Controls {
  FootMap feet;
  Expression expression;
};

// As board.toml has it; the expression pedal is not calibrated.
Controls FactoryControls();

// Of the expression pedal what it moves, and its span.
std::string ToJson(const Controls& controls);
// "" and fills *controls, or what is wrong in one line. A row that means nothing, or
// that excludes one before it, is left out and named in *dropped.
std::string FromJson(const std::string& text, Controls* controls,
                     std::vector<std::string>* dropped);

// [kind, switches, message, off]
std::string RowToJson(const Gesture& row);
// "" and fills *row, or why it means nothing.
std::string RowFromJson(const JSONValue* list, Gesture* row);

// A string of printable ASCII as JSON.
std::string Quoted(const std::string& text);

}  // namespace pedal
