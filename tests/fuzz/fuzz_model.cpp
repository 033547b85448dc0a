// Fuzzes the model reader: whatever the bytes, it answers, and what it accepts can be
// played.
#include <cstdint>
#include <string>

#include "engine/bank.h"
#include "io/bank_loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const int frames = data[0] % 2 ? 16 : 1, knobs = data[1] % 3;
  const std::string json(reinterpret_cast<const char*>(data) + 2, size - 2);
  pedal::ModelSpec spec;
  if (!pedal::ParseModel(json, frames, knobs, &spec).empty()) return 0;
  pedal::Model model;
  model.Prepare(spec);
  pedal::AlignedFloats state;
  state.Prepare(static_cast<std::size_t>(model.state_size()));
  float frame[16] = {0.5f}, conditioning[4] = {0.5f, 0.5f, 0.5f, 0.5f};
  for (int step = 0; step < 4; ++step)
    model.Process(frame, conditioning, frame, state.data());
  return 0;
}
