// All parts of the Bela program, for render.cpp to wire.
#pragma once
#include <Bela.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <vector>

#include "controls/leds.h"
#include "controls/surface.h"
#include "io/publisher.h"

namespace pedal {

struct Program {
  Settings settings;
  Engine engine;
  Surface surface;
  Inbox inbox;
  BankKeeper banks;
  Presets presets;
  Burden burden;
  Consoles consoles;
  Vitals vitals;
  OscLink osc;
  GuiLink gui;
  Publisher publisher;
  std::vector<float> in, left, right;  // one period
  BelaCpuData cpu = {};
  static constexpr float kMonitorUs = 250e3f;  // that a figure of Bela's monitor covers
  int monitor_blocks = 0;                      // the same in blocks
  std::atomic<StartKind> start{StartKind::kUnknown};  // from the first 10 ms
  bool offline = false;                               // rendering a file, off the clock

  // What a block may cost here, and whose figures tell. [setup]
  void PrepareVitals(const BelaContext* context) {
    cpu.count = 100;  // blocks a percentage; 0 would stop the clock
    vitals.period = static_cast<int>(context->audioFrames);
    vitals.deadline_us =
        1e6f * static_cast<float>(context->audioFrames) / context->audioSampleRate;
    monitor_blocks = static_cast<int>(kMonitorUs / vitals.deadline_us) + 1;
    Bela_cpuMonitoringInit(monitor_blocks);
    burden.Prepare(offline ? 0 : settings.burn_percent);
  }

  // How the pedal was started: waits for the first blocks, at most 500 ms, which a
  // board without digital pins never answers. [io]
  StartKind AwaitStart() const {
    for (int tries = 0; tries < 250 && start.load() == StartKind::kUnknown; ++tries)
      usleep(2000);
    return start.load();
  }

  // The bank to start with, and where others lie. [setup]
  BankFolders FoldersOfBanks() const {
    BankFolders folders;
    folders.Prepare(settings.banks, settings.bank);
    return folders;
  }

  // The first load is the same task as a later one: the pedal plays dry until the bank
  // is there. Both switches held at the start: it stays dry until one is asked for.
  // [loader]
  void BeginBanks() {
    if (AwaitStart() == StartKind::kSafe)
      return banks.Skip("safe start: all switches were held; playing dry");
    banks.Begin(settings.last_bank ? presets.bank() : "");
  }

  // Reads presets, last sound and foot map, and prepares the engine with them; tells
  // how it starts. A render only reads what is kept, and only where it was told its
  // folder, so that it always sounds the same. [setup]
  EngineConfig PrepareEngine() {
    const bool none = offline && !settings.data_asked;
    presets.Prepare(none ? "" : settings.data, offline ? Saving::kOff : Saving::kOn);
    EngineConfig config = presets.StartConfig(settings.engine, settings.named);
    config.start_fade = offline ? StartFade::kOff : StartFade::k100ms;
    engine.Prepare(config);
    engine.StartWithPresets(presets.setlist());
    engine.StartWithFeet(presets.feet(), FactoryControls().feet);
    return config;
  }

  // The frame of a block at which the engine's next grid point lies, or the block's
  // end. begin: the frame that its clock stands at. [audio]
  unsigned NextGrid(unsigned begin, unsigned frames) const PEDAL_REALTIME {
    const unsigned end = begin + kGrid - static_cast<unsigned>(engine.clock() % kGrid);
    return end < frames ? end : frames;
  }

  // What the controls follow. [audio]
  Feet FeetNow() const PEDAL_REALTIME {
    return {engine.feet(), engine.overrides(), engine.feet_revision(),
            engine.state().preset, engine.state().expression};
  }

  // period: samples; it may change later up to kMaxPeriod. Allocates. [setup]
  void TakeBuffers(int period) {
    const std::size_t size =
        static_cast<std::size_t>(period > kMaxPeriod ? period : kMaxPeriod);
    for (std::vector<float>* buffer : {&in, &left, &right}) buffer->assign(size, 0.0f);
  }

  // From the engine's state after the block, so that no lamp leads the sound. [audio]
  Leds LedsNow() const PEDAL_REALTIME {
    const State& state = engine.state();
    const int number = engine.bank() ? engine.bank()->Find(state.effect) + 1 : 0;
    return LedsAt(state, number, engine.clock());
  }

  // What was heard and played in the block. [audio]
  void CountLevels(int frames) PEDAL_REALTIME {
    vitals.levels.Add(in.data(), left.data(), frames,
                      engine.state().bypass ? kClipLevel : kLimiterKnee);
  }

  // After cpu's toc: the time that the block took, by the monitor's own clock. [audio]
  void CountBlock(const BelaContext* context) PEDAL_REALTIME {
    const float busy_us = static_cast<float>(cpu.toc.tv_sec - cpu.tic.tv_sec) * 1e6f +
                          static_cast<float>(cpu.toc.tv_nsec - cpu.tic.tv_nsec) * 1e-3f;
    const bool late = vitals.blocks.Add(busy_us, vitals.deadline_us);
    vitals.underruns.store(context->underrunCount, std::memory_order_relaxed);
    // The first figure counts from an unset clock.
    if (vitals.blocks.blocks() > 2u * static_cast<unsigned>(monitor_blocks))
      vitals.cpu.store(Bela_cpuMonitoringGet()->percentage, std::memory_order_relaxed);
    if (!offline) engine.ReportBlock(late);
  }
};

}  // namespace pedal
