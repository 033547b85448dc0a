// A state that fades away never becomes denormal on the audio thread: such numbers cost
// a hundred times more on some processors, so a pedal would be late in silence.
#include <doctest/doctest.h>

#include <cstring>

#include "engine/denormals.h"
#include "toys.h"

namespace {

constexpr int kNoise = 4096;
// The slowest one-pole here, 0.9995, takes 4.0 s from 1 to the smallest normal number;
// denormals that are kept round back to themselves and stay.
constexpr int kSilence = 5 * 44100 / 16 * 16;

// The thread's flags, put back at the end as other tests found them.
class Flags {
 public:
  Flags() : kept_(Get()) {}
  ~Flags() { Set(kept_); }

  // As a thread has them that nobody has prepared.
  void KeepDenormals() { Set(Get() & ~kFlush); }

 private:
#if defined(__SSE2__)
  static constexpr std::uint64_t kFlush = 0x8040;
  static std::uint64_t Get() { return _mm_getcsr(); }
  static void Set(std::uint64_t flags) { _mm_setcsr(static_cast<unsigned>(flags)); }
#elif defined(__aarch64__)
  static constexpr std::uint64_t kFlush = std::uint64_t{1} << 24;
  static std::uint64_t Get() {
    std::uint64_t flags;
    asm volatile("mrs %0, fpcr" : "=r"(flags));
    return flags;
  }
  static void Set(std::uint64_t flags) { asm volatile("msr fpcr, %0" : : "r"(flags)); }
#else
  static constexpr std::uint64_t kFlush = 0;
  static std::uint64_t Get() { return 0; }
  static void Set(std::uint64_t) {}
#endif
  std::uint64_t kept_;
};

// By its bits, as a comparison would flush it.
bool IsDenormal(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return (bits & 0x7f800000u) == 0 && (bits & 0x007fffffu) != 0;
}

// Plays noise and then silence, 16 samples at a time as the engine does.   returns: how
// many times a number in its state was denormal after such a grid.
int DenormalsOf(const pedal::ModelSpec& spec) {
  pedal::Model model;
  model.Prepare(spec);
  pedal::AlignedFloats state;
  state.Prepare(static_cast<std::size_t>(model.state_size()));
  std::vector<float> in = toys::Noise(kNoise);
  in.resize(kNoise + kSilence, 0.0f);
  const std::vector<float> knobs(pedal::kGrid * pedal::kMaxConditioning, 0.5f);
  float out[pedal::kGrid];
  int found = 0;
  for (std::size_t at = 0; at < in.size(); at += pedal::kGrid) {
    if (model.frames() == 1)
      model.PlaySamples(&in[at], knobs.data(), pedal::kGrid, out, state.data());
    else
      model.Process(&in[at], knobs.data(), out, state.data());
    for (std::size_t i = 0; i < state.size(); ++i) found += IsDenormal(state.data()[i]);
  }
  return found;
}

pedal::ModelSpec WithCapacitor(pedal::LayerKind kind, int units) {
  pedal::ModelSpec spec = toys::RandomSpec(kind, units, 1, 0, 1);  // rests at zero
  spec.coupler_pole = {0.9f, 0.998f};
  spec.coupler_depth = {-0.5f, -0.5f};
  return spec;
}

std::vector<pedal::ModelSpec> Models() {
  return {toys::RandomCascade({8, 8, 8, 8, 8}, 0, 0.0f, 1),
          toys::RandomCascade({8, 8, 8, 8, 8}, 1, 0.0f, 2),
          toys::RandomCascade({6, 12}, 1, 0.8f, 3),
          WithCapacitor(pedal::LayerKind::kLstm, 16),
          WithCapacitor(pedal::LayerKind::kGru, 16),
          toys::RandomSpec(pedal::LayerKind::kLstm, 32, 16, 0, 4)};
}

}  // namespace

TEST_CASE(
    "a model that fades away has no denormal in its state, as render() plays it") {
  Flags flags;
  flags.KeepDenormals();
  pedal::FlushDenormals();
  for (const pedal::ModelSpec& spec : Models()) CHECK(DenormalsOf(spec) == 0);
}

#if defined(__SSE2__) || defined(__aarch64__)  // an armv7's NEON flushes in any case
TEST_CASE("the test of denormals finds them where nobody flushes them") {
  Flags flags;
  flags.KeepDenormals();
  for (const pedal::ModelSpec& spec : Models()) CHECK(DenormalsOf(spec) > 0);
}
#endif
