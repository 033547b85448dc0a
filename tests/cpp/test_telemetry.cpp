// What consoles are told: intervals by difference, counts that wrap, every field.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include "io/telemetry.h"

using pedal::BlockStats;
using pedal::LevelStats;
using pedal::Message;
using pedal::Telemetry;

namespace {

constexpr int kPeriod = 128;
constexpr float kDeadlineUs = 2902.4943f;

struct Rig {
  pedal::Vitals vitals;
  Telemetry telemetry;
  Rig() {
    vitals.period = kPeriod;
    vitals.deadline_us = kDeadlineUs;
    telemetry.Prepare(&vitals, -1.0f, 100.0);
  }
  void Blocks(int count, float busy_us) {
    for (int i = 0; i < count; ++i) vitals.blocks.Add(busy_us, kDeadlineUs);
  }
};

// A message's arguments by the names that the table gives them.
std::map<std::string, pedal::MessageArg> Named(const Message& message) {
  std::map<std::string, pedal::MessageArg> named;
  for (const pedal::protocol::Message& row : pedal::protocol::kMessages)
    if (message.address == row.address)
      for (int i = 0; i < row.num_args; ++i)
        named[row.args[i].name] = message.args.at(static_cast<std::size_t>(i));
  return named;
}

// One block of `level` in and out, `kPeriod` frames.
void Play(LevelStats* levels, float in, float out, float limit = 0.7f) {
  const std::vector<float> input(kPeriod, in), output(kPeriod, out);
  levels->Add(input.data(), output.data(), kPeriod, limit);
}

}  // namespace

TEST_CASE("a report tells of the blocks since the one before, and of no others") {
  Rig rig;
  rig.Blocks(100, 2000.0f);
  rig.telemetry.Measure(100.05);
  CHECK(rig.telemetry.interval().mean_us == doctest::Approx(2000.0));
  CHECK(rig.telemetry.interval().p99_us == doctest::Approx(2000.0).epsilon(0.001));
  rig.Blocks(199, 100.0f);
  rig.Blocks(1, 900.0f);
  rig.telemetry.Measure(100.1);
  const pedal::Interval& interval = rig.telemetry.interval();
  CHECK(interval.mean_us == doctest::Approx(104.0));
  CHECK(interval.p99_us == doctest::Approx(100.0).epsilon(0.06));
  CHECK(interval.max_us == doctest::Approx(900.0));
  CHECK(interval.load == doctest::Approx(100.0 * 104.0 / kDeadlineUs));
  CHECK(interval.peak == doctest::Approx(100.0 * 900.0 / kDeadlineUs));
  CHECK(rig.vitals.blocks.Percentile(0.4f) == doctest::Approx(100).epsilon(0.06));
  CHECK(rig.vitals.blocks.max_us() == 2000.0f);  // the whole run is as it was
}

TEST_CASE("an interval without blocks has no load") {
  Rig rig;
  rig.Blocks(10, 500.0f);
  rig.telemetry.Measure(100.05);
  rig.telemetry.Measure(100.1);
  CHECK(rig.telemetry.interval().mean_us == 0.0f);
  CHECK(rig.telemetry.interval().p99_us == 0.0f);
  CHECK(rig.telemetry.interval().max_us == 0.0f);
  CHECK(rig.telemetry.interval().load == 0.0f);
}

TEST_CASE("counts of block times may wrap between two reports") {
  BlockStats stats;
  BlockStats::Histogram before;
  for (int i = 0; i < 3; ++i) stats.Add(100.0f, kDeadlineUs);
  stats.Copy(&before);
  for (std::uint32_t& count : before.counts)
    if (count == 3) count = 0xfffffffeu;  // as if 5 had come since
  CHECK(stats.PercentileSince(before, 0.99f) == doctest::Approx(100).epsilon(0.06));
  stats.Add(1000.0f, kDeadlineUs);
  CHECK(stats.PercentileSince(before, 0.5f) == doctest::Approx(100).epsilon(0.06));
  CHECK(stats.PercentileSince(before, 0.99f) == doctest::Approx(1000).epsilon(0.06));
}

TEST_CASE("a count on the wire wraps at 2^31 and is never negative") {
  CHECK(pedal::Wrapped(0x7fffffffu) == 0x7fffffff);
  CHECK(pedal::Wrapped(0x80000000u) == 0);
  CHECK(pedal::Wrapped(0xffffffffu) == 0x7fffffff);
}

TEST_CASE("clipped samples and frames with signal are counted, levels are peaks") {
  LevelStats levels;
  Play(&levels, 0.5f, 0.25f);
  Play(&levels, 0.0009f, 0.0f);  // below -60 dBFS: hum
  Play(&levels, -0.99f, -0.71f);
  CHECK(levels.signal() == 2 * kPeriod);
  CHECK(levels.input_clip() == kPeriod);
  CHECK(levels.output_clip() == kPeriod);
  CHECK(levels.TakeInputPeak() == 0.99f);
  CHECK(levels.TakeOutputPeak() == 0.71f);
  CHECK(levels.TakeInputPeak() == 0.0f);
  Play(&levels, std::nanf(""), 0.0f);  // no number is no level
  CHECK(levels.TakeInputPeak() == 0.0f);
  CHECK(levels.signal() == 2 * kPeriod);
}

TEST_CASE("a report has every field that the table names, each in its place") {
  Rig rig;
  rig.Blocks(20, 580.5f);
  Play(&rig.vitals.levels, 1.0f, 0.5f);
  rig.telemetry.Measure(101.0);
  rig.vitals.underruns = 2;
  rig.telemetry.Measure(102.0);
  rig.vitals.cpu = 21.5f;
  rig.telemetry.Measure(102.5);
  pedal::Circumstances told;
  told.boot_id = "b00t";
  told.revision = 15;
  std::strcpy(told.state.effect, "rodent");
  std::strcpy(told.state.preset, "lead");
  told.state.block = 16;
  told.state.delay = 15;
  told.state.params[1] = 65.5f;
  told.alarms = "nan";
  told.bank = "factory";
  told.dropped = 7;
  told.refused = 0x80000009u;
  pedal::Console console;
  console.key = 77;
  console.sequence = 3;
  const Message report = rig.telemetry.Report(told, console);
  std::string types;
  for (const pedal::MessageArg& arg : report.args) types += arg.type;
  for (const pedal::protocol::Message& row : pedal::protocol::kMessages)
    if (report.address == row.address) CHECK(types == row.types);
  auto field = Named(report);
  CHECK(field.size() == 36);
  CHECK(field["boot_id"].text == "b00t");
  CHECK(field["revision"].number == 15);
  CHECK(field["key"].number == 77);
  CHECK(field["sequence"].number == 3);
  CHECK(field["up_s"].number == doctest::Approx(2.5));
  CHECK(field["period"].number == 128);
  CHECK(field["blocks"].number == 20);
  CHECK(field["deadline_us"].number == doctest::Approx(2902.494));
  CHECK(field["underruns"].number == 2);
  CHECK(field["underrun_age_s"].number == doctest::Approx(0.5));
  CHECK(field["cpu"].number == 21.5);
  CHECK(field["input_clip"].number == 128);
  CHECK(field["signal"].number == 128);
  CHECK(field["effect"].text == "rodent");
  CHECK(field["preset"].text == "lead");
  CHECK(field["block"].number == 16);
  CHECK(field["params"].text == "trim=0,drive=65.5,tone=0,level=0,gate=0");
  CHECK(field["delay_period"].number == 256);
  CHECK(field["delay_converters"].number == -1);
  CHECK(field["delay_model"].number == 15);
  CHECK(field["alarms"].text == "nan");
  CHECK(field["versions"].text == std::string("pedal ") +
                                      pedal::protocol::kPedalVersion +
                                      ", protocol 1, bank factory");
  CHECK(field["dropped"].number == 7);
  CHECK(field["refused"].number == 9);
}

TEST_CASE("a pedal without an underrun says so") {
  Rig rig;
  rig.telemetry.Measure(101.0);
  auto field = Named(rig.telemetry.Report({}, {}));
  CHECK(field["underrun_age_s"].number == -1);
  CHECK(field["cpu"].number == -1);
}

TEST_CASE("a thermal zone is read in thousandths, and one that is none is none") {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "pedal-thermal-zone";
  CHECK(pedal::ReadThermalZone(path.c_str()) == -300.0f);
  std::ofstream(path) << "48500\n";
  CHECK(pedal::ReadThermalZone(path.c_str()) == doctest::Approx(48.5));
  std::ofstream(path) << "hot\n";
  CHECK(pedal::ReadThermalZone(path.c_str()) == -300.0f);
  std::filesystem::remove(path);
}

TEST_CASE("a sample that is no number leaves a report that can be read") {
  for (const float wild : {std::numeric_limits<float>::infinity(),
                           std::numeric_limits<float>::quiet_NaN(), 1e30f}) {
    Rig rig;
    Play(&rig.vitals.levels, wild, 0.1f);
    rig.telemetry.Measure(100.05);
    CHECK(rig.telemetry.interval().input >= -120.0f);
    CHECK(rig.telemetry.interval().input <= 120.0f);
  }
}
