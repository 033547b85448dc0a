// pedal: neural guitar effects played live. The Bela program, on a laptop too.
// clang-format off
// Wiring (pedal/protocol/board.toml):
//   audio in 0     guitar, through a buffer of at least 500 kOhm
//   audio out 0, 1 both carry the sound
//   digital 0, 1   footswitches "bypass" and "next effect" to ground, 10 kOhm to 3.3 V
//   digital 2, 3   LEDs "on" and "effect", 470 Ohm in series
//   analog 0..2    knobs drive, tone, level: 10 kOhm linear between 3.3 V and ground
//   analog 3       expression pedal: wiper; silent until calibrated
// Try next: pedal ctl /effect/next, or /bank/load and the name of a folder in banks/.
// clang-format on
#include <Bela.h>

#include <cstdio>
#include <cstring>

#include "engine/denormals.h"
#include "io/program.h"

namespace {

using pedal::Program;
std::unique_ptr<Program> gProgram;

// [loader]
void LoadBanksTask(void*) {
  gProgram->BeginBanks();
  gProgram->banks.Run();
}

// [publisher]
void PublishTask(void*) { gProgram->publisher.Run(); }

// Presets and the last sound go to disk from here only. [saver]
void SaveTask(void*) { gProgram->presets.Run(); }

// Switches are read every frame, knobs every grid point, each with its own time. From
// frame `begin`, which the engine's clock stands at, up to `end`. [audio]
void ReadControls(BelaContext* context, Program* program, unsigned begin,
                  unsigned end) {
  const pedal::SampleTime start = program->engine.clock() - begin;
  pedal::Intent intents[pedal::Surface::kMaxIntents];
  int readings[pedal::board::kNumFootswitches];
  for (unsigned n = begin; n < end && n < context->digitalFrames; ++n) {
    if ((start + n) % pedal::kGrid == 0) program->surface.Follow(program->FeetNow());
    for (int i = 0; i < pedal::board::kNumFootswitches; ++i)
      readings[i] = digitalRead(context, n, pedal::board::kFootswitches[i].digital);
    int count = program->surface.ProcessSwitches(readings, start + n, intents);
    count += program->surface.Foresee(start + n, &intents[count]);
    for (int i = 0; i < count; ++i)
      program->engine.Push(pedal::Source::kControls, intents[i]);
    if ((start + n) % pedal::kGrid != 0 || context->analogFrames == 0) continue;
    const unsigned frame = n * context->analogFrames / context->audioFrames;
    for (int i = 0; i < pedal::board::kNumKnobs; ++i) {
      const unsigned channel = pedal::board::kKnobs[i].analog;
      if (channel >= context->analogInChannels) continue;
      intents[0].time = start + n;
      const float reading = analogRead(context, frame, channel);
      if (program->surface.ProcessKnob(i, reading, intents))
        program->engine.Push(pedal::Source::kControls, intents[0]);
    }
  }
}

// [audio]
void WriteLeds(BelaContext* context, Program* program) {
  const pedal::Leds leds = program->LedsNow();
  const bool lit[pedal::board::kNumLeds] = {leds.on, leds.effect};
  for (int i = 0; i < pedal::board::kNumLeds && context->digitalFrames > 0; ++i)
    digitalWrite(context, context->digitalFrames - 1, pedal::board::kLeds[i].digital,
                 lit[i]);
}

}  // namespace

bool setup(BelaContext* context, void*) {
  gProgram.reset(new Program);
  Program& program = *gProgram;
  const std::string wrong = pedal::ReadSettings(&program.settings);
  if (!wrong.empty())
    return std::fprintf(stderr, "pedal-engine: %s\n", wrong.c_str()), false;
  program.offline = (context->flags & BELA_FLAG_OFFLINE) != 0;
  const pedal::EngineConfig config = program.PrepareEngine();
  program.PrepareVitals(context);
  program.surface.Prepare();
  const bool faults = program.offline || program.settings.allow_faults;
  program.inbox.Prepare(&program.engine, {program.offline, faults}, &program.presets,
                        &program.banks, program.surface.remote(), &program.burden);
  program.banks.Prepare(&program.engine, static_cast<int>(context->audioFrames),
                        program.offline ? nullptr : pedal::MeasureCostUs,
                        program.FoldersOfBanks());
  program.TakeBuffers(static_cast<int>(context->audioFrames));
  for (const auto& footswitch : pedal::board::kFootswitches)
    pinMode(context, 0, footswitch.digital, INPUT);
  for (const auto& led : pedal::board::kLeds) pinMode(context, 0, led.digital, OUTPUT);
  program.osc.Prepare(program.settings.osc_port, program.settings.control,
                      &program.inbox, &program.consoles);
  program.gui.Prepare("pedal", program.settings.gui_port, &program.inbox);
  program.publisher.Prepare(program.settings, &program.engine, &program.banks,
                            &program.inbox, &program.vitals, &program.osc, &program.gui,
                            &program.presets, &program.consoles);
  if (!program.offline) {
    Bela_runAuxiliaryTask(LoadBanksTask);
    Bela_runAuxiliaryTask(PublishTask);
    Bela_runAuxiliaryTask(SaveTask);
    return true;
  }
  // A render of an effect that can't be had is refused; clean and bypass need no bank.
  if (program.banks.LoadAtStart()) return true;
  if (config.bypass || std::strcmp(config.effect, "clean") == 0) return true;
  return std::fprintf(stderr, "pedal-engine: %s\n", program.banks.problem().c_str()),
         false;
}

void render(BelaContext* context, void*) {
  Program& program = *gProgram;
  pedal::FlushDenormals();
  Bela_cpuTic(&program.cpu);
  if (Bela_stopRequested()) program.engine.FadeOut();
  const unsigned frames = context->audioFrames;
  for (unsigned n = 0; n < frames; ++n) program.in[n] = audioRead(context, n, 0);
  // Up to each grid point: controls follow the sound whatever the period.
  for (unsigned begin = 0, end = 0; begin < frames; begin = end) {
    end = program.NextGrid(begin, frames);
    ReadControls(context, &program, begin, end);
    program.engine.Process(&program.in[begin], &program.left[begin],
                           &program.right[begin], static_cast<int>(end - begin));
    if (program.offline) program.publisher.SendEvents(program.engine.clock());
    if (program.offline) program.banks.Step(program.engine.clock());
  }
  program.start.store(program.surface.start());
  for (unsigned n = 0; n < frames; ++n) {
    audioWrite(context, n, 0, program.left[n]);
    audioWrite(context, n, 1, program.right[n]);
  }
  program.CountLevels(static_cast<int>(frames));
  WriteLeds(context, &program);
  program.burden.Spend(context);
  Bela_cpuToc(&program.cpu);
  program.CountBlock(context);
}

void cleanup(BelaContext*, void*) { gProgram.reset(); }

// The host's summary at exit (bela/host/main.cpp); a board does not ask.
extern "C" int Pedal_summary(char* json, int capacity) {
  if (!gProgram) return 0;
  return std::snprintf(json, static_cast<std::size_t>(capacity), "{%s}",
                       gProgram->publisher.Summary().c_str());
}
