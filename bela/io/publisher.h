// Tells clients what the engine did: every event at once; levels, load and telemetry 20
// times a second.
#pragma once
#include <string>
#include <vector>

#include "engine/engine.h"
#include "io/bank_keeper.h"
#include "io/echoes.h"
#include "io/gui_link.h"
#include "io/inbox.h"
#include "io/osc_link.h"
#include "io/presets.h"
#include "io/settings.h"
#include "io/telemetry.h"

namespace pedal {

class Publisher {
 public:
  void Prepare(const Settings& settings, Engine* engine, BankKeeper* banks,
               Inbox* inbox, Vitals* vitals, OscLink* osc, GuiLink* gui,
               Presets* presets, Consoles* consoles);

  // Events within 10 ms, reports every 50 ms, until the program stops. [publisher]
  void Run();

  // Sends all waiting events, and an alarm where a bank could not be loaded. now: the
  // engine's clock in an offline render, where messages have a time. [publisher]
  void SendEvents(SampleTime now = kEver);

  // Measures, and sends levels and load, and to consoles their reports. [publisher]
  void SendReports();

  // The last state that was told, and all alarms since the start, as JSON members
  // without braces.
  std::string Summary() const;

 private:
  void Send(const Message& message);
  void SendMeter();
  void SendTelemetry();
  void AnswerConsoles();
  std::string Alarms() const;
  void TakeMemory();
  void AnswerFiles(SampleTime now);
  void TellBanks();
  void SendBankAlarm();
  void SendDataAlarms();
  void Ask(const char* address);
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
  Consoles* consoles_ = nullptr;
  Telemetry telemetry_;
  State state_;      // as last told
  Setlist setlist_;  // as the engine last shared it
  FootMap feet_;
  std::string data_problem_, device_problem_;  // as last told
  int events_lost_ = 0;
  int revision_ = 0;
  std::vector<std::string> alarms_;  // the first kMostAlarms
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> timeline_{nullptr, std::fclose};
};

}  // namespace pedal
