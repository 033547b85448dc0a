// Arrays of numbers and shapes of model files.
#include "io/model_rows.h"

#include <cmath>

namespace pedal {

std::string LayerName(std::size_t index) { return "layer " + std::to_string(index); }

std::string ReadRow(const JSONValue* row, std::size_t count, std::vector<float>* out) {
  if (!row || !row->IsArray()) return "is not an array";
  const JSONArray& numbers = row->AsArray();
  if (numbers.size() != count)
    return "found " + std::to_string(numbers.size()) + " numbers, expected " +
           std::to_string(count);
  for (const JSONValue* number : numbers) {
    if (!number->IsNumber() || !(std::fabs(number->AsNumber()) < 1e30))
      return "found a value that is not a finite number";
    out->push_back(static_cast<float>(number->AsNumber()));
  }
  return "";
}

std::string ReadRows(const JSONValue* rows, std::size_t height, std::size_t width,
                     std::vector<float>* out) {
  if (!rows || !rows->IsArray()) return "is not an array";
  if (rows->AsArray().size() != height)
    return "found " + std::to_string(rows->AsArray().size()) + " rows, expected " +
           std::to_string(height);
  for (const JSONValue* row : rows->AsArray()) {
    const std::string wrong = ReadRow(row, width, out);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

bool LastOfShape(const JSONValue* object, const wchar_t* name, int most, int* size) {
  const JSONArray* shape = GetArray(object, name);
  if (!shape || shape->empty() || !shape->back()->IsNumber()) return false;
  const double last = shape->back()->AsNumber();
  if (!(last >= 1 && last <= most) || last != std::floor(last)) return false;
  *size = static_cast<int>(last);
  return true;
}

}  // namespace pedal
