// What consoles are told 20 times a second.
#include "io/telemetry.h"

#include <cmath>
#include <cstdio>

#include "io/number.h"

namespace pedal {
namespace {

constexpr char kThermalZone[] = "/sys/class/thermal/thermal_zone0/temp";
constexpr double kTemperatureEvery = 1.0;  // s
constexpr float kNoTemperature = -300.0f;  // colder than it can be

// From -120 to 120: what is no number, or none that a sample should be, stays readable.
float ToDecibel(float linear) {
  if (!(linear > 1e-6f)) return -120.0f;
  return linear < 1e6f ? 20.0f * std::log10(linear) : 120.0f;
}

std::string ParamsText(const State& state) {
  std::string text;
  for (int p = 0; p < protocol::kNumParams; ++p)
    text += (p ? "," : "") + std::string(protocol::kParams[p].id) + "=" +
            NumberText(state.params[p]);
  return text;
}

std::string VersionsText(const std::string& bank) {
  return std::string("pedal ") + protocol::kPedalVersion + ", protocol " +
         std::to_string(protocol::kVersion) + ", bank " + bank;
}

}  // namespace

float ReadThermalZone(const char* path) {
  std::FILE* file = std::fopen(path, "r");
  if (!file) return kNoTemperature;
  int thousandths = 0;
  const bool read = std::fscanf(file, "%d", &thousandths) == 1;
  std::fclose(file);
  return read ? static_cast<float>(thousandths) * 1e-3f : kNoTemperature;
}

void Telemetry::Prepare(Vitals* vitals, float converters, double now) {
  vitals_ = vitals;
  converters_ = converters;
  began_ = now_ = now;
}

void Telemetry::ReadTemperature(double now) {
  if (read_at_ >= 0.0 && now - read_at_ < kTemperatureEvery) return;
  read_at_ = now;
  temperature_ = ReadThermalZone(kThermalZone);
}

void Telemetry::Measure(double now) {
  const BlockStats& blocks = vitals_->blocks;
  const std::uint32_t count = blocks.blocks() - blocks_;
  const double busy_us = blocks.busy_us() - busy_us_;
  const double total_us = blocks.total_us() - total_us_;
  interval_.mean_us = count ? static_cast<float>(busy_us / count) : 0.0f;
  interval_.load =
      total_us > 0.0 ? static_cast<float>(100.0 * busy_us / total_us) : 0.0f;
  const float worst = vitals_->blocks.TakeRecentMaxShare();
  interval_.peak = 100.0f * worst;
  interval_.max_us = worst * vitals_->deadline_us;
  const float p99_us = blocks.PercentileSince(histogram_, 0.99f);
  interval_.p99_us = p99_us < interval_.max_us ? p99_us : interval_.max_us;
  interval_.input = ToDecibel(vitals_->levels.TakeInputPeak());
  interval_.output = ToDecibel(vitals_->levels.TakeOutputPeak());
  blocks.Copy(&histogram_);
  blocks_ += count;
  busy_us_ += busy_us;
  total_us_ += total_us;
  const std::uint32_t underruns = vitals_->underruns.load();
  if (underruns != underruns_) underrun_at_ = now;
  underruns_ = underruns;
  now_ = now;
  ReadTemperature(now);
}

Message Telemetry::Report(const Circumstances& told, const Console& console) const {
  const State& state = told.state;
  const double age = underrun_at_ < 0.0 ? -1.0 : now_ - underrun_at_;
  Message message;
  message.address = "/telemetry";
  return message.Text(told.boot_id)
      .Int(told.revision)
      .Int(0)
      .Int(console.key)
      .Int(console.sequence)
      .Float(static_cast<float>(now_ - began_))
      .Int(vitals_->period)
      .Int(Wrapped(blocks_))
      .Float(vitals_->deadline_us)
      .Float(interval_.mean_us)
      .Float(interval_.p99_us)
      .Float(interval_.max_us)
      .Float(interval_.load)
      .Float(interval_.peak)
      .Int(Wrapped(vitals_->blocks.late()))
      .Int(Wrapped(underruns_))
      .Float(static_cast<float>(age))
      .Float(vitals_->cpu.load())
      .Float(interval_.input)
      .Float(interval_.output)
      .Int(Wrapped(vitals_->levels.input_clip()))
      .Int(Wrapped(vitals_->levels.output_clip()))
      .Int(Wrapped(vitals_->levels.signal()))
      .Text(state.effect)
      .Text(state.preset)
      .Int(state.block)
      .Int(state.bypass)
      .Text(ParamsText(state))
      .Int(2 * vitals_->period)
      .Float(converters_)
      .Int(state.delay)
      .Text(told.alarms)
      .Float(temperature_)
      .Text(VersionsText(told.bank))
      .Int(Wrapped(static_cast<std::uint32_t>(told.dropped)))
      .Int(Wrapped(told.refused));
}

}  // namespace pedal
