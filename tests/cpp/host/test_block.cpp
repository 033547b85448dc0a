// The digital words, analog readings and context of a block.
#include <doctest/doctest.h>

#include "host/block.h"

using namespace pedal::host;

namespace {

BelaInitSettings Settings(int period) {
  BelaInitSettings settings;
  Bela_defaultSettings(&settings);
  settings.periodSize = period;
  return settings;
}

}  // namespace

TEST_CASE("all pins are inputs until the program says otherwise") {
  Block block(Settings(4), "toy", 0);
  for (int n = 0; n < 4; ++n) CHECK(block.context()->digital[n] == 0x0000ffffu);
}

TEST_CASE("a pin's direction is set where it is written and lasts across blocks") {
  Block block(Settings(4), "toy", 0);
  pinMode(block.context(), 0, 2, OUTPUT);
  block.Remember();
  block.Hold(Pins(), 0);
  for (int n = 0; n < 4; ++n) CHECK((block.context()->digital[n] & 0xffff) == 0xfffbu);
}

TEST_CASE("an output keeps its last value in the next block") {
  Block block(Settings(4), "toy", 0);
  pinMode(block.context(), 0, 3, OUTPUT);
  block.Remember();
  digitalWrite(block.context(), 2, 3, 1);
  CHECK(digitalRead(block.context(), 1, 3) == 0);
  CHECK(digitalRead(block.context(), 2, 3) == 1);
  block.Remember();
  block.Hold(Pins(), 0);
  for (int n = 0; n < 4; ++n) CHECK(digitalRead(block.context(), n, 3) == 1);
}

TEST_CASE("a single write lasts one frame and is forgotten, unless it is the last") {
  Block block(Settings(4), "toy", 0);
  pinMode(block.context(), 0, 3, OUTPUT);
  digitalWriteOnce(block.context(), 1, 3, 1);
  CHECK(digitalRead(block.context(), 2, 3) == 0);
  block.Remember();
  block.Hold(Pins(), 0);
  CHECK(digitalRead(block.context(), 1, 3) == 0);
}

TEST_CASE("what the program writes to an input is replaced by the pin") {
  Block block(Settings(4), "toy", 0);
  digitalWrite(block.context(), 0, 5, 1);
  block.Remember();
  Pins pins;
  pins.digital = 0;
  block.Hold(pins, 0);
  CHECK(digitalRead(block.context(), 0, 5) == 0);
}

TEST_CASE("a pin that changes inside a block changes at its frame") {
  Block block(Settings(8), "toy", 0);
  Pins pins = IdlePins();
  block.Hold(pins, 0);
  pins.digital = 0xfffe;
  pins.analog[1] = 0.25f;
  block.Hold(pins, 5);
  CHECK(digitalRead(block.context(), 4, 0) == 1);
  CHECK(digitalRead(block.context(), 5, 0) == 0);
  CHECK(analogRead(block.context(), 4, 1) == IdlePins().analog[1]);
  CHECK(analogRead(block.context(), 5, 1) == 0.25f);
}

TEST_CASE("channel 15 is a pin like the others") {
  Block block(Settings(2), "toy", 0);
  pinMode(block.context(), 0, 15, OUTPUT);
  digitalWrite(block.context(), 0, 15, 1);
  CHECK(block.context()->digital[1] == 0x80007fffu);
}

TEST_CASE("idle pins are footswitches up and knobs at their defaults") {
  const Pins pins = IdlePins();
  CHECK((pins.digital & 3) == 3);
  CHECK(pins.analog[0] == doctest::Approx(0.5 * 0.8057));  // drive, 50 %
  CHECK(pins.analog[7] == 0.0f);
}

TEST_CASE("the classic board has one analog frame for two of audio") {
  BelaInitSettings settings = Settings(16);
  settings.uniformSampleRate = 0;
  Block block(settings, "toy", 0);
  CHECK(block.context()->analogFrames == 8);
  CHECK(block.context()->analogSampleRate == 22050.0f);
  Pins pins;
  pins.analog[0] = 1.0f;
  block.Hold(pins, 5);  // the reading of frame 4 is past, that of frame 6 is not
  CHECK(analogRead(block.context(), 2, 0) == 0.0f);
  CHECK(analogRead(block.context(), 3, 0) == 1.0f);
}

TEST_CASE("without analog and digital there are no frames to read") {
  BelaInitSettings settings = Settings(16);
  settings.useAnalog = 0;
  settings.useDigital = 0;
  Block block(settings, "toy", 0);
  block.Hold(IdlePins(), 0);
  CHECK(block.context()->analogFrames == 0);
  CHECK(block.context()->digitalFrames == 0);
  CHECK(block.context()->digital == nullptr);
}

TEST_CASE("the context carries name, flags, time and underruns") {
  Block block(Settings(16), "toy", BELA_FLAG_OFFLINE);
  block.Begin(4800000000u, 3);
  CHECK(std::string(block.context()->projectName) == "toy");
  CHECK((block.context()->flags & BELA_FLAG_OFFLINE) != 0);
  CHECK(block.context()->audioFramesElapsed == 4800000000u);
  CHECK(block.context()->underrunCount == 3);
}

TEST_CASE("audio output is not cleared between blocks") {
  Block block(Settings(2), "toy", 0);
  audioWrite(block.context(), 1, 1, 0.5f);
  block.Begin(2, 0);
  CHECK(block.audio_out()[3] == 0.5f);
}
