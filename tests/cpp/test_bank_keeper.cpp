// Banks that come while the pedal plays: by name, by files that change, and those that
// are refused.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <thread>

#include "bank_folder.h"
#include "io/bank_keeper.h"
#include "toys.h"

using bank_folder::Contains;
using bank_folder::Folder;
using bank_folder::ModelJson;
using bank_folder::ModelRow;
using bank_folder::Write;
using bank_folder::WriteBank;
using bank_folder::fs::path;

namespace {

pedal::Intent Load(const char* name, int request = 0, pedal::SampleTime time = 0) {
  pedal::Intent intent = toys::Ask(pedal::IntentKind::kBankLoad, 0, time, request);
  std::strcpy(intent.id, name);
  return intent;
}

// A bank costs what its name says, whatever this machine may do.
float Measure(const pedal::Bank& bank, int period, const pedal::Bank*) {
  CHECK(pedal::MeasureCostUs(bank, period, nullptr) > 0.0f);
  return std::strcmp(bank.name, "dear") == 0 ? 50000.0f : 100.0f;
}

// A pedal that plays the bank "first" of effects one and two, with "second" of two and
// three beside it. Time goes on with what is played.
struct Pedal {
  Folder root;
  pedal::Engine engine;
  pedal::BankKeeper keeper;
  std::vector<float> out;

  Pedal() {
    WriteBank(Bank("first"), "first", {"one", "two"}, 1);
    WriteBank(Bank("second"), "second", {"two", "three"}, 100);
    pedal::EngineConfig config;
    config.start_fade = pedal::StartFade::kOff;
    engine.Prepare(config);
    pedal::BankFolders folders;
    folders.Prepare({root.path.string()}, Bank("first").string());
    keeper.Prepare(&engine, 2048, Measure, folders);
    REQUIRE(keeper.LoadAtStart());
  }
  path Bank(const char* name) const { return root.path / name; }

  void Play(int samples = 4096) {
    const std::vector<float> in = toys::Sine(samples);
    std::vector<float> left(in.size()), right(in.size());
    engine.Process(in.data(), left.data(), right.data(), samples);
    out.insert(out.end(), left.begin(), left.end());
    keeper.Sweep();
  }
  void Step() {
    keeper.Step();
    Play();
    keeper.Step();
    Play();
  }
  std::string Ask(const char* name, int request = 7) {
    keeper.Ask(Load(name, request));
    Step();
    pedal::BankAnswer answer;
    if (!keeper.TakeAnswer(&answer)) return "";
    CHECK(answer.asked.request == request);
    return answer.wrong;
  }
  // Looks often enough to see a change and to see it stand still.
  void Watch() {
    for (int look = 0; look < 3; ++look) {
      std::this_thread::sleep_for(std::chrono::milliseconds(510));
      Step();
    }
  }
  std::string name() const { return keeper.NoteOf(engine.state().bank).id; }
  std::string effect() const { return engine.state().effect; }
  std::vector<pedal::Event> Events() {
    std::vector<pedal::Event> events;
    for (; engine.PeekEvent(); engine.PopEvent()) events.push_back(*engine.PeekEvent());
    return events;
  }
};

}  // namespace

TEST_CASE("a bank is loaded by name, and told with the request when it sounds") {
  Pedal pedal;
  pedal.Play();
  pedal.Events();
  CHECK(pedal.Ask("second", 42) == "");
  CHECK(pedal.name() == "second");
  const std::vector<pedal::Event> events = pedal.Events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == pedal::EventKind::kSnapshot);
  CHECK(events[0].request == 42);
  CHECK(std::string(events[0].state.effect) == "two");  // the new one has no "one"
  CHECK(events[1].kind == pedal::EventKind::kEffect);
  CHECK(events[1].revision == events[0].revision + 1);
  CHECK(pedal.keeper.NoteOf(events[0].state.bank).effects == "two,three");
  CHECK(pedal.keeper.problem() == "");
}

TEST_CASE("until the fade begins all is told of the old bank") {
  Pedal pedal;
  pedal.Play();
  pedal.Events();
  pedal.keeper.Ask(Load("second", 42));
  pedal.keeper.Step();
  pedal.engine.Push(pedal::Source::kOsc, toys::Ask(pedal::IntentKind::kStateGet));
  pedal.Play(pedal::kWarmUp);
  const std::vector<pedal::Event> events = pedal.Events();
  REQUIRE(events.size() == 1);
  CHECK(std::string(events[0].state.effect) == "one");
  CHECK(pedal.keeper.NoteOf(events[0].state.bank).id == "first");
  CHECK(pedal.engine.bank()->Find("one") == 0);
  pedal.Play(pedal::kGrid);
  CHECK(pedal.name() == "second");
}

TEST_CASE("an effect that both banks have goes on, bypass and clean stay") {
  Pedal pedal;
  pedal.engine.Push(pedal::Source::kOsc, toys::Select("two"));
  pedal.Play();
  CHECK(pedal.Ask("second") == "");
  CHECK(pedal.effect() == "two");
  pedal.engine.Push(pedal::Source::kOsc, toys::Ask(pedal::IntentKind::kEffectClean));
  pedal.Play();
  CHECK(pedal.Ask("first") == "");
  CHECK(pedal.effect() == "clean");
  pedal.engine.Push(pedal::Source::kOsc, toys::Select("one"));
  pedal.engine.Push(pedal::Source::kOsc, toys::Ask(pedal::IntentKind::kBypass, 1));
  pedal.Play();
  CHECK(pedal.Ask("second") == "");
  CHECK(pedal.engine.state().bypass == 1);
  CHECK(pedal.effect() == "two");
}

TEST_CASE("a name that is none of a bank's is refused in one line") {
  Pedal pedal;
  pedal.Play();
  for (const char* name : {"nonesuch", "../first", "/", "..", ".", "first/", ""})
    CHECK(Contains(pedal.Ask(name), "under the bank folders; there are first,second"));
  CHECK(pedal.name() == "first");
  CHECK(pedal.keeper.problem() == "");  // nothing is wrong with the pedal
  bank_folder::fs::create_directory_symlink(pedal.Bank("second"), pedal.Bank("link"));
  CHECK(Contains(pedal.Ask("link"), "no bank \"link\""));
}

TEST_CASE("what is wrong with a bank is told, and the old one plays on") {
  Pedal pedal;
  pedal.Play();
  const path bank = pedal.Bank("second");
  const auto refused = [&pedal] {
    const std::string wrong = pedal.Ask("second");
    CHECK(pedal.keeper.problem() == wrong);
    CHECK(pedal.name() == "first");
    return wrong;
  };
  const std::string model = ModelJson(4, 1, 1, 101).dump();
  Write(bank / "two-1.json", model.substr(0, 300));
  CHECK(Contains(refused(), "bank \"second\": two-1.json: sha256: expected "));
  bank_folder::fs::remove(bank / "two-1.json");
  CHECK(Contains(refused(), "two-1.json: can't be opened"));
  mkfifo((bank / "two-1.json").c_str(), 0600);
  CHECK(Contains(refused(), "two-1.json: expected a file, found something else"));
  bank_folder::fs::remove(bank / "two-1.json");
  Write(pedal.root.path / "outside.json", model);
  bank_folder::fs::create_symlink("../outside.json", bank / "two-1.json");
  CHECK(Contains(refused(), "expected a file inside the bank, found a link out of it"));
  bank_folder::fs::remove(bank / "two-1.json");
  Write(bank / "two-1.json", model);
  CHECK(pedal.Ask("second") == "");
  CHECK(pedal.keeper.problem() == "");
  CHECK(pedal.name() == "second");
}

TEST_CASE("a bank of another rate, and one that gives no numbers, are refused") {
  Pedal pedal;
  pedal.Play();
  const path bank = pedal.Bank("second");
  nlohmann::json table = {{"format", 1}, {"name", "second"}, {"sample_rate_hz", 48000}};
  Write(bank / "bank.json", table.dump());
  CHECK(Contains(pedal.Ask("second"), "sample_rate_hz: found 48000, expected 44100"));
  nlohmann::json model = ModelJson(4, 1, 0, 1);
  nlohmann::json& dense = model["layers"][1];
  dense["weights"][1][0] = 9e29;
  nlohmann::json twice = dense;
  twice["weights"][0] = {{9e29}};
  model["layers"].push_back(twice);
  model["layers"].push_back(twice);
  Write(bank / "x.json", model.dump());
  const nlohmann::json row = ModelRow("x.json", model.dump(), 1, 0);
  Write(bank / "bank.json",
        bank_folder::BankJson("second", {{{"id", "x"}, {"models", {row}}}}).dump());
  CHECK(
      Contains(pedal.Ask("second"), "x.json: in silence it gives values that are not"));
  CHECK(pedal.name() == "first");
}

TEST_CASE("a bank that costs too much is refused, saying by how much") {
  Pedal pedal;
  pedal.Play();
  WriteBank(pedal.Bank("dear"), "dear", {"one"}, 5);
  CHECK(pedal.Ask("dear") ==
        "bank \"dear\": a crossfade takes 50000 us a period, expected at most 37152 us "
        "(80 % of 2048 samples); use a longer period or smaller models");
  CHECK(pedal.name() == "first");
}

TEST_CASE("the bank that plays is loaded again when its files have changed") {
  Pedal pedal;
  pedal.Watch();
  CHECK(pedal.engine.state().bank == 1);  // nothing has changed
  WriteBank(pedal.Bank("first"), "first", {"one", "four"}, 50);
  pedal.Watch();
  CHECK(pedal.engine.state().bank == 2);
  CHECK(pedal.keeper.NoteOf(2).effects == "one,four");
  const std::string whole = ModelJson(4, 1, 1, 51).dump();
  Write(pedal.Bank("first") / "one-1.json", whole.substr(0, 100));  // half-written
  pedal.Watch();
  CHECK(pedal.keeper.TakeFailure());
  CHECK(Contains(pedal.keeper.problem(), "one-1.json: sha256"));
  pedal.Watch();
  CHECK_FALSE(pedal.keeper.TakeFailure());  // told once
  Write(pedal.Bank("first") / "one-1.json", whole);
  pedal.Watch();
  CHECK(pedal.keeper.problem() == "");
  CHECK(pedal.engine.state().bank == 3);
}

TEST_CASE(
    "a bank that goes while it plays, plays on, and is taken when it comes back") {
  Pedal pedal;
  pedal.Play();
  bank_folder::fs::rename(pedal.Bank("first"), pedal.root.path / "aside");
  pedal.Watch();
  CHECK(Contains(pedal.keeper.problem(), "can't be opened"));
  CHECK(pedal.keeper.list().ids == "aside,second");
  CHECK(pedal.name() == "first");
  WriteBank(pedal.Bank("first"), "first", {"one"}, 60);
  pedal.Watch();
  CHECK(pedal.keeper.problem() == "");
  CHECK(pedal.engine.state().bank == 2);
}

TEST_CASE("a refused bank is tried again when its files change; a new one is offered") {
  Pedal pedal;
  pedal.Play();
  Write(pedal.Bank("second") / "bank.json", "{");
  CHECK(Contains(pedal.Ask("second"), "bank.json: is not a JSON object"));
  WriteBank(pedal.Bank("third"), "third", {"one"}, 70);
  pedal.keeper.TakeChange();
  pedal.Watch();
  CHECK(pedal.keeper.TakeChange());
  CHECK(pedal.keeper.list().ids == "first,second,third");
  CHECK(pedal.name() == "first");
  WriteBank(pedal.Bank("second"), "second", {"two"}, 80);
  pedal.Watch();
  CHECK(pedal.name() == "second");
  CHECK(pedal.keeper.problem() == "");
}

TEST_CASE("of several that wait the latest is loaded, the others are answered") {
  Pedal pedal;
  pedal.Play();
  for (int request = 1; request <= 3; ++request)
    pedal.keeper.Ask(Load(request == 2 ? "first" : "second", request));
  pedal.Step();
  pedal::BankAnswer answer;
  for (int request = 1; request <= 2; ++request) {
    REQUIRE(pedal.keeper.TakeAnswer(&answer));
    CHECK(answer.asked.request == request);
    CHECK(Contains(answer.wrong, "superseded"));
  }
  CHECK(pedal.engine.state().bank == 2);
}

TEST_CASE(
    "the last bank comes up again; where it is gone another plays, and it is said") {
  Pedal pedal;
  pedal::Engine engine;
  engine.Prepare(pedal::EngineConfig());
  pedal::BankFolders folders;
  folders.Prepare({pedal.root.path.string()}, pedal.Bank("first").string());
  for (const std::string last : {"second", "gone", ""}) {
    pedal::BankKeeper keeper;
    keeper.Prepare(&engine, 2048, Measure, folders);
    keeper.Begin(last);
    CHECK(keeper.NoteOf(1).id == (last == "second" ? "second" : "first"));
    CHECK(Contains(keeper.problem(), "\"gone\"") == (last == "gone"));
  }
}

// A model that is silent in silence, and no number with sound. It must not lead to the
// old bank being freed under the voice that still plays it.
TEST_CASE("a bank whose model breaks as it comes in leaves nothing behind") {
  Pedal pedal;
  nlohmann::json model = ModelJson(4, 16, 0, 1);
  nlohmann::json dense = model["layers"][1];
  dense["activation"] = "relu";
  for (auto& row : dense["weights"][0])
    for (auto& weight : row) weight = 9e29;
  nlohmann::json wide = dense;
  wide["weights"][0] = nlohmann::json(
      std::vector<std::vector<double>>(16, std::vector<double>(16, 9e29)));
  model["layers"][0]["weights"][2] = std::vector<double>(16, 0.0);
  model["layers"][1] = dense;
  for (int layer = 0; layer < 3; ++layer) model["layers"].push_back(wide);
  model["in_skip"] = 0;
  const path bank = pedal.Bank("second");
  Write(bank / "x.json", model.dump());
  const nlohmann::json row = ModelRow("x.json", model.dump(), 16, 0);
  Write(bank / "bank.json",
        bank_folder::BankJson("second", {{{"id", "x"}, {"models", {row}}}}).dump());
  pedal.Play(20000);
  for (int turn = 0; turn < 3; ++turn) {
    CHECK(pedal.Ask("second") == "");
    CHECK(pedal.engine.state().fault == pedal::Fault::kNan);
    CHECK(pedal.Ask("first") == "");
    CHECK(pedal.engine.state().fault == pedal::Fault::kNone);
    CHECK(pedal.effect() == "one");
  }
  for (float sample : pedal.out) REQUIRE(std::isfinite(sample));
}

TEST_CASE("a pedal without a bank plays the one that appears") {
  const Folder root;
  pedal::Engine engine;
  engine.Prepare(pedal::EngineConfig());
  pedal::BankFolders folders;
  folders.Prepare({}, (root.path / "late").string());
  pedal::BankKeeper keeper;
  keeper.Prepare(&engine, 2048, Measure, folders);
  keeper.Begin("");
  CHECK(Contains(keeper.problem(), "can't be opened"));
  WriteBank(root.path / "late", "late", {"one"}, 5);
  std::vector<float> in = toys::Sine(2048), left(in.size()), right(in.size());
  for (int look = 0; look < 4; ++look) {
    keeper.Step();
    engine.Process(in.data(), left.data(), right.data(), 2048);
    std::this_thread::sleep_for(std::chrono::milliseconds(510));
  }
  CHECK(keeper.NoteOf(engine.state().bank).name == "late");
  CHECK(engine.state().fault == pedal::Fault::kNone);
  CHECK(keeper.problem() == "");
}
