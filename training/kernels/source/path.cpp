// The recurrent kernel for one instruction set; compiled once for each, see build.py.

#include "backward.h"
#include "forward.h"

namespace {

int Supported() {
#if defined(__AVX512F__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#elif defined(__AVX2__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return 1;
#endif
}

int64_t TapeFloats(const PedalSizes* sizes) {
  const Layer layer(*sizes);
  return layer.tape_rows(layer.steps) * layer.vectors() * kWidth;
}

int Forward(const PedalSizes* sizes, const PedalForward* call) {
  const Layer layer(*sizes);
  const int64_t weights =
      static_cast<int64_t>(layer.inputs + layer.hidden) * layer.hidden * layer.gates();
  const Floats packed(weights + 4 * layer.hidden);
  const int64_t most_row = kMostVectors * kWidth;
  const Floats scratch(layer.outputs * most_row);
  const Floats two_steps(call->tape ? 0 : layer.tape_rows(1) * most_row);
  if (!packed.get() || !scratch.get() || !two_steps.get()) return 1;
  PackForward(layer, *call, packed.get());
  ForChunks(layer, [&](auto chunk) {
    constexpr int N = decltype(chunk)::kRow / kWidth;
    const Tape<N> tape =
        call->tape
            ? Tape<N>(layer, call->tape + layer.tape_rows(layer.steps) * chunk.first,
                      true)
            : Tape<N>(layer, two_steps.get(), false);
    const auto play = layer.gru ? PlayChunk<N, true> : PlayChunk<N, false>;
    play(chunk, *call, packed.get(), tape, scratch.get());
  });
  return 0;
}

int Backward(const PedalSizes* sizes, const PedalBackward* call) {
  const Layer layer(*sizes);
  const int rows = layer.gates() * layer.hidden;
  const Floats from_hidden(PackedBack(rows, layer.hidden));
  const Floats from_input(call->d_audio ? PackedBack(rows, layer.inputs) : 0);
  const Floats weights(static_cast<int64_t>(4) * layer.hidden * layer.read() * kWidth);
  const Floats head(static_cast<int64_t>(layer.outputs) * layer.hidden * kWidth);
  const Floats scratch(ScratchBack<kMostVectors>(layer));
  if (!from_hidden.get() || !from_input.get() || !weights.get() || !head.get() ||
      !scratch.get()) {
    return 1;
  }
  PackBack(call->hidden_weight, rows, layer.hidden, from_hidden.get());
  if (call->d_audio) {
    PackBack(call->input_weight, rows, layer.inputs, from_input.get());
  }
  const Back back{from_hidden.get(), call->d_audio ? from_input.get() : nullptr};
  const Sums sums{weights.get(), head.get()};
  ForChunks(layer, [&](auto chunk) {
    constexpr int N = decltype(chunk)::kRow / kWidth;
    const int64_t begin = layer.tape_rows(layer.steps) * chunk.first;
    const Tape<N> tape(layer, const_cast<float*>(call->tape) + begin, true);
    const auto go_back = layer.gru ? ReturnChunk<N, true> : ReturnChunk<N, false>;
    go_back(chunk, *call, back, tape, sums, scratch.get());
  });
  HandOut(layer, sums, *call);
  return 0;
}

}  // namespace

#define PEDAL_JOIN(a, b) a##b
#define PEDAL_NAME(path) PEDAL_JOIN(pedal_path_, path)
#define PEDAL_TEXT(path) #path
#define PEDAL_QUOTE(path) PEDAL_TEXT(path)

extern "C" const PedalPath PEDAL_NAME(PEDAL_PATH) = {PEDAL_QUOTE(PEDAL_PATH), Supported,
                                                     TapeFloats, Forward, Backward};
