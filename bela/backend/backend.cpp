// Choosing the back end, and saying what it can't play.
#include "backend/backend.h"

#include <cstdio>
#include <cstring>
#include <set>
#include <string>

namespace pedal {
namespace {

#ifdef PEDAL_RTNEURAL

// Each reason is told once; banks are loaded by one thread at a time.
std::unique_ptr<OtherLayers> MakeOrTell(const ModelSpec& spec) {
  static std::set<std::string> told;
  const char* unfit = "";
  std::unique_ptr<OtherLayers> layers = MakeRtneuralLayers(spec, &unfit);
  if (!layers && told.insert(unfit).second)
    std::fprintf(stderr,
                 "pedal-engine: --backend rtneural: the pedal's own kernel plays %s\n",
                 unfit);
  return layers;
}

#endif

}  // namespace

#ifdef PEDAL_RTNEURAL

bool HasRtneural() { return true; }

void PlayBy(Backend backend) {
  PlayLayersBy(backend == Backend::kRtneural ? MakeOrTell : nullptr);
}

#else

bool HasRtneural() { return false; }

void PlayBy(Backend) {}

std::unique_ptr<OtherLayers> MakeRtneuralLayers(const ModelSpec&, const char** unfit) {
  *unfit = "all models";
  return nullptr;
}

#endif

}  // namespace pedal

const char* Pedal_backends() {
  return pedal::HasRtneural() ? "pedal, rtneural (Eigen)" : "pedal";
}

const char* Pedal_playBy(const char* word) {
  const bool rtneural = std::strcmp(word, "rtneural") == 0;
  if (!rtneural && std::strcmp(word, "pedal") != 0) return "expected pedal or rtneural";
  if (rtneural && !pedal::HasRtneural())
    return "this build has no RTNeural; name a checkout of it by "
           "`make build RTNEURAL_DIR=checkout`";
  pedal::PlayBy(rtneural ? pedal::Backend::kRtneural : pedal::Backend::kPedal);
  return nullptr;
}
