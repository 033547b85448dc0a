// Tells clients what the engine did.
#include "io/publisher.h"

#include <Bela.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace pedal {
namespace {

constexpr std::size_t kMostAlarms = 20;

float ToDecibel(float linear) {
  return linear > 1e-6f ? 20.0f * std::log10(linear) : -120.0f;
}

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
                        Presets* presets) {
  settings_ = settings;
  engine_ = engine;
  banks_ = banks;
  inbox_ = inbox;
  vitals_ = vitals;
  osc_ = osc;
  gui_ = gui;
  presets_ = presets;
  setlist_ = presets->setlist();
  feet_ = presets->feet();
  if (!settings.timeline.empty())
    timeline_.reset(std::fopen(settings.timeline.c_str(), "w"));
}

Surroundings Publisher::Around() const {
  Surroundings around;
  around.boot_id = settings_.boot_id;
  around.bank = banks_->name();
  around.effects = banks_->effects();
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
  for (int tick = 0; !Bela_stopRequested(); ++tick) {
    SendEvents();
    if (tick % 5 == 0) SendMeter();
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
    presets_->Note(event->state);
    const Message message = ToMessage(*event, Around());
    revision_ = event->revision;
    Note(event->time, message);
    Send(message);
    if (event->kind == EventKind::kSnapshot) SendDataAlarms();
    engine_->PopEvent();
  }
  AnswerFiles(now);
  if (presets_->problem() != data_problem_) SendDataAlarms();
  if (engine_->EventsLost() == events_lost_) return;
  events_lost_ = engine_->EventsLost();  // clients need the whole state again
  Message ask;
  ask.address = "/state/get";
  inbox_->Take(Source::kProgram, ask);
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

void Publisher::SendMeter() {
  const BlockStats& blocks = vitals_->blocks;
  const double busy_us = blocks.busy_us(), total_us = blocks.total_us();
  const double passed_us = total_us - total_us_;
  const double load = passed_us > 0.0 ? (busy_us - busy_us_) / passed_us : 0.0;
  busy_us_ = busy_us;
  total_us_ = total_us;
  Message message;
  message.address = "/meter";
  message.Text(settings_.boot_id)
      .Int(revision_)
      .Int(0)
      .Float(ToDecibel(vitals_->input.Take()))
      .Float(ToDecibel(vitals_->output.Take()))
      .Float(static_cast<float>(100.0 * load))
      .Float(100.0f * vitals_->blocks.TakeRecentMaxShare())
      .Int(static_cast<int>(blocks.blocks() & 0x7fffffff))
      .Int(static_cast<int>(blocks.late() & 0x7fffffff))
      .Int(vitals_->underruns.load());
  Send(message);
}

void Publisher::SendBankAlarm() {
  SendAlarm(banks_->name().empty() ? "no-bank" : "bank-refused", banks_->problem());
}

// What could not be kept or read: a night of presets is not lost without a word. Told
// again with each snapshot, which ends what clients were told before. The end of a
// problem is told by a snapshot too.
void Publisher::SendDataAlarms() {
  const std::string problem = presets_->problem();
  const bool over = problem.empty() && !data_problem_.empty();
  data_problem_ = problem;
  if (!problem.empty()) SendAlarm("not-saved", problem);
  if (!presets_->lost().empty()) SendAlarm("not-read", presets_->lost());
  if (!over) return;
  Message ask;
  ask.address = "/state/get";
  inbox_->Take(Source::kProgram, ask);
}

void Publisher::SendAlarm(const std::string& code, const std::string& text) {
  if (alarms_.size() < kMostAlarms) alarms_.push_back(code + ": " + text);
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
          ", \"bank\": " + Quote(banks_->name()) + ", \"alarms\": [";
  for (std::size_t i = 0; i < alarms_.size(); ++i)
    text += (i ? ", " : "") + Quote(alarms_[i]);
  return text + "]";
}

}  // namespace pedal
