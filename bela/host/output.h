// Where the demo's sound goes: speakers, or a clock that only pretends.
#pragma once

#include <memory>
#include <string>

namespace pedal {
namespace host {

constexpr double kDemoBufferMs = 50.0;  // design decision 23 asks for 20 at least

class Output {
 public:
  enum class Result { kPlayed, kUnderrun, kBroken };

  virtual ~Output() {}
  // Waits until the buffer has room for `frames` stereo frames, then takes them.
  // kUnderrun: the buffer had run dry since the last call. [audio, the only wait there]
  virtual Result Play(const float* stereo, int frames) noexcept = 0;
  // Lets what is in the buffer sound to its end. [main]
  virtual void Drain() = 0;
  virtual std::string name() const = 0;
  virtual double buffer_ms() const = 0;
};

// Takes 44,100 frames a second by CLOCK_MONOTONIC, through a buffer of kDemoBufferMs.
std::unique_ptr<Output> MakeClockOutput(int period);

// The machine's default loudspeakers; null where there are none.
std::unique_ptr<Output> MakeSpeakers(int period);

// Plays through `output` and keeps the left channel in a float32 WAV, which is there
// once Drain() has returned; Drain() throws Error if it could not be kept whole.
std::unique_ptr<Output> MakeRecording(std::unique_ptr<Output> output,
                                      const std::string& path);

}  // namespace host
}  // namespace pedal
