// The edge between a card of another rate or period and the program.
#include <doctest/doctest.h>

#include <cmath>

#include "host/rate_edge.h"

using pedal::host::RateEdge;

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr std::size_t kCycle = 192;  // samples of the slowest sine here

// What comes out of a program that changes nothing, of a sine at the card's rate.
std::vector<float> Heard(RateEdge* edge, int frames, int period, int calls, double hz,
                         int rate_hz) {
  std::vector<float> heard, guitar(frames), stereo(2 * frames);
  for (int call = 0; call < calls; ++call) {
    for (int n = 0; n < frames; ++n)
      guitar[n] = 0.5f * static_cast<float>(
                             std::sin(2.0 * kPi * hz * (call * frames + n) / rate_hz));
    edge->Exchange(guitar.data(), stereo.data(), [period](const float* in, float* out) {
      for (int n = 0; n < period; ++n) out[2 * n] = out[2 * n + 1] = in[n];
    });
    for (int n = 0; n < frames; ++n) heard.push_back(stereo[2 * n]);
  }
  return heard;
}

// What a sine of `hz` leaves of `heard`, in dB of it: noise, gaps and a wandering
// delay.
double ResidueDb(const std::vector<float>& heard, double hz, int rate_hz) {
  double in_phase = 0.0, across = 0.0, rest = 0.0, whole = 0.0;
  const std::size_t cycles = heard.size() / 2 / kCycle;  // whole ones
  const std::size_t first = heard.size() - cycles * kCycle;
  const double count = static_cast<double>(cycles * kCycle);
  const auto angle = [&](std::size_t n) {
    return 2.0 * kPi * hz * static_cast<double>(n) / rate_hz;
  };
  for (std::size_t n = first; n < heard.size(); ++n) {
    in_phase += 2.0 * heard[n] * std::sin(angle(n)) / count;
    across += 2.0 * heard[n] * std::cos(angle(n)) / count;
  }
  for (std::size_t n = first; n < heard.size(); ++n) {
    const double off =
        heard[n] - in_phase * std::sin(angle(n)) - across * std::cos(angle(n));
    rest += off * off;
    whole += heard[n] * heard[n];
  }
  return 10.0 * std::log10(rest / whole);
}

}  // namespace

TEST_CASE("a sine passes the edge whole, whatever the card's rate and period") {
  struct Row {
    int rate_hz, frames, period;
  };
  for (const Row row : {Row{48000, 64, 64}, Row{48000, 1024, 1024}, Row{96000, 128, 64},
                        Row{88200, 32, 32}, Row{44100, 256, 64}, Row{44100, 64, 100},
                        Row{192000, 17, 128}}) {
    CAPTURE(row.rate_hz);
    CAPTURE(row.frames);
    RateEdge edge(row.rate_hz, row.frames, row.period);
    const int calls = row.rate_hz / row.frames;  // a second
    const double hz = row.rate_hz / 48.0 / std::round(row.rate_hz / 48000.0);
    const std::vector<float> heard =
        Heard(&edge, row.frames, row.period, calls, hz, row.rate_hz);
    CHECK(ResidueDb(heard, hz, row.rate_hz) < -90.0);
    const double period_ms = 1000.0 * row.period / 44100.0;
    const double call_ms = 1000.0 * row.frames / row.rate_hz;
    CHECK(edge.delay_ms() < period_ms + call_ms + 2.0);
  }
}

TEST_CASE("an edge that was reset starts in silence") {
  RateEdge edge(48000, 64, 64);
  Heard(&edge, 64, 64, 100, 1000.0, 48000);
  edge.Reset();
  const std::vector<float> heard = Heard(&edge, 64, 64, 2, 0.0, 48000);
  for (const float sample : heard) REQUIRE(sample == 0.0f);
}
