// A block's buffers, with the digital words behaving as on the board.
#include "host/block.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>

#include "controls/board_pins.h"
#include "engine/curve.h"
#include "engine/protocol.h"

namespace pedal {
namespace host {
namespace {

constexpr std::uint32_t kAllInputs = 0x0000ffff;

// Classic boards share one converter: 8 channels at half the audio rate, 2 at twice.
int AnalogFrames(const BelaInitSettings& settings) {
  if (!settings.useAnalog) return 0;
  if (settings.uniformSampleRate) return settings.periodSize;
  return settings.periodSize * 4 / settings.numAnalogInChannels;
}

float KnobAtDefault(const board::Knob& knob) {
  const protocol::Param& param = protocol::kParams[static_cast<int>(knob.param)];
  const float position = PositionOf(param, param.initial);
  return knob.low + position * (knob.high - knob.low);
}

}  // namespace

Pins IdlePins() {
  Pins pins;
  for (const auto& footswitch : board::kFootswitches)
    if (footswitch.pressed == 1)
      pins.digital =
          static_cast<std::uint16_t>(pins.digital & ~(1u << footswitch.digital));
  for (const auto& knob : board::kKnobs) pins.analog[knob.analog] = KnobAtDefault(knob);
  return pins;
}

Block::Block(const BelaInitSettings& settings, const std::string& project,
             std::uint32_t extra_flags)
    : frames_(settings.periodSize),
      analog_frames_(AnalogFrames(settings)),
      analog_channels_(settings.useAnalog ? settings.numAnalogInChannels : 0),
      digital_frames_(settings.useDigital ? settings.periodSize : 0),
      digital_channels_(settings.useDigital ? settings.numDigitalChannels : 0),
      flags_(BELA_FLAG_INTERLEAVED | BELA_FLAG_ANALOG_OUTPUTS_PERSIST | extra_flags),
      audio_in_(frames_ * kAudioChannels),
      audio_out_(frames_ * kAudioChannels),
      analog_in_(analog_frames_ * analog_channels_),
      digital_(digital_frames_, kAllInputs),
      last_digital_(digital_frames_, kAllInputs) {
  if (settings.detectUnderruns) flags_ |= BELA_FLAG_DETECT_UNDERRUNS;
  std::memset(project_, 0, sizeof(project_));
  std::snprintf(project_, sizeof(project_), "%s", project.c_str());
  MakeContext(0, 0);
}

// The context is constant to its readers, so each block gets a new one in the old
// place.
void Block::MakeContext(std::uint64_t elapsed_frames, unsigned underruns) noexcept {
  const float rate = static_cast<float>(kSampleRate);
  const float analog_rate =
      rate * static_cast<float>(analog_frames_) / static_cast<float>(frames_);
  context_ =
      new (storage_) BelaContext{audio_in_.data(),
                                 audio_out_.data(),
                                 analog_in_.empty() ? nullptr : analog_in_.data(),
                                 nullptr,
                                 digital_.empty() ? nullptr : digital_.data(),
                                 static_cast<std::uint32_t>(frames_),
                                 kAudioChannels,
                                 kAudioChannels,
                                 rate,
                                 static_cast<std::uint32_t>(analog_frames_),
                                 static_cast<std::uint32_t>(analog_channels_),
                                 0,
                                 analog_rate,
                                 static_cast<std::uint32_t>(digital_frames_),
                                 static_cast<std::uint32_t>(digital_channels_),
                                 rate,
                                 elapsed_frames,
                                 0,
                                 0,
                                 nullptr,
                                 0,
                                 flags_,
                                 {},
                                 underruns};
  std::memcpy(context_->projectName, project_, sizeof(project_));
}

void Block::Begin(std::uint64_t elapsed_frames, unsigned underruns) noexcept {
  MakeContext(elapsed_frames, underruns);
}

void Block::Hold(const Pins& pins, int from_frame) noexcept {
  const std::uint32_t levels = std::uint32_t{pins.digital} << 16;
  for (int n = from_frame; n < digital_frames_; ++n) {
    const std::uint32_t inputs = last_digital_[n] & kAllInputs;
    const std::uint32_t outputs = ~inputs & kAllInputs;
    digital_[n] =
        (last_digital_.back() & (outputs << 16)) | (levels & (inputs << 16)) | inputs;
  }
  // The first analog reading that is taken at or after this frame.
  const int first = (from_frame * analog_frames_ + frames_ - 1) / frames_;
  for (int n = first; n < analog_frames_; ++n)
    std::copy_n(pins.analog, analog_channels_, &analog_in_[n * analog_channels_]);
}

void Block::Remember() noexcept {
  std::copy(digital_.begin(), digital_.end(), last_digital_.begin());
}

}  // namespace host
}  // namespace pedal
