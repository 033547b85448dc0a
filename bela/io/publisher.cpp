// Tells clients what the engine did.
#include "io/publisher.h"

#include <Bela.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "io/clock.h"
#include "io/device.h"

namespace pedal {
namespace {

constexpr std::size_t kMostAlarms = 20;
constexpr double kReportEvery = 0.05;  // s

#ifdef PEDAL_ON_A_LAPTOP
constexpr float kConverters = -1.0f;  // every card has its own
#else
// Samples of the board's codec, TLV320AIC3104: 21 out by its data sheet (Texas
// Instruments SLAS510), 17 in by those of its family. Not measured.
constexpr float kConverters = 38.0f;
#endif

std::string Quote(const std::string& text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '\n' || c == '\t') quoted += '\\';
    quoted += c == '\n' ? 'n' : c == '\t' ? 't' : c >= ' ' && c < 127 ? c : '?';
  }
  return quoted + "\"";
}

}  // namespace

void Publisher::Prepare(const Settings& settings, Engine* engine, BankKeeper* banks,
                        Inbox* inbox, Vitals* vitals, OscLink* osc, GuiLink* gui,
                        Presets* presets, Consoles* consoles) {
  settings_ = settings;
  engine_ = engine;
  banks_ = banks;
  inbox_ = inbox;
  vitals_ = vitals;
  osc_ = osc;
  gui_ = gui;
  presets_ = presets;
  consoles_ = consoles;
  telemetry_.Prepare(vitals, kConverters, Now());
  state_ = engine->state();
  setlist_ = presets->setlist();
  feet_ = presets->feet();
  if (!settings.timeline.empty())
    timeline_.reset(std::fopen(settings.timeline.c_str(), "w"));
}

Surroundings Publisher::Around() const {
  Surroundings around;
  around.boot_id = settings_.boot_id;
  const BankNote bank = banks_->NoteOf(state_.bank);
  const BankList banks = banks_->list();
  around.bank = bank.name;
  around.bank_id = bank.id;
  around.effects = bank.effects;
  around.banks = banks.ids;
  around.loading = banks.loading;
  around.dropped = inbox_->dropped();
  around.setlist = setlist_;
  around.feet = feet_;
  return around;
}

void Publisher::Send(const Message& message) {
  osc_->Send(message);
  gui_->Send(message);
}

void Publisher::TakeMemory() {
  if (engine_->TakePresets(&setlist_)) presets_->Note(setlist_);
  if (engine_->TakeFeet(&feet_)) presets_->Note(feet_);
}

void Publisher::Run() {
  double due = Now();
  while (!Bela_stopRequested()) {
    SendEvents();
    AnswerConsoles();
    if (Now() >= due) SendReports();
    while (due <= Now()) due += kReportEvery;
    usleep(10000);
  }
}

// What was done is answered by the setlist itself, once the engine has it.
void Publisher::AnswerFiles(SampleTime now) {
  FileAnswer answer;
  while (presets_->TakeAnswer(now, &answer)) {
    if (answer.has_setlist && !engine_->OfferPresets(answer.setlist))
      answer.wrong = "another import is under way; try again";
    if (answer.wrong.empty()) {
      Message get;
      get.address = "/presets/get";
      inbox_->Take(Source::kProgram, get.Int(answer.asked.request));
    } else {
      const Message message =
          RejectedMessage(answer.asked, answer.wrong, revision_, Around());
      Note(answer.asked.time, message);
      Send(message);
    }
  }
}

void Publisher::SendEvents(SampleTime now) {
  banks_->Sweep();
  if (banks_->TakeFailure()) SendBankAlarm();
  TakeMemory();
  while (const Event* event = engine_->PeekEvent()) {
    TakeMemory();  // an event may tell of it
    if (event->state.bank != state_.bank) banks_->Changed();
    state_ = event->state;
    presets_->Note(state_, banks_->NoteOf(state_.bank).id);
    const Message message = ToMessage(*event, Around());
    revision_ = event->revision;
    Note(event->time, message);
    Send(message);
    if (event->kind == EventKind::kSnapshot) SendDataAlarms();
    if (event->kind == EventKind::kBanks) SendBankAlarm();
    engine_->PopEvent();
  }
  AnswerFiles(now);
  TellBanks();
  if (presets_->problem() != data_problem_ || DeviceProblem() != device_problem_)
    SendDataAlarms();
  if (engine_->EventsLost() == events_lost_) return;
  events_lost_ = engine_->EventsLost();  // clients need the whole state again
  Ask("/state/get");
}

void Publisher::Ask(const char* address) {
  Message ask;
  ask.address = address;
  inbox_->Take(Source::kProgram, ask);
}

// A bank that is loaded answers by the sound; why one is not, and what can be, is told
// here.
void Publisher::TellBanks() {
  BankAnswer answer;
  while (banks_->TakeAnswer(&answer)) {
    const Message message =
        RejectedMessage(answer.asked, answer.wrong, revision_, Around());
    Note(answer.asked.time, message);
    Send(message);
  }
  if (banks_->TakeChange()) Ask("/banks/get");
}

void Publisher::Note(SampleTime time, const Message& message) {
  if (message.address == "/alarm" && alarms_.size() < kMostAlarms)
    alarms_.push_back(message.args[3].text + ": " + message.args[4].text);
  if (!timeline_) return;
  std::string args;
  for (const MessageArg& arg : message.args) {
    char number[32];
    std::snprintf(number, sizeof number, "%.9g", arg.number);
    args += (args.empty() ? "" : ", ") + (arg.type == 's' ? Quote(arg.text) : number);
  }
  std::fprintf(timeline_.get(), "{\"at\": %lld, \"address\": \"%s\", \"args\": [%s]}\n",
               static_cast<long long>(time), message.address.c_str(), args.c_str());
}

void Publisher::SendReports() {
  telemetry_.Measure(Now());
  SendMeter();
  SendTelemetry();
}

void Publisher::SendMeter() {
  const Interval& interval = telemetry_.interval();
  Message message;
  message.address = "/meter";
  message.Text(settings_.boot_id)
      .Int(revision_)
      .Int(0)
      .Float(interval.input)
      .Float(interval.output)
      .Float(interval.load)
      .Float(interval.peak)
      .Int(Wrapped(vitals_->blocks.blocks()))
      .Int(Wrapped(vitals_->blocks.late()))
      .Int(Wrapped(vitals_->underruns.load()));
  osc_->SendToPeers(message);
  gui_->Send(message);
}

void Publisher::SendTelemetry() {
  const std::vector<Console> consoles = consoles_->BeginReport(Now());
  if (consoles.empty()) return;
  Circumstances told;
  told.boot_id = settings_.boot_id;
  told.revision = revision_;
  told.state = state_;
  told.alarms = Alarms();
  told.bank = banks_->NoteOf(state_.bank).name;
  told.dropped = inbox_->dropped();
  told.refused = consoles_->refused();
  for (const Console& console : consoles)
    osc_->SendTo(console.place, telemetry_.Report(told, console));
}

// To those who asked, and to nobody else.
void Publisher::AnswerConsoles() {
  ConsoleAnswer answer;
  while (consoles_->TakeAnswer(&answer)) {
    Message lease;
    lease.address = "/monitor/lease";
    lease.Text(settings_.boot_id)
        .Int(revision_)
        .Int(answer.asked.request)
        .Int(answer.asked.value)
        .Int(answer.lease)
        .Int(answer.consoles)
        .Int(answer.control)
        .Int(answer.token);
    osc_->SendTo(answer.to, answer.wrong.empty()
                                ? lease
                                : RejectedMessage(answer.asked, answer.wrong, revision_,
                                                  Around()));
  }
}

// The codes of /alarm that hold, comma-separated.
std::string Publisher::Alarms() const {
  std::string codes;
  const auto add = [&codes](const char* code) {
    codes += (codes.empty() ? "" : ",") + std::string(code);
  };
  if (state_.fault != Fault::kNone) add(CodeOf(state_.fault));
  if (state_.bank != 0 && !banks_->problem().empty()) add("bank-refused");
  if (!presets_->problem().empty()) add("not-saved");
  if (!presets_->lost().empty()) add("not-read");
  if (!DeviceProblem().empty()) add("card-lost");
  return codes;
}

void Publisher::SendBankAlarm() {
  const std::string problem = banks_->problem();
  if (!problem.empty())
    SendAlarm(state_.bank == 0 ? "no-bank" : "bank-refused", problem);
}

// What could not be kept or read, as a night of presets is not lost without a word, and
// a card that is gone. Told again with each snapshot, which ends what clients were told
// before. The end of a problem is told by a snapshot too.
void Publisher::SendDataAlarms() {
  const std::string problem = presets_->problem(), device = DeviceProblem();
  const bool over = (problem.empty() && !data_problem_.empty()) ||
                    (device.empty() && !device_problem_.empty());
  data_problem_ = problem;
  device_problem_ = device;
  if (!problem.empty()) SendAlarm("not-saved", problem);
  if (!presets_->lost().empty()) SendAlarm("not-read", presets_->lost());
  if (!device.empty()) SendAlarm("card-lost", device);
  SendBankAlarm();
  if (over) Ask("/state/get");
}

void Publisher::SendAlarm(const std::string& code, const std::string& text) {
  const std::string line = code + ": " + text;
  const bool known = std::find(alarms_.begin(), alarms_.end(), line) != alarms_.end();
  if (!known && alarms_.size() < kMostAlarms) alarms_.push_back(line);
  Send(AlarmMessage(code, text, revision_, Around()));
}

std::string Publisher::Summary() const {
  const BlockStats& blocks = vitals_->blocks;
  char numbers[400];
  std::snprintf(
      numbers, sizeof numbers,
      "\"blocks\": %u, \"late_blocks\": %u, \"p50_us\": %.1f, \"p99_us\": %.1f, "
      "\"max_us\": %.1f, \"cpu_percent\": %.2f, \"dropped_messages\": %d, "
      "\"lost_events\": %d",
      blocks.blocks(), blocks.late(), static_cast<double>(blocks.Percentile(0.5f)),
      static_cast<double>(blocks.Percentile(0.99f)),
      static_cast<double>(blocks.max_us()),
      blocks.total_us() > 0.0 ? 100.0 * blocks.busy_us() / blocks.total_us() : 0.0,
      inbox_->dropped(), engine_->EventsLost());
  const State& state = engine_->state();  // after the last block, so no one writes it
  std::string text = numbers;
  text += ", \"effect\": " + Quote(state.effect) +
          ", \"bypass\": " + std::to_string(state.bypass) +
          ", \"model_block\": " + std::to_string(state.block) +
          ", \"delay_samples\": " + std::to_string(state.delay) +
          ", \"bank\": " + Quote(banks_->NoteOf(state.bank).name) + ", \"alarms\": [";
  for (std::size_t i = 0; i < alarms_.size(); ++i)
    text += (i ? ", " : "") + Quote(alarms_[i]);
  return text + "]";
}

}  // namespace pedal
