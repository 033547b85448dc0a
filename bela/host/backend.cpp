// Choosing the back end, and saying what it can't play.
#include "host/backend.h"

#include <cstdio>
#include <set>

#include "host/errors.h"

namespace pedal {
namespace host {
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

const char* BuiltInBackends() { return "pedal, rtneural (Eigen)"; }
bool HasRtneural() { return true; }

#else

const char* BuiltInBackends() { return "pedal"; }
bool HasRtneural() { return false; }

#endif

Backend ReadBackend(const std::string& word) {
  if (word == "pedal") return Backend::kPedal;
  if (word != "rtneural")
    throw Error("--backend: found \"" + word + "\", expected pedal or rtneural");
  if (!HasRtneural())
    throw Error(
        "--backend rtneural: this build has no RTNeural; name a checkout of it with "
        "`make build RTNEURAL_DIR=checkout`");
  return Backend::kRtneural;
}

void PlayBy(Backend backend) {
#ifdef PEDAL_RTNEURAL
  PlayLayersBy(backend == Backend::kRtneural ? MakeOrTell : nullptr);
#else
  static_cast<void>(backend);
#endif
}

}  // namespace host
}  // namespace pedal
