// Tells clients what the engine did: every event at once, levels and load 20 times a
// second.
#pragma once
#include <string>
#include <vector>

#include "engine/block_stats.h"
#include "engine/engine.h"
#include "io/bank_keeper.h"
#include "io/echoes.h"
#include "io/gui_link.h"
#include "io/inbox.h"
#include "io/osc_link.h"
#include "io/presets.h"
#include "io/settings.h"

namespace pedal {

// What the audio thread leaves for the publisher.
struct Vitals {
  BlockStats blocks;
  PeakMeter input, output;
  std::atomic<int> underruns{0};
};

class Publisher {
 public:
  void Prepare(const Settings& settings, Engine* engine, BankKeeper* banks,
               Inbox* inbox, Vitals* vitals, OscLink* osc, GuiLink* gui,
               Presets* presets);

  // Events within 10 ms, levels every 50 ms, until the program stops. [publisher]
  void Run();

  // Sends all waiting events, and an alarm where a bank could not be loaded. now: the
  // engine's clock in an offline render, where messages have a time. [publisher]
  void SendEvents(SampleTime now = kEver);

  // Sends levels and load. [publisher]
  void SendMeter();

  // The last state that was told, and all alarms since the start, as JSON members
  // without braces.
  std::string Summary() const;

 private:
  void Send(const Message& message);
  void TakeMemory();
  void AnswerFiles(SampleTime now);
  void SendBankAlarm();
  void SendDataAlarms();
  void SendAlarm(const std::string& code, const std::string& text);
  void Note(SampleTime time, const Message& message);
  Surroundings Around() const;

  Settings settings_;
  Engine* engine_ = nullptr;
  BankKeeper* banks_ = nullptr;
  Inbox* inbox_ = nullptr;
  Vitals* vitals_ = nullptr;
  OscLink* osc_ = nullptr;
  GuiLink* gui_ = nullptr;
  Presets* presets_ = nullptr;
  Setlist setlist_;  // as the engine last shared it
  FootMap feet_;
  std::string data_problem_;  // as last told
  int events_lost_ = 0;
  int revision_ = 0;
  double busy_us_ = 0.0, total_us_ = 0.0;  // at the last meter
  std::vector<std::string> alarms_;        // the first kMostAlarms
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> timeline_{nullptr, std::fclose};
};

}  // namespace pedal
