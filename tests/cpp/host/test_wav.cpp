// WAV files that the host reads, refuses and writes.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "host/helpers.h"
#include "host/wav.h"

using namespace host_test;
using pedal::host::WavReader;
using pedal::host::WavWriter;

namespace {

std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string ReadError(const std::string& path) {
  return ErrorOf([&path] { WavReader reader(path); });
}

}  // namespace

TEST_CASE("float samples come back bit for bit") {
  const Folder folder;
  const std::vector<float> samples = {0.0f, 1.5f, -0.1f, 1e-20f};
  WavWriter writer(folder / "a.wav");
  writer.Write(samples.data(), 4);
  writer.Commit();
  CHECK(WavReader(folder / "a.wav").ReadAll() == samples);
}

TEST_CASE("a written file has no PEAK chunk, whose time of day would change it") {
  const Folder folder;
  const float sample = 0.5f;
  WavWriter writer(folder / "a.wav");
  writer.Write(&sample, 1);
  writer.Commit();
  CHECK(FileBytes(folder / "a.wav").find("PEAK") == std::string::npos);
}

TEST_CASE("an output that is not committed leaves the old file and no part") {
  const Folder folder;
  WriteWav(folder / "a.wav", {0.25f});
  {
    const float sample = 0.5f;
    WavWriter writer(folder / "a.wav");
    writer.Write(&sample, 1);
    CHECK(Exists(folder / "a.wav.part"));
  }
  CHECK_FALSE(Exists(folder / "a.wav.part"));
  CHECK(WavReader(folder / "a.wav").ReadAll() == std::vector<float>{0.25f});
}

TEST_CASE("a file that is not mono at 44100 Hz is refused with what was found") {
  const Folder folder;
  WriteWav(folder / "a.wav", {0.0f, 0.0f}, 2, 48000);
  CHECK(ReadError(folder / "a.wav") ==
        "\"" + (folder / "a.wav") +
            "\": expected 1 channel at 44100 Hz, found 2 channels at 48000 Hz; "
            "convert it first");
}

TEST_CASE("a file that is missing, cut or no audio is refused in one line") {
  const Folder folder;
  std::ofstream(folder / "text.wav") << "not audio";
  std::ofstream(folder / "empty.wav") << "";
  std::ofstream(folder / "cut.wav") << "RIFF\x10";
  for (const char* name : {"missing.wav", "text.wav", "empty.wav", "cut.wav"}) {
    const std::string error = ReadError(folder / name);
    CHECK(error.find("cannot be read as audio") != std::string::npos);
    CHECK(error.find('\n') == std::string::npos);
  }
}

TEST_CASE("a place that cannot be written to is refused before any sound is made") {
  const Folder folder;
  const auto open = [&folder] { WavWriter writer(folder / "no/such/a.wav"); };
  CHECK(ErrorOf(open).find("cannot be written") != std::string::npos);
}
