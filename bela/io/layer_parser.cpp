// RTNeural's layers -> LayerSpec, with the size of every array checked before it is
// used.
#include "io/layer_parser.h"

#include <cmath>

#include "io/model_rows.h"

namespace pedal {
namespace {

struct KindName {
  const char* name;
  LayerKind kind;
};
constexpr KindName kKinds[] = {
    {"lstm", LayerKind::kLstm},     {"gru", LayerKind::kGru},
    {"dense", LayerKind::kDense},   {"time-distributed-dense", LayerKind::kDense},
    {"conv1d", LayerKind::kConv1d}, {"activation", LayerKind::kActivation},
    {"prelu", LayerKind::kPrelu},   {"batchnorm", LayerKind::kBatchNorm},
};

struct ActivationName {
  const char* name;
  Activation activation;
};
constexpr ActivationName kActivations[] = {
    {"", Activation::kNone},           {"linear", Activation::kNone},
    {"tanh", Activation::kTanh},       {"relu", Activation::kRelu},
    {"elu", Activation::kElu},         {"sigmoid", Activation::kSigmoid},
    {"softmax", Activation::kSoftmax},
};

std::string ReadKind(const JSONValue* layer, LayerSpec* spec) {
  std::string type, activation;
  if (!GetText(layer, L"type", &type)) return "type: is missing";
  const KindName* kind = nullptr;
  for (const KindName& known : kKinds)
    if (type == known.name) kind = &known;
  if (!kind)
    return "type: found " + type +
           ", expected lstm, gru, dense, conv1d, activation, prelu or batchnorm";
  spec->kind = kind->kind;
  const bool bends = spec->kind == LayerKind::kDense ||
                     spec->kind == LayerKind::kConv1d ||
                     spec->kind == LayerKind::kActivation;
  if (!bends) return "";  // its activation is that of its kind
  GetText(layer, L"activation", &activation);
  for (const ActivationName& known : kActivations)
    if (activation == known.name) {
      spec->activation = known.activation;
      return "";
    }
  return "activation: found " + activation +
         ", expected none, tanh, relu, elu, sigmoid or softmax";
}

// A whole number 1 to `most`, or the last one of an array, as Keras has it; `untold`
// where there is none.
bool ReadCount(const JSONValue* layer, const wchar_t* name, int most, int untold,
               int* count) {
  *count = untold;
  if (!Member(layer, name)) return untold > 0;
  double number = 0.0;
  if (!GetNumber(layer, name, &number)) return LastOfShape(layer, name, most, count);
  if (!(number >= 1 && number <= most) || number != std::floor(number)) return false;
  *count = static_cast<int>(number);
  return true;
}

std::string ReadRecurrent(const JSONValue* layer, const JSONArray& weights,
                          LayerSpec* spec) {
  const std::size_t units = static_cast<std::size_t>(spec->out);
  const std::size_t width = static_cast<std::size_t>(GatesOf(spec->kind)) * units;
  const std::size_t in = static_cast<std::size_t>(spec->in);
  std::string wrong = ReadRows(weights[0], in, width, &spec->kernel);
  if (!wrong.empty()) return "kernel: " + wrong;
  wrong = ReadRows(weights[1], units, width, &spec->recurrent);
  if (!wrong.empty()) return "recurrent kernel: " + wrong;
  if (Member(layer, L"recall")) {
    wrong = ReadRow(Member(layer, L"recall"), kRecall, &spec->recall);
    if (!wrong.empty()) return "recall: " + wrong;
  }
  wrong = spec->kind == LayerKind::kGru ? ReadRows(weights[2], 2, width, &spec->bias)
                                        : ReadRow(weights[2], width, &spec->bias);
  return wrong.empty() ? "" : "bias: " + wrong;
}

std::string ReadDense(const JSONArray& weights, LayerSpec* spec) {
  const std::size_t units = static_cast<std::size_t>(spec->out);
  std::string wrong =
      ReadRows(weights[0], static_cast<std::size_t>(spec->in), units, &spec->kernel);
  if (!wrong.empty()) return "kernel: " + wrong;
  wrong = ReadRow(weights[1], units, &spec->bias);
  return wrong.empty() ? "" : "bias: " + wrong;
}

std::string ReadConv1d(const JSONValue* layer, const JSONArray& weights,
                       LayerSpec* spec) {
  if (!ReadCount(layer, L"kernel_size", kMaxTap, 0, &spec->taps))
    return "kernel_size: expected 1 to 1024";
  if (!ReadCount(layer, L"dilation", kMaxHistory, 1, &spec->dilation))
    return "dilation: expected 1 to 8192";
  if (!ReadCount(layer, L"groups", kMaxUnits, 1, &spec->groups) ||
      spec->in % spec->groups || spec->out % spec->groups)
    return "groups: expected a divisor of inputs and units";
  const JSONValue* taps = weights[0];
  if (!taps->IsArray() ||
      taps->AsArray().size() != static_cast<std::size_t>(spec->taps))
    return "kernel: expected " + std::to_string(spec->taps) + " taps";
  const std::size_t wide = static_cast<std::size_t>(spec->in / spec->groups);
  const std::size_t units = static_cast<std::size_t>(spec->out);
  for (const JSONValue* tap : taps->AsArray()) {
    const std::string wrong = ReadRows(tap, wide, units, &spec->kernel);
    if (!wrong.empty()) return "kernel: " + wrong;
  }
  const std::string wrong = ReadRow(weights[1], units, &spec->bias);
  return wrong.empty() ? "" : "bias: " + wrong;
}

// Gamma and beta may be missing; mean and variance come last.
std::string ReadBatchNorm(const JSONValue* layer, const JSONArray& weights,
                          LayerSpec* spec) {
  double epsilon = 0.0;
  if (!GetNumber(layer, L"epsilon", &epsilon) || !(epsilon >= 0.0 && epsilon <= 1e6))
    return "epsilon: expected 0 or above";
  const std::size_t units = static_cast<std::size_t>(spec->out);
  std::vector<float> parts[4];
  const std::size_t missing = 4 - weights.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::string wrong = ReadRow(weights[i], units, &parts[missing + i]);
    if (!wrong.empty()) return "weights: " + wrong;
  }
  if (missing) {
    parts[0].assign(units, 1.0f);
    parts[1].assign(units, 0.0f);
  }
  for (std::size_t i = 0; i < units; ++i) {
    const double spread = static_cast<double>(parts[3][i]) + epsilon;
    if (!(spread > 0.0)) return "variance: expected above 0";
    const double factor = static_cast<double>(parts[0][i]) / std::sqrt(spread);
    const double shift = static_cast<double>(parts[1][i]) - factor * parts[2][i];
    if (!(std::fabs(factor) < 1e30 && std::fabs(shift) < 1e30))
      return "variance: expected a factor that is a finite number";
    spec->kernel.push_back(static_cast<float>(factor));
    spec->bias.push_back(static_cast<float>(shift));
  }
  return "";
}

// How many arrays a layer's weights are, and an other number that it may be.
struct Parts {
  std::size_t count, other;
};

Parts PartsOf(LayerKind kind) {
  switch (kind) {
    case LayerKind::kLstm:
    case LayerKind::kGru:
      return {3, 3};
    case LayerKind::kActivation:
      return {0, 0};
    case LayerKind::kPrelu:
      return {1, 1};
    case LayerKind::kBatchNorm:
      return {4, 2};
    default:
      return {2, 2};
  }
}

std::string ReadWeights(const JSONValue* layer, LayerSpec* spec) {
  const JSONArray* weights = GetArray(layer, L"weights");
  const Parts parts = PartsOf(spec->kind);
  if (!weights || (weights->size() != parts.count && weights->size() != parts.other))
    return "weights: expected " + std::to_string(parts.count) + " arrays";
  switch (spec->kind) {
    case LayerKind::kActivation:
      return "";
    case LayerKind::kPrelu: {
      const std::size_t units = static_cast<std::size_t>(spec->out);
      const std::string wrong = ReadRows((*weights)[0], 1, units, &spec->kernel);
      return wrong.empty() ? "" : "slope: " + wrong;
    }
    case LayerKind::kBatchNorm:
      return ReadBatchNorm(layer, *weights, spec);
    case LayerKind::kConv1d:
      return ReadConv1d(layer, *weights, spec);
    case LayerKind::kDense:
      return ReadDense(*weights, spec);
    default:
      return ReadRecurrent(layer, *weights, spec);
  }
}

}  // namespace

std::string ReadLayer(const JSONValue* layer, int in, LayerSpec* spec) {
  const std::string wrong = ReadKind(layer, spec);
  if (!wrong.empty()) return wrong;
  spec->in = in;
  if (!LastOfShape(layer, L"shape", kMaxUnits, &spec->out))
    return "shape: expected [..., 1 to 128]";
  if (KeepsWidth(spec->kind) && spec->out != in)
    return "shape: expected [..., " + std::to_string(in) + "]";
  return ReadWeights(layer, spec);
}

}  // namespace pedal
