// What consoles are told 20 times a second: measured from the audio thread's counters,
// which it leaves as they are.
#pragma once
#include <string>

#include "engine/intent.h"
#include "io/consoles.h"
#include "io/message.h"
#include "io/vitals.h"

namespace pedal {

// How blocks and levels were between two measurements.
struct Interval {
  float mean_us = 0.0f, p99_us = 0.0f, max_us = 0.0f;
  float load = 0.0f, peak = 0.0f;           // % of the deadline: mean and worst
  float input = -120.0f, output = -120.0f;  // dBFS
};

// What the publisher knows beside.
struct Circumstances {
  std::string boot_id;
  int revision = 0;
  State state;
  std::string alarms;  // codes that hold, comma-separated
  std::string bank;    // its name, "" without one
  int dropped = 0;
  std::uint32_t refused = 0;
};

class Telemetry {
 public:
  // converters: samples that they delay, -1 where unknown. now: by Now(). [setup]
  void Prepare(Vitals* vitals, float converters, double now);

  // Measures the time since the last call. [publisher]
  void Measure(double now);
  const Interval& interval() const { return interval_; }

  // One report of the last measurement. [publisher]
  Message Report(const Circumstances& circumstances, const Console& console) const;

 private:
  void ReadTemperature(double now);

  Vitals* vitals_ = nullptr;
  float converters_ = -1.0f;
  double began_ = 0.0, now_ = 0.0;
  Interval interval_;
  BlockStats::Histogram histogram_;           // at the last measurement
  double busy_us_ = 0.0, total_us_ = 0.0;     // the same
  std::uint32_t blocks_ = 0, underruns_ = 0;  // the same
  double underrun_at_ = -1.0;                 // by Now(); -1 for never
  float temperature_ = -300.0f;               // C
  double read_at_ = -1.0;                     // when it was
};

// A thermal zone's reading in thousandths, as C; -300 where it is none.
float ReadThermalZone(const char* path);

}  // namespace pedal
