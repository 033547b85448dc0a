// Mutated model and bank files while the pedal plays: each is answered within a second,
// what is taken can be played, and of what is refused not a sample is heard.
// PEDAL_MUTATIONS says how many; `make mutations` runs 100,000.
#include <doctest/doctest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <time.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "bank_folder.h"
#include "io/bank_keeper.h"
#include "io/bank_loader.h"
#include "mutate.h"
#include "toys.h"

using bank_folder::Folder;
using bank_folder::Write;
using nlohmann::json;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int kShare = 1000;
constexpr double kLongest = 20.0;  // s; each access is checked
#else
constexpr int kShare = 5000;
constexpr double kLongest = 1.0;
#endif

struct Base {
  std::string text;
  int block, knobs;
};

std::string Read(const std::string& name) {
  std::ifstream file(std::string(PEDAL_ROOT) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every kind of layer: the fuzzer's corpus, whose first bytes tell frames and knobs, an
// output capacitor, two of the factory's, and 128 units.
std::vector<Base> Bases() {
  std::vector<Base> bases;
  for (const char* name : {"lstm", "gru", "dense-16", "cascade", "cascade-knob"}) {
    const std::string text = Read(std::string("tests/fuzz/corpus/model/") + name);
    bases.push_back({text.substr(2), text[0] % 2 ? 16 : 1, text[1] % 3});
  }
  json model = bank_folder::ModelJson(3, 1, 1, 1);
  model["layers"].push_back({{"type", "couplers"},
                             {"shape", {nullptr, nullptr, 1}},
                             {"weights", {{0.99, 0.999}, {-0.4, -0.5}}}});
  bases.push_back({model.dump(), 1, 1});
  for (int block : {1, 16})
    bases.push_back(
        {Read("pedal/banks/factory/screamer-" + std::to_string(block) + ".json"), block,
         1});
  bases.push_back({bank_folder::ModelJson(pedal::kMaxUnits, 1, 1, 2).dump(), 1, 1});
  return bases;
}

// The factory's bank.json cut down to one effect of one model.
std::string BankText(const Base& base, const std::string& model) {
  json table = json::parse(Read("pedal/banks/factory/bank.json"));
  json effect = table["effects"][0];
  json row = effect["models"][0];
  row.update(bank_folder::ModelRow("x.json", model, base.block, 0));
  row["conditioning"] = json::array();
  for (const char* knob : {"drive", "tone"})
    if (static_cast<int>(row["conditioning"].size()) < base.knobs)
      row["conditioning"].push_back(knob);
  effect["models"] = {row};
  table["effects"] = {effect};
  return table.dump();
}

double Spent() {
  timespec spent;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);
}

long MostMemoryKib() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// A pedal that plays on and on, beside one that is left in peace.
class Show {
 public:
  Show() {
    thread_ = std::thread([this] {
      while (!over_) {
        const std::vector<float> heard = shown_.Play(sound_, 256);
        const std::vector<float> expected = calm_.Play(sound_, 256);
        for (std::size_t i = 0; i < heard.size(); ++i)
          different_ += heard[i] != expected[i];
        played_ += static_cast<int>(heard.size());
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
  }
  pedal::Engine& engine() { return shown_.engine(); }

  // How many samples were played, and how many were not those of the other.
  std::pair<int, int> End() {
    over_ = true;
    thread_.join();
    return {played_, different_};
  }

 private:
  const std::vector<float> sound_ = toys::Sine(2048);
  const std::unique_ptr<pedal::Bank> bank_ = toys::ToyBank();
  toys::Rig shown_{"two", 1, bank_.get()}, calm_{"two", 1, bank_.get()};
  int played_ = 0, different_ = 0;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// What was taken can be played, whatever it then sounds like.
void PlayIt(const pedal::Bank& bank) {
  pedal::Engine engine;
  engine.Prepare(pedal::EngineConfig());
  engine.StartWith(&bank);
  const std::vector<float> in = toys::Noise(256);
  std::vector<float> left(in.size()), right(in.size());
  engine.Process(in.data(), left.data(), right.data(), 256);
  for (float sample : left) REQUIRE(std::isfinite(sample));
}

}  // namespace

TEST_CASE("mutated models and banks neither crash, hang nor are heard") {
  const char* asked = std::getenv("PEDAL_MUTATIONS");
  const int count = asked ? std::atoi(asked) : kShare;
  const std::vector<Base> bases = Bases();
  const Folder root;
  const bank_folder::fs::path folder = root.path / "mutated";
  bank_folder::fs::create_directories(folder);
  Show show;
  pedal::BankFolders folders;
  folders.Prepare({root.path.string()}, "");
  pedal::BankKeeper keeper;
  keeper.Prepare(&show.engine(), 256, nullptr, folders);
  pedal::Intent load = toys::Ask(pedal::IntentKind::kBankLoad, 0, 0, 1);
  std::strcpy(load.id, "mutated");
  mutate::Mutator mutator(1);
  int taken = 0, refused = 0;
  double longest = 0.0;
  std::size_t kept = 0;
  for (int number = 0; number < count; ++number) {
    // The factory's are large, and take their time: one in forty; the largest that
    // there may be is one in a thousand.
    const std::size_t large = bases.size() - 3;
    const Base& base = number % 1000 == 500 ? bases.back()
                       : number % 40 == 0   ? bases[large + mutator.Below(2)]
                                            : bases[mutator.Below(large)];
    const bool of_model = mutator.Chance(70);
    const std::string model = of_model ? mutator(base.text) : base.text;
    // Most are signed anew, as a bad exporter would; the others are damaged on disk.
    std::string table = BankText(base, mutator.Chance(80) ? model : base.text);
    if (!of_model) table = mutator(table);
    Write(folder / "x.json", model);
    Write(folder / "bank.json", table);
    const double begun = Spent();
    std::string wrong;
    const std::unique_ptr<pedal::Bank> bank =
        pedal::LoadBank(folder.string(), "mutated", &wrong);
    REQUIRE((bank == nullptr) == !wrong.empty());
    if (bank) {
      PlayIt(*bank);
      ++taken;
    } else {
      keeper.Ask(load);
      keeper.Step(1);
      pedal::BankAnswer answer;
      REQUIRE(keeper.TakeAnswer(&answer));
      REQUIRE(answer.wrong == wrong);
      REQUIRE(wrong.size() < 1000);
      REQUIRE(wrong.find('\n') == std::string::npos);
      ++refused;
    }
    longest = std::max(longest, Spent() - begun);
    if (number == count / 10) kept = mallinfo2().uordblks;
  }
  const std::size_t grown = mallinfo2().uordblks - kept;
  const auto [played, wrong] = show.End();
  MESSAGE(count << " files: " << taken << " taken, " << refused << " refused; longest "
                << longest << " s; " << MostMemoryKib() / 1024 << " MiB at most; "
                << played << " samples played, " << wrong << " differ");
  CHECK(taken > count / 20);
  CHECK(refused > count / 20);
  CHECK(longest < kLongest);
  CHECK(wrong == 0);
  CHECK(played > 0);
#if !defined(__SANITIZE_ADDRESS__)  // which keeps what was freed
  CHECK(MostMemoryKib() < 128 * 1024);
  CHECK(static_cast<long>(grown) < (2 << 20));
#endif
}

TEST_CASE("a file of millions of values is refused before it takes memory for each") {
  const Folder folder;
  std::string text = "[0";
  while (text.size() < (16u << 20) - 40) text += ",0,0,0,0,0,0,0,0";
  Write(folder.path / "bank.json", text + "]");
  const double begun = Spent();
  std::string wrong;
  CHECK_FALSE(pedal::LoadBank(folder.path.string(), "b", &wrong));
  CHECK(wrong == "bank \"b\": bank.json: holds more than 600000 values");
  CHECK(Spent() - begun < kLongest);
}
