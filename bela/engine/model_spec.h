// What a model is, as plain numbers: read by io/bank_loader, made into something that
// runs by engine/model.
#pragma once
#include <vector>

namespace pedal {

enum class LayerKind {
  kLstm,
  kGru,
  kDense,
  kConv1d,      // causal: the step that plays and those before it
  kActivation,  // alone
  kPrelu,
  kBatchNorm,
};
enum class Activation { kNone, kTanh, kRelu, kSigmoid, kElu, kSoftmax };

constexpr int kMaxUnits = 128;  // of a layer; a Cortex-A8 has room for 40 to 64
constexpr int kMaxFrames = 16;  // samples that a block-16 model takes at once
constexpr int kMaxConditioning =
    4;                           // parameters that a model may take beside the sound
constexpr int kMaxLayers = 16;   // couplers not counted
constexpr int kMaxCouplers = 8;  // one-poles behind the last layer
constexpr int kMaxTap = 1024;    // weights of one conv1d unit: taps times inputs
// Floats that all conv1d layers of a model remember: of each, inputs times the steps
// from its first tap to its last.
constexpr int kMaxHistory = 8192;
constexpr int kRecall = 4;

// Weights in RTNeural's (Keras') layout and order; G gates: 4 for LSTM (i, f, c, o), 3
// for GRU (z, r, h), else 1.
struct LayerSpec {
  LayerKind kind = LayerKind::kDense;
  Activation activation = Activation::kNone;  // of kDense, kConv1d and kActivation
  int in = 0;
  int out = 0;
  int taps = 1;      // of kConv1d: how many steps a unit looks at,
  int dilation = 1;  // so far apart
  int groups = 1;    // into which its inputs and units are cut; 1 is none
  // (in, G * out), row by row. kConv1d: (taps, in / groups, out), the oldest tap first.
  // kPrelu: (out), the slope below zero. kBatchNorm: (out), the factor.
  std::vector<float> kernel;
  std::vector<float> recurrent;  // (out, G * out) of LSTM and GRU
  // (G * out); for GRU (2, 3 * out): of the input, of the state. kBatchNorm: (out),
  // what is added behind the factor.
  std::vector<float> bias;
  // kLstm, kGru: what a step starts from is the sum of the layer's last states, newest
  // first, by these weights. None, which is the last state alone, or kRecall of them:
  // a network that was trained at another sample rate (pedal/imports/rates.py).
  std::vector<float> recall;
};

// Limits of a time-invariant network (engine/cascade.h).
constexpr int kMaxTaps = 16;
constexpr int kMaxCascades = 8;
constexpr int kMaxCascadeUnits = 32;
constexpr int kMaxHints = 16;

// A time-invariant block-16 network, as training/aa_file.py describes it. J hints of K
// knobs (0 without knobs), H units of a layer, I its inputs, N features of all.
struct CascadeSpec {
  struct Layer {
    int units = 0;
    std::vector<float> weight;            // (I, H)
    std::vector<float> bias, pole, slew;  // (H); poles in [0, 1), slews 0 or above
    std::vector<float> lift, shift;       // (J, H)
    std::vector<float> stretch;           // (J, H), of the poles
    std::vector<float> reweight;          // (J, I, H)
  };
  int taps = 0;  // 0 where the model is none of these
  int hints = 0;
  std::vector<float> hint_weight, hint_bias;  // (K, J), (J)
  std::vector<float> pole, stretch;           // of the input: (P), (J, P)
  std::vector<Layer> layers;
  std::vector<float> mix, remix;           // (N), (J, N)
  std::vector<float> coupler_pole, depth;  // (Q), of the output
};

// A sequence of layers. The first takes `frames` samples and then `conditioning` values
// in 0..1, the last gives `frames` samples. Couplers are the capacitor behind all: to
// each sample, skip included, its one-pole low-passes are added by their depths.
struct ModelSpec {
  int frames = 1;  // 1 or 16
  int conditioning = 0;
  float skip = 0.0f;  // times the input frame is added to the output
  std::vector<LayerSpec> layers;
  std::vector<float> coupler_pole, coupler_depth;  // (Q) each; poles in [0, 1)
  CascadeSpec cascade;  // in place of the layers, where its taps are not 0
};

// True of the layers that give as many values as they take.
constexpr bool KeepsWidth(LayerKind kind) {
  return kind == LayerKind::kActivation || kind == LayerKind::kPrelu ||
         kind == LayerKind::kBatchNorm;
}

constexpr int GatesOf(LayerKind kind) {
  return kind == LayerKind::kLstm ? 4 : kind == LayerKind::kGru ? 3 : 1;
}

}  // namespace pedal
