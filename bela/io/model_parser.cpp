// RTNeural's JSON, and ours for cascades -> ModelSpec, with the size of every array
// checked before it is used.
#include <cmath>

#include "io/bank_loader.h"
#include "io/cascade_parser.h"
#include "io/json.h"
#include "io/layer_parser.h"
#include "io/model_rows.h"

namespace pedal {
namespace {

constexpr double kMaxSkip = 1e6;

bool IsCouplers(const JSONValue* layer) {
  std::string type;
  return GetText(layer, L"type", &type) && type == "couplers";
}

std::string ReadCouplers(const JSONValue* layer, ModelSpec* spec) {
  int size = 0;
  if (!LastOfShape(layer, L"shape", kMaxFrames, &size) || size != spec->frames)
    return "shape: expected [..., " + std::to_string(spec->frames) + "]";
  const JSONArray* weights = GetArray(layer, L"weights");
  if (!weights || weights->size() != 2) return "weights: expected 2 arrays";
  const JSONValue* poles = (*weights)[0];
  const std::size_t count = poles->IsArray() ? poles->AsArray().size() : 0;
  if (count < 1 || count > static_cast<std::size_t>(kMaxCouplers))
    return "pole: expected 1 to 8 of them";
  std::string wrong = ReadRow(poles, count, &spec->coupler_pole);
  if (!wrong.empty()) return "pole: " + wrong;
  wrong = ReadRow((*weights)[1], count, &spec->coupler_depth);
  return wrong.empty() ? "" : "depth: " + wrong;
}

}  // namespace

std::string ParseModel(const std::string& json, int frames, int conditioning,
                       ModelSpec* spec) {
  const JsonPointer root = ParseJson(json);
  if (!root || !root->IsObject()) return "is not a JSON object";
  *spec = ModelSpec();
  spec->frames = frames;
  spec->conditioning = conditioning;
  double skip = 0.0;
  if (GetNumber(root.get(), L"in_skip", &skip) && !(std::fabs(skip) <= kMaxSkip))
    return "in_skip: expected a number up to 1e6";
  spec->skip = static_cast<float>(skip);
  int width = 0;
  if (!LastOfShape(root.get(), L"in_shape", kMaxUnits + kMaxConditioning, &width))
    return "in_shape: expected [..., size]";
  if (width != frames + conditioning)
    return "in_shape: found " + std::to_string(width) + ", expected " +
           std::to_string(frames) + " frames and " + std::to_string(conditioning) +
           " conditioning inputs";
  const JSONArray* layers = GetArray(root.get(), L"layers");
  if (layers && IsCascade(*layers)) {
    const std::string wrong = ReadCascade(*layers, conditioning, &spec->cascade);
    if (!wrong.empty()) return wrong;
    const char* unfit = CheckSpec(*spec);
    return unfit ? unfit : "";
  }
  if (!layers || layers->empty() || layers->size() > kMaxLayers + 1)
    return "layers: expected 1 to 16 of them, and couplers";
  const bool coupled = IsCouplers(layers->back());
  const std::size_t count = layers->size() - (coupled ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i) {
    LayerSpec layer;
    const std::string wrong = ReadLayer((*layers)[i], width, &layer);
    if (!wrong.empty()) return LayerName(i) + ": " + wrong;
    width = layer.out;
    spec->layers.push_back(std::move(layer));
  }
  if (coupled) {
    const std::string wrong = ReadCouplers(layers->back(), spec);
    if (!wrong.empty()) return LayerName(count) + ": " + wrong;
  }
  const char* wrong = CheckSpec(*spec);
  return wrong ? wrong : "";
}

}  // namespace pedal
