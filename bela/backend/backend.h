// Which library plays the layers of models: the pedal's own kernels, or RTNeural where
// this build has it. On a laptop only.
#pragma once
#include <memory>

#include "engine/other_layers.h"

namespace pedal {

enum class Backend { kPedal, kRtneural };

bool HasRtneural();

// All models that are prepared from now on play so. What RTNeural can't play plays in
// the pedal's kernels, which one line on stderr says for each reason. [setup]
void PlayBy(Backend backend);

// nullptr, and the reason in *unfit, where RTNeural has no way to play `spec`.
std::unique_ptr<OtherLayers> MakeRtneuralLayers(const ModelSpec& spec,
                                                const char** unfit);

}  // namespace pedal

// What the host asks (bela/host/backend.h says how).
extern "C" const char* Pedal_backends();
extern "C" const char* Pedal_playBy(const char* word);
