// All parts of the Bela program, for render.cpp to wire.
#pragma once
#include <Bela.h>

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
  Vitals vitals;
  OscLink osc;
  GuiLink gui;
  Publisher publisher;
  std::vector<float> in, left, right;  // one period
  BelaCpuData cpu = {};
  bool offline = false;  // rendering a file, off the clock

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
