// One block of audio, knobs and pins, and the BelaContext that shows it to the program.
#pragma once

#include <Bela.h>

#include <cstdint>
#include <string>
#include <vector>

namespace pedal {
namespace host {

constexpr int kSampleRate = 44100;     // Hz, of Bela's codec
constexpr int kAudioChannels = 2;      // in and out
constexpr int kMaxAnalogChannels = 8;  // in
constexpr int kMaxDigitalChannels = 16;

// Readings of the input pins at one moment.
struct Pins {
  std::uint16_t digital = 0xffff;  // a bit a channel
  float analog[kMaxAnalogChannels] = {};
};

// The pins of the pedal as wired (controls/board_pins.h): footswitches up, each knob
// where its parameter's default is. Channels without a pot read 0.
Pins IdlePins();

class Block {
 public:
  Block(const BelaInitSettings& settings, const std::string& project,
        std::uint32_t extra_flags);
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  BelaContext* context() { return context_; }
  const BelaContext* context() const { return context_; }
  int frames() const { return frames_; }
  float* audio_in() { return audio_in_.data(); }  // interleaved
  const float* audio_out() const { return audio_out_.data(); }

  // Dates the block. The program's outputs are left as they were. [audio]
  void Begin(std::uint64_t elapsed_frames, unsigned underruns) noexcept;

  // The input pins read `pins` from `from_frame` to the end of the block; pins set as
  // outputs keep what the program wrote last. [audio]
  void Hold(const Pins& pins, int from_frame) noexcept;

  // What was written to digital is what the next block starts from. After setup()
  // and after each render(). [audio]
  void Remember() noexcept;

 private:
  void MakeContext(std::uint64_t elapsed_frames, unsigned underruns) noexcept;

  int frames_, analog_frames_, analog_channels_, digital_frames_, digital_channels_;
  std::uint32_t flags_;
  char project_[MAX_PROJECTNAME_LENGTH];
  std::vector<float> audio_in_, audio_out_, analog_in_;
  std::vector<std::uint32_t> digital_, last_digital_;
  alignas(BelaContext) unsigned char storage_[sizeof(BelaContext)];
  BelaContext* context_ = nullptr;
};

}  // namespace host
}  // namespace pedal
