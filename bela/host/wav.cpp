// Reading and writing mono WAV files.
#include "host/wav.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "host/block.h"
#include "host/errors.h"

namespace pedal {
namespace host {
namespace {

std::string Describe(const SF_INFO& info) {
  return std::to_string(info.channels) +
         (info.channels == 1 ? " channel at " : " channels at ") +
         std::to_string(info.samplerate) + " Hz";
}

std::string Quoted(const std::string& path) { return "\"" + path + "\""; }

}  // namespace

WavReader::WavReader(const std::string& path) {
  SF_INFO info = {};
  file_ = sf_open(path.c_str(), SFM_READ, &info);
  if (file_ == nullptr)
    throw Error(Quoted(path) + ": cannot be read as audio: " + sf_strerror(nullptr));
  if (info.channels != 1 || info.samplerate != kSampleRate) {
    sf_close(file_);
    throw Error(Quoted(path) + ": expected 1 channel at 44100 Hz, found " +
                Describe(info) + "; convert it first");
  }
  frames_ = info.frames;
}

WavReader::~WavReader() { sf_close(file_); }

int WavReader::Read(float* samples, int count) {
  return static_cast<int>(sf_readf_float(file_, samples, count));
}

std::vector<float> WavReader::ReadAll() {
  std::vector<float> samples;
  float chunk[4096];
  for (int count = 0; (count = Read(chunk, 4096)) > 0;)
    samples.insert(samples.end(), chunk, chunk + count);
  return samples;
}

WavWriter::WavWriter(const std::string& path) : path_(path), part_(path + ".part") {
  SF_INFO info = {};
  info.samplerate = kSampleRate;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  file_ = sf_open(part_.c_str(), SFM_WRITE, &info);
  if (file_ == nullptr)
    throw Error(Quoted(path_) + ": cannot be written: " + sf_strerror(nullptr));
  // The PEAK chunk holds the time of day: without it, equal sound gives equal files.
  sf_command(file_, SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
}

WavWriter::~WavWriter() {
  if (file_ == nullptr) return;
  sf_close(file_);
  std::remove(part_.c_str());
}

void WavWriter::Write(const float* samples, int count) {
  if (sf_writef_float(file_, samples, count) != count)
    throw Error(Quoted(path_) + ": cannot be written: " + sf_strerror(file_));
}

void WavWriter::Commit() {
  const bool closed = sf_close(file_) == 0;
  file_ = nullptr;
  if (closed && std::rename(part_.c_str(), path_.c_str()) == 0) return;
  const std::string cause = std::strerror(errno);
  std::remove(part_.c_str());
  throw Error(Quoted(path_) + ": cannot be written: " + cause);
}

}  // namespace host
}  // namespace pedal
