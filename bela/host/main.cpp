// pedal-engine: runs the Bela program on a laptop, live or from WAV to WAV.
#include <Bela.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "host/auxiliary.h"
#include "host/backend.h"
#include "host/card_devices.h"
#include "host/card_rig.h"
#include "host/errors.h"
#include "host/inbox.h"
#include "host/live.h"
#include "host/offline.h"
#include "host/options.h"
#include "host/output.h"
#include "host/program.h"
#include "host/realtime.h"
#include "host/summary.h"
#include "host/wav.h"

namespace {

using namespace pedal::host;

// The first signal fades out and cleans up; the second ends a program that does not.
void OnSignal(int number) {
  if (Bela_stopRequested()) _exit(128 + number);
  Bela_requestStop();
}

void CatchSignals() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

std::string ProjectName(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash ? slash + 1 : path;
}

void Finish(Program* program, const Options& options, const Device& device) {
  std::string summary;
  program->Finish([&] { summary = MakeSummary(options, *program, device); });
  if (!options.summary.empty()) WriteAtomically(options.summary, summary);
}

void RunWav(const Options& options, const std::string& project) {
  Inbox::Get().SetClock(Clock::kOffline);
  WavReader in(options.in);
  WavWriter out(options.out);
  PinTrace trace(options.trace);
  OfflineJob job = {&in, &out, options.tail, {}, &trace, options.delay};
  if (!options.performance.empty())
    job.performance = LoadPerformance(options.performance);
  Program program(options.bela, project, BELA_FLAG_OFFLINE);
  program.Setup();
  RenderOffline(&program, job);
  trace.Close();
  Finish(&program, options, {"file", 0.0, {}});
}

// What a live pedal may be told by a file: its pins and its cable.
std::vector<Event> LoadPins(const std::string& path) {
  if (path.empty()) return {};
  std::vector<Event> events = LoadPerformance(path);
  for (const Event& event : events)
    if (!event.message.empty())
      throw Error(
          "--performance with --audio demo: expected digital, analog and cable "
          "only, found a message; send it by OSC");
  return events;
}

void RunDemo(const Options& options, const std::string& project) {
  const std::vector<float> loop = WavReader(options.in).ReadAll();
  const int period = options.bela.periodSize;
  std::unique_ptr<Output> output = MakeSpeakers(period);
  if (!output) output = MakeClockOutput(period);
  if (!options.out.empty()) output = MakeRecording(std::move(output), options.out);
  const std::vector<Event> events = LoadPins(options.performance);
  Program program(options.bela, project, 0);
  program.Setup();
  const LiveReport granted =
      PlayLoop(&program, output.get(), loop, options.seconds, events);
  Finish(&program, options, {output->name(), output->buffer_ms(), granted});
}

void RunCard(Options options, const std::string& project) {
  CardRig rig(options.card, options.bela.periodSize);
  if (!rig.terms().empty())
    std::fprintf(stderr, "pedal-engine: %s\n", rig.terms().c_str());
  options.bela.periodSize = rig.period();
  Program program(options.bela, project, 0);
  program.Setup();
  const LiveReport granted = rig.Play(&program, options.seconds);
  Finish(&program, options, {rig.name(), rig.buffer_ms(), granted, rig.losses()});
}

void ChooseBackend(const std::string& word) {
  const char* wrong = Pedal_playBy ? Pedal_playBy(word.c_str()) : nullptr;
  if (wrong) throw Error("--backend: found \"" + word + "\", " + wrong);
}

void Run(Options options, const std::string& project) {
  options.bela.setup = setup;
  options.bela.render = render;
  options.bela.cleanup = cleanup;
  if (options.osc_port >= 0)
    setenv("PEDAL_OSC_PORT", std::to_string(options.osc_port).c_str(), 1);
  const bool live = options.audio != Audio::kWav;
  ConfigureAuxiliaryTasks(options.bela.auxiliaryTaskStackSize,
                          live ? TaskPriority::kAsked : TaskPriority::kIgnored);
  FlushDenormals();
  CatchSignals();
  ChooseBackend(options.backend);
  if (options.audio == Audio::kWav) RunWav(options, project);
  if (options.audio == Audio::kDemo) RunDemo(options, project);
  if (options.audio == Audio::kCard) RunCard(options, project);
}

}  // namespace

int main(int argc, char* argv[]) try {
  const Options options = ParseOptions(argc, argv);
  if (options.task == Task::kShowHelp) {
    PrintUsage();
  } else if (options.task == Task::kListCards) {
    std::puts(ListCards().c_str());
  } else if (options.task == Task::kShowVersion) {
    std::printf("Bela API %d.%d.%d\n", BELA_MAJOR_VERSION, BELA_MINOR_VERSION,
                BELA_BUGFIX_VERSION);
    if (Pedal_backends) std::printf("back ends %s\n", Pedal_backends());
  } else {
    Run(options, ProjectName(argv[0]));
  }
  return 0;
} catch (const std::exception& error) {
  if (*error.what()) std::fprintf(stderr, "pedal-engine: %s\n", error.what());
  return 1;
}
