// The layers of a time-invariant network -> CascadeSpec (training/aa_file.py).
#pragma once
#include <string>

#include "engine/model_spec.h"
#include "io/json.h"

namespace pedal {

// True where a layer is of a type that only such a network has.
bool IsCascade(const JSONArray& layers);

// The layers of a model with `conditioning` knobs -> *spec. Returns "" or what is
// wrong.
std::string ReadCascade(const JSONArray& layers, int conditioning, CascadeSpec* spec);

}  // namespace pedal
