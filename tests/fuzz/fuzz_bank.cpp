// Fuzzes the reader of bank.json: whatever the bytes, it answers, and no accepted name
// leaves the folder.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "io/bank_loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string json(reinterpret_cast<const char*>(data), size);
  pedal::BankEntry entry;
  if (!pedal::ParseBank(json, &entry).empty()) return 0;
  for (const pedal::EffectEntry& effect : entry.effects)
    for (const pedal::ModelEntry& model : effect.models)
      if (model.file.find('/') != std::string::npos || model.file[0] == '.')
        std::abort();
  return 0;
}
