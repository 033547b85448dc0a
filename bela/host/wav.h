// WAV files in and out, mono at 44,100 Hz, by libsndfile. [io]
#pragma once

#include <sndfile.h>

#include <cstdint>
#include <string>
#include <vector>

namespace pedal {
namespace host {

// Reads mono samples in order. Float samples come as they are, PCM as -1..1.
class WavReader {
 public:
  // Throws Error if the file is missing, no audio, or not mono at 44,100 Hz.
  explicit WavReader(const std::string& path);
  ~WavReader();
  WavReader(const WavReader&) = delete;
  WavReader& operator=(const WavReader&) = delete;

  std::int64_t frames() const { return frames_; }
  int Read(float* samples, int count);  // how many there were
  std::vector<float> ReadAll();

 private:
  SNDFILE* file_ = nullptr;
  std::int64_t frames_ = 0;
};

// Writes float32 mono. The samples go to PATH.part, which takes the name PATH at
// Commit() and is removed without it: a broken run leaves no half file behind.
class WavWriter {
 public:
  explicit WavWriter(const std::string& path);  // throws Error
  ~WavWriter();
  WavWriter(const WavWriter&) = delete;
  WavWriter& operator=(const WavWriter&) = delete;

  void Write(const float* samples, int count);  // throws Error
  void Commit();                                // throws Error

 private:
  std::string path_, part_;
  SNDFILE* file_ = nullptr;
};

}  // namespace host
}  // namespace pedal
