// Calls the program's functions as the board's core does.
#include "host/program.h"

#include <climits>

#include "host/auxiliary.h"
#include "host/errors.h"

namespace pedal {
namespace host {

void* user_data = nullptr;

Program::Program(const BelaInitSettings& settings, const std::string& project,
                 std::uint32_t extra_flags)
    : settings_(settings),
      period_(settings.periodSize),
      block_(settings, project, extra_flags) {
  whole_run_.count = INT_MAX;  // never starts again, so busy is that of the whole run
}

Program::~Program() { StopTasks(); }

void Program::Setup() {
  block_.Begin(0, 0);
  block_.Hold(IdlePins(), 0);
  if (!settings_.setup(block_.context(), user_data))
    throw Error("");  // the program has said why, in the one line there is
  block_.Remember();
}

void Program::Render() noexcept {
  BelaCpuData* monitor = Bela_cpuMonitoringGet();
  Bela_cpuTic(monitor);
  Bela_cpuTic(&whole_run_);
  block_.Begin(frames(), settings_.detectUnderruns ? underruns_.load() : 0);
  settings_.render(block_.context(), user_data);
  block_.Remember();
  Bela_cpuToc(&whole_run_);
  Bela_cpuToc(monitor);
  ++blocks_;
}

double Program::CpuPercent() const {
  if (frames() == 0) return 0.0;
  const double sound_ns = 1e9 * static_cast<double>(frames()) / kSampleRate;
  return 100.0 * static_cast<double>(whole_run_.busy) / sound_ns;
}

void Program::StopTasks() { StopAuxiliaryTasks(); }

void Program::Cleanup() { settings_.cleanup(block_.context(), user_data); }

}  // namespace host
}  // namespace pedal

extern "C" void Bela_setUserData(void* newUserData) {
  pedal::host::user_data = newUserData;
}
