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
    const std::size_t size = static_cast<std::size_t>(period > kMaxPeriod ? period : kMaxPeriod);
    for (std::vector<float>* buffer : {&in, &left, &right}) buffer->assign(size, 0.0f);
  }
};

}  // namespace pedal
