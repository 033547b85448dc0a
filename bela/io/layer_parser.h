// Reads one layer of a model file (pedal/layer_file.py describes them).
#pragma once
#include <string>

#include "engine/model_spec.h"
#include "io/json.h"

namespace pedal {

// in: how many values it takes. Returns "" or what is wrong, as half a sentence.
std::string ReadLayer(const JSONValue* layer, int in, LayerSpec* spec);

}  // namespace pedal
