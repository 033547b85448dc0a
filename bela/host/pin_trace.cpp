// Writing the trace of the digital outputs.
#include "host/pin_trace.h"

#include "host/errors.h"

namespace pedal {
namespace host {

PinTrace::PinTrace(const std::string& path) : path_(path) {
  if (path.empty()) return;
  file_.open(path, std::ios::trunc);
  if (!file_) throw Error("--trace \"" + path + "\": cannot be written");
}

// Of a digital word the low half tells the direction, 1 for an input; the high half the
// levels.
void PinTrace::Note(const Block& block, std::int64_t start) {
  if (!file_.is_open()) return;
  const BelaContext* context = block.context();
  for (std::uint32_t n = 0; n < context->digitalFrames; ++n) {
    const std::uint32_t word = context->digital[n];
    const std::uint32_t lit = (word >> 16) & ~word & 0xffff;
    if (lit == lit_) continue;
    for (int channel = 0; channel < kMaxDigitalChannels; ++channel)
      if (((lit ^ lit_) >> channel) & 1u)
        file_ << "{\"at\": " << start + n << ", \"digital\": {\"channel\": " << channel
              << ", \"value\": " << ((lit >> channel) & 1u) << "}}\n";
    lit_ = lit;
  }
}

void PinTrace::Close() {
  if (!file_.is_open()) return;
  file_.close();
  if (!file_) throw Error("--trace \"" + path_ + "\": cannot be written to the end");
}

}  // namespace host
}  // namespace pedal
