// All parts of the Bela program, for render.cpp to wire.
#pragma once
#include <Bela.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <vector>

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
  Vitals vitals;
  OscLink osc;
  GuiLink gui;
  Publisher publisher;
  std::vector<float> in, left, right;  // one period
  BelaCpuData cpu = {};
  std::atomic<StartKind> start{StartKind::kUnknown};  // from the first 10 ms
  bool offline = false;                               // rendering a file, off the clock

  // How the pedal was started: waits for the first blocks, at most 500 ms, which a
  // board without digital pins never answers. [io]
  StartKind AwaitStart() const {
    for (int tries = 0; tries < 250 && start.load() == StartKind::kUnknown; ++tries)
      usleep(2000);
    return start.load();
  }

  // Reads presets and last sound, and tells how the engine starts. A render only reads
  // presets, and only where it was told their folder, so that it always sounds the
  // same. [setup]
  EngineConfig ReadPresets() {
    const bool none = offline && !settings.data_asked;
    presets.Prepare(none ? "" : settings.data, offline ? Saving::kOff : Saving::kOn);
    return presets.StartConfig(settings.engine);
  }

  // period: samples; it may change later up to kMaxPeriod. Allocates. [setup]
  void TakeBuffers(int period) {
    const std::size_t size =
        static_cast<std::size_t>(period > kMaxPeriod ? period : kMaxPeriod);
    for (std::vector<float>* buffer : {&in, &left, &right}) buffer->assign(size, 0.0f);
  }

  // After cpu's toc: the time that the block took, by the monitor's own clock. [audio]
  void CountBlock(const BelaContext* context) PEDAL_REALTIME {
    const float busy_us = static_cast<float>(cpu.toc.tv_sec - cpu.tic.tv_sec) * 1e6f +
                          static_cast<float>(cpu.toc.tv_nsec - cpu.tic.tv_nsec) * 1e-3f;
    const float period_us =
        1e6f * static_cast<float>(context->audioFrames) / context->audioSampleRate;
    const bool late = vitals.blocks.Add(busy_us, period_us);
    vitals.underruns.store(static_cast<int>(context->underrunCount));
    if (!offline) engine.ReportBlock(late);
  }
};

}  // namespace pedal
