// Which library plays the layers of models: the pedal's own kernels, or RTNeural where
// this build has it.
#pragma once
#include <memory>
#include <string>

#include "engine/other_layers.h"

namespace pedal {
namespace host {

enum class Backend { kPedal, kRtneural };

// The back ends of this build, such as "pedal, rtneural (Eigen)".
const char* BuiltInBackends();
bool HasRtneural();

// Throws Error where it is neither "pedal" nor "rtneural", or is not built in.
Backend ReadBackend(const std::string& word);

// All models that are prepared from now on play so. What RTNeural can't play plays in
// the pedal's kernels, which one line on stderr says for each reason. [setup]
void PlayBy(Backend backend);

// nullptr, and the reason in *unfit, where RTNeural has no way to play `spec`.
std::unique_ptr<OtherLayers> MakeRtneuralLayers(const ModelSpec& spec,
                                                const char** unfit);

}  // namespace host
}  // namespace pedal
