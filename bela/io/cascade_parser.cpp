// The layers of a time-invariant network: hints where there are knobs, taps, 1 to 8
// cascades, a mix, in this order and each of the sizes that the ones before ask for.
#include "io/cascade_parser.h"

#include <cmath>
#include <cstdio>

#include "io/model_rows.h"

namespace pedal {
namespace {

std::size_t Size(int count) { return static_cast<std::size_t>(count); }

std::string TypeOf(const JSONValue* layer) {
  std::string type;
  return GetText(layer, L"type", &type) ? type : "none";
}

// The layer's `count` arrays, or nullptr.
const JSONArray* Weights(const JSONValue* layer, std::size_t count,
                         std::string* wrong) {
  const JSONArray* weights = GetArray(layer, L"weights");
  if (weights && weights->size() == count) return weights;
  *wrong = "weights: expected " + std::to_string(count) + " arrays";
  return nullptr;
}

std::string Named(const char* what, const std::string& wrong) {
  return wrong.empty() ? "" : std::string(what) + ": " + wrong;
}

// Numbers that must lie in [0, below).
std::string ReadBounded(const JSONValue* row, std::size_t count, double below,
                        std::vector<float>* out) {
  const std::string wrong = ReadRow(row, count, out);
  if (!wrong.empty()) return wrong;
  for (float value : *out) {
    if (value >= 0.0f && static_cast<double>(value) < below) continue;
    char text[80];
    if (below <= 1.0)
      std::snprintf(text, sizeof text, "found %.9g, expected 0 or above, below 1",
                    static_cast<double>(value));
    else
      std::snprintf(text, sizeof text, "found %.9g, expected 0 or above",
                    static_cast<double>(value));
    return text;
  }
  return "";
}

std::string ReadHints(const JSONValue* layer, int conditioning, CascadeSpec* spec) {
  if (!LastOfShape(layer, L"shape", kMaxHints, &spec->hints))
    return "shape: expected [..., 1 to 16]";
  std::string wrong;
  const JSONArray* weights = Weights(layer, 2, &wrong);
  if (!weights) return wrong;
  wrong = Named("hints", ReadRows((*weights)[0], Size(conditioning), Size(spec->hints),
                                  &spec->hint_weight));
  if (!wrong.empty()) return wrong;
  return Named("bias", ReadRow((*weights)[1], Size(spec->hints), &spec->hint_bias));
}

std::string ReadTaps(const JSONValue* layer, int* width, CascadeSpec* spec) {
  double taps = 0.0;
  if (!GetNumber(layer, L"taps", &taps) || !(taps >= 1.0 && taps <= kMaxTaps) ||
      taps != std::floor(taps))
    return "taps: expected 1 to 16";
  spec->taps = static_cast<int>(taps);
  if (!LastOfShape(layer, L"shape", 2 * kMaxTaps, width) || *width <= spec->taps ||
      *width - spec->taps > kMaxTaps)
    return "shape: expected [..., taps and 1 to 16 poles]";
  std::string wrong;
  const JSONArray* weights = Weights(layer, spec->hints > 0 ? 2 : 1, &wrong);
  if (!weights) return wrong;
  const std::size_t poles = Size(*width - spec->taps);
  wrong = Named("pole", ReadBounded((*weights)[0], poles, 1.0, &spec->pole));
  if (!wrong.empty() || spec->hints == 0) return wrong;
  return Named("stretch",
               ReadRows((*weights)[1], Size(spec->hints), poles, &spec->stretch));
}

std::string ReadOne(const JSONValue* layer, int hints, int* width,
                    CascadeSpec::Layer* spec) {
  std::string wrong, activation;
  GetText(layer, L"activation", &activation);
  if (activation != "algebraic")
    return "activation: found " + activation + ", expected algebraic";
  int size = 0;
  if (!LastOfShape(layer, L"shape", 2 * kMaxCascadeUnits, &size) || size % 2 != 0)
    return "shape: expected [..., twice 1 to 32]";
  spec->units = size / 2;
  const std::size_t units = Size(spec->units), in = Size(*width);
  const JSONArray* weights = Weights(layer, hints > 0 ? 8 : 4, &wrong);
  if (!weights) return wrong;
  *width = size;
  wrong = Named("kernel", ReadRows((*weights)[0], in, units, &spec->weight));
  if (!wrong.empty()) return wrong;
  wrong = Named("bias", ReadRow((*weights)[1], units, &spec->bias));
  if (!wrong.empty()) return wrong;
  wrong = Named("pole", ReadBounded((*weights)[2], units, 1.0, &spec->pole));
  if (!wrong.empty()) return wrong;
  wrong = Named("slew", ReadBounded((*weights)[3], units, 1e30, &spec->slew));
  if (!wrong.empty() || hints == 0) return wrong;
  wrong = Named("lift", ReadRows((*weights)[4], Size(hints), units, &spec->lift));
  if (!wrong.empty()) return wrong;
  wrong = Named("shift", ReadRows((*weights)[5], Size(hints), units, &spec->shift));
  if (!wrong.empty()) return wrong;
  wrong = Named("stretch", ReadRows((*weights)[6], Size(hints), units, &spec->stretch));
  if (!wrong.empty()) return wrong;
  return Named("reweight",
               ReadRows((*weights)[7], Size(hints) * in, units, &spec->reweight));
}

std::string ReadMix(const JSONValue* layer, std::size_t features, CascadeSpec* spec) {
  int size = 0;
  if (!LastOfShape(layer, L"shape", kMaxFrames, &size) || size != kMaxFrames)
    return "shape: expected [..., 16]";
  std::string wrong;
  const JSONArray* weights = Weights(layer, spec->hints > 0 ? 4 : 3, &wrong);
  if (!weights) return wrong;
  wrong = Named("mix", ReadRow((*weights)[0], features, &spec->mix));
  if (!wrong.empty()) return wrong;
  const JSONValue* poles = (*weights)[1];
  const std::size_t count = poles->IsArray() ? poles->AsArray().size() : 0;
  if (count < 1 || count > Size(kMaxTaps)) return "pole: expected 1 to 16 of them";
  wrong = Named("pole", ReadBounded(poles, count, 1.0, &spec->coupler_pole));
  if (!wrong.empty()) return wrong;
  wrong = Named("depth", ReadRow((*weights)[2], count, &spec->depth));
  if (!wrong.empty() || spec->hints == 0) return wrong;
  return Named("remix",
               ReadRows((*weights)[3], Size(spec->hints), features, &spec->remix));
}

}  // namespace

bool IsCascade(const JSONArray& layers) {
  for (const JSONValue* layer : layers) {
    const std::string type = TypeOf(layer);
    if (type == "hints" || type == "taps" || type == "cascade" || type == "mix")
      return true;
  }
  return false;
}

std::string ReadCascade(const JSONArray& layers, int conditioning, CascadeSpec* spec) {
  const std::size_t before = conditioning > 0 ? 2 : 1;  // hints and taps
  if (layers.size() < before + 2 || layers.size() > before + 1 + Size(kMaxCascades))
    return "layers: found " + std::to_string(layers.size()) + ", expected " +
           (conditioning > 0 ? "hints, taps" : "taps") + ", 1 to 8 cascades and a mix";
  int width = 0;
  std::size_t features = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const char* expected = i + 1 == layers.size() ? "mix"
                           : i >= before          ? "cascade"
                           : i + 1 == before      ? "taps"
                                                  : "hints";
    const std::string type = TypeOf(layers[i]), name = LayerName(i) + ": ";
    if (type != expected)
      return name + "type: found " + type + ", expected " + expected;
    std::string wrong;
    if (type == "hints") {
      wrong = ReadHints(layers[i], conditioning, spec);
    } else if (type == "taps") {
      wrong = ReadTaps(layers[i], &width, spec);
    } else if (type == "cascade") {
      spec->layers.emplace_back();
      wrong = ReadOne(layers[i], spec->hints, &width, &spec->layers.back());
    } else {
      wrong = ReadMix(layers[i], features, spec);
    }
    if (!wrong.empty()) return name + wrong;
    if (type != "hints" && type != "mix") features += Size(width);
  }
  return "";
}

}  // namespace pedal
