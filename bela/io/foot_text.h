// Rows of the foot map as text, and back: "chord", "bypass+effect", "/bypass 1".
#pragma once
#include <string>

#include "engine/feet.h"

namespace pedal {

// The fields of a row: gesture kind, switches, message, message for off.
struct RowText {
  std::string kind, switches, message, off;
};

RowText ToText(const Gesture& row);

// What is wrong with a row, and the word that the reason names.
struct RowProblem {
  Reason reason = Reason::kNone;
  std::string word;
};

// Fills the kind and switches of *row.
RowProblem ReadSwitches(const std::string& kind, const std::string& switches,
                        Gesture* row);

// Fills *row, by the same rules as pedal/protocol/gestures.py; a row without a message
// asks for nothing.
RowProblem ReadRow(const RowText& text, Gesture* row);

// All rows of the pedal's own map and of presets, as /gestures tells them.
std::string MapText(const FootMap& own, const Overrides& overrides);

// Why a row was refused, in one line. word, value: see Reason.
std::string TextOf(Reason reason, const std::string& word, int value);

}  // namespace pedal
