// Arrays of numbers and shapes of model files, with every size checked before it is
// used. Each reader returns "" or what is wrong, as half a sentence.
#pragma once
#include <string>
#include <vector>

#include "io/json.h"

namespace pedal {

// How an error names a layer.
std::string LayerName(std::size_t index);

// An array of `count` finite numbers appended to *out.
std::string ReadRow(const JSONValue* row, std::size_t count, std::vector<float>* out);

// `height` rows of `width` finite numbers appended to *out.
std::string ReadRows(const JSONValue* rows, std::size_t height, std::size_t width,
                     std::vector<float>* out);

// The last entry of a shape such as [null, null, 16], if it is 1 to `most`.
bool LastOfShape(const JSONValue* object, const wchar_t* name, int most, int* size);

}  // namespace pedal
