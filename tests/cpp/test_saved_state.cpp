// Presets and the last sound on disk: whatever happens, the old or the new state.
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

#include "io/kept_file.h"
#include "io/presets.h"
#include "io/safe_file.h"
#include "io/saved_state.h"

using pedal::Saving;
using pedal::Setlist;

namespace {

// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() { path_ = mkdtemp(name_); }
  ~Folder() {
    if (std::system(("rm -rf " + path_).c_str()) != 0) std::abort();
  }
  std::string operator/(const std::string& file) const { return path_ + "/" + file; }
  const std::string& path() const { return path_; }

 private:
  char name_[40] = "/tmp/pedal-presets-XXXXXX";
  std::string path_;
};

// A setlist, a sound and a foot map that all carry `number` everywhere.
Setlist Numbered(int number) {
  Setlist list;
  for (int i = 0; i < pedal::kMaxPresets; ++i) {
    pedal::Preset preset;
    std::snprintf(preset.id, sizeof preset.id, "p%d", i);
    std::snprintf(preset.name, sizeof preset.name, "No. %d", number);
    std::strcpy(preset.effect, "one");
    preset.params[4] = -90.0f;
    preset.params[1] = static_cast<float>(number % 100);
    list.Save(preset);
  }
  return list;
}

pedal::State Sound(int number) {
  pedal::State state;
  std::strcpy(state.effect, "one");
  state.params[4] = -90.0f;
  state.params[1] = static_cast<float>(number % 100) + 0.1f;
  return state;
}

pedal::FootMap Map(int number) {
  pedal::FootMap map;
  for (const auto kind : {pedal::GestureKind::kPress, pedal::GestureKind::kLong,
                          pedal::GestureKind::kDouble}) {
    for (int index = 0; index < 2; ++index) {
      pedal::Gesture row;
      row.kind = kind;
      row.first = index;
      row.on.kind = pedal::IntentKind::kParamSet;
      row.on.param = pedal::protocol::ParamId::kDrive;
      row.on.number = static_cast<float>(number % 100);
      map.Set(row);
    }
  }
  return map;
}

// The number of a setlist that is whole; -1 where it is a mixture.
int NumberOf(const Setlist& list) {
  int number = -1;
  if (list.count == 0 || std::sscanf(list.presets[0].name, "No. %d", &number) != 1)
    return -1;
  for (int i = 0; i < list.count; ++i)
    if (std::strcmp(list.presets[i].name, list.presets[0].name) != 0) return -1;
  return list.count == pedal::kMaxPresets ? number : -1;
}

bool IsMap(const pedal::FootMap& found, int number) {
  pedal::Controls one = pedal::FactoryControls(), other = one;
  one.feet = found;
  other.feet = Map(number);
  return pedal::ToJson(one) == pedal::ToJson(other);
}

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The text of a kept file that is taken.
std::string Kept(const std::string& path) {
  std::string taken;
  pedal::ReadKept(path, pedal::PutAside::kYes, [&taken](const std::string& text) {
    taken = text;
    return "";
  });
  return taken;
}

void Put(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
}

}  // namespace

TEST_CASE("a setlist and a sound come back exactly as they were") {
  Setlist list = Numbered(7);
  std::strcpy(list.presets[0].name, "say \"hi\" \\ there");
  list.presets[1].params[4] = -37.7f;
  list.presets[1].block = 16;
  list.kept[2] = true;
  Setlist back;
  REQUIRE(pedal::FromJson(pedal::ToJson(list), &back) == "");
  CHECK(pedal::ToJson(back) == pedal::ToJson(list));
  CHECK(back.presets[1].params[4] == -37.7f);
  pedal::State sound = Sound(3), found;
  sound.bypass = 1;
  std::strcpy(sound.preset, "p3");
  std::string bank;
  REQUIRE(pedal::FromJson(pedal::ToJson(sound, "night-set"), &found, &bank));
  CHECK(bank == "night-set");
  CHECK(pedal::ToJson(found, bank) == pedal::ToJson(sound, "night-set"));
}

TEST_CASE("five hundred kills while saving: always the old or the new state") {
  const Folder folder;
  struct Marks {
    volatile int begun, done;
  };
  void* shared = mmap(nullptr, sizeof(Marks), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Marks* marks = static_cast<Marks*>(shared);
  marks->begun = marks->done = 1;
  {
    pedal::Presets first;
    first.Prepare(folder.path(), Saving::kOn);
    first.Note(Numbered(1));
    first.Note(Sound(1), "");
    first.Note(Map(1));
    REQUIRE(first.Save());
  }
  std::mt19937 rng(8);
  int killed_inside = 0;
  for (int round = 0; round < 500; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      pedal::Presets presets;
      presets.Prepare(folder.path(), Saving::kOn);
      for (int number = marks->done + 1;; ++number) {
        presets.Note(Numbered(number));
        presets.Note(Sound(number), "");
        presets.Note(Map(number));
        marks->begun = number;
        if (!presets.Save()) _exit(1);
        marks->done = number;
      }
    }
    usleep(500 + rng() % 6000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    const int old_number = marks->done, new_number = marks->begun;
    killed_inside += old_number != new_number;
    pedal::Presets after;
    after.Prepare(folder.path(), Saving::kOn);
    const int number = NumberOf(after.setlist());
    REQUIRE((number == old_number || number == new_number));
    const float drive = after.StartConfig(pedal::EngineConfig(), {}).params[1];
    REQUIRE(
        (drive == Sound(old_number).params[1] || drive == Sound(new_number).params[1]));
    REQUIRE((IsMap(after.feet(), old_number) || IsMap(after.feet(), new_number)));
    marks->done = marks->begun = number;
    after.Note(Numbered(number));  // all three files agree again
    after.Note(Sound(number), "");
    after.Note(Map(number));
    REQUIRE(after.Save());
  }
  CHECK(killed_inside > 100);
  munmap(shared, sizeof(Marks));
}

TEST_CASE("a torn or changed file gives the last good one, which it never replaces") {
  const Folder folder;
  const std::string path = folder / "presets.json";
  REQUIRE(pedal::WriteSafely(path, pedal::ToJson(Numbered(1))) == "");
  REQUIRE(pedal::WriteSafely(path, pedal::ToJson(Numbered(2))) == "");
  const std::string whole = Contents(path), last = Contents(path + ".last");
  std::mt19937 rng(3);
  for (int round = 0; round < 200; ++round) {
    std::string spoiled = whole;
    const std::size_t at = rng() % spoiled.size();
    if (round % 2)
      spoiled.resize(at);
    else
      spoiled[at] = static_cast<char>(spoiled[at] ^ (1u << rng() % 7));
    Put(path, spoiled);
    REQUIRE(Kept(path) == last);
    REQUIRE(pedal::WriteSafely(path, pedal::ToJson(Numbered(2))) == "");
    REQUIRE(Kept(path) == whole);
    REQUIRE(Contents(path + ".last") == last);
  }
}

TEST_CASE("a folder that can't be written to is told, and the pedal plays on") {
  pedal::Presets presets;
  presets.Prepare("/proc/no-such-folder", Saving::kOn);
  presets.Note(Sound(1), "");
  CHECK_FALSE(presets.Save());
  CHECK(presets.problem().find("cannot be written") != std::string::npos);
}

TEST_CASE("a render neither writes nor takes the last sound") {
  const Folder folder;
  {
    pedal::Presets live;
    live.Prepare(folder.path(), Saving::kOn);
    live.Note(Sound(40), "");
    live.Note(Numbered(40));
  }
  const std::string before = Contents(folder / "presets.json");
  pedal::Presets render;
  render.Prepare(folder.path(), Saving::kOff);
  CHECK(NumberOf(render.setlist()) == 40);
  CHECK(render.StartConfig(pedal::EngineConfig(), {}).params[1] == 50.0f);
  render.Note(Numbered(41));
  CHECK(render.Save());
  CHECK(Contents(folder / "presets.json") == before);
}

TEST_CASE("the pedal starts in its last sound, unless it was asked for another") {
  const Folder folder;
  pedal::Presets presets;
  presets.Prepare(folder.path(), Saving::kOn);
  pedal::State sound = Sound(40);
  std::strcpy(sound.preset, "p3");
  sound.block = 16;
  presets.Note(Numbered(40));
  presets.Note(sound, "night-set");
  REQUIRE(presets.Save());
  presets.Note(pedal::State(), "");  // no bank: nothing to remember
  pedal::Presets next;
  next.Prepare(folder.path(), Saving::kOn);
  CHECK(next.bank() == "night-set");
  const pedal::EngineConfig config = next.StartConfig(pedal::EngineConfig(), {});
  CHECK(std::string(config.effect) == "one");
  CHECK(std::string(config.preset) == "p3");
  CHECK(config.block == 16);
  pedal::Named named;
  named.block = named.params[1] = true;
  const pedal::EngineConfig other = next.StartConfig(pedal::EngineConfig(), named);
  CHECK(other.block == 1);
  CHECK(other.params[1] == pedal::EngineConfig().params[1]);
  CHECK(other.params[1] != config.params[1]);
  CHECK(other.params[0] == config.params[0]);
  CHECK(std::string(other.effect) == "one");
  pedal::EngineConfig asked;
  std::strcpy(asked.effect, "two");
  CHECK(next.StartConfig(asked, {}).block == 1);
}

TEST_CASE("a setlist that is not one is refused, and says where") {
  Setlist list = Numbered(1);
  const auto wrong = [](const std::string& text) {
    Setlist setlist;
    return pedal::FromJson(text, &setlist);
  };
  CHECK(wrong("") == "format: expected 1");
  CHECK(wrong("{\"format\":1}").find("presets") == 0);
  std::strcpy(list.presets[4].id, "p1");
  CHECK(wrong(pedal::ToJson(list)) == "preset 5: id: found twice");
  std::strcpy(list.presets[2].id, "No");
  CHECK(wrong(pedal::ToJson(list)).find("preset 3: id: expected") == 0);
}

TEST_CASE(
    "a file that is not understood is kept aside for ever, and the one before taken") {
  const Folder folder;
  const std::string path = folder / "presets.json";
  REQUIRE(pedal::WriteSafely(path, pedal::ToJson(Numbered(1))) == "");
  const std::string later = "{\"format\":2,\"presets\":[]}";
  REQUIRE(pedal::WriteSafely(path, later) == "");
  const std::string as_written = Contents(path);
  {
    pedal::Presets presets;
    presets.Prepare(folder.path(), Saving::kOn);
    CHECK(NumberOf(presets.setlist()) == 1);
    CHECK(presets.lost() == "");
    for (int number = 3; number < 6; ++number) {
      presets.Note(Numbered(number));
      REQUIRE(presets.Save());
    }
  }
  CHECK(Contents(path + ".refused-1") == as_written);
  Put(path, "{");
  Put(path + ".last", as_written);
  pedal::Presets none;
  none.Prepare(folder.path(), Saving::kOn);
  CHECK(none.setlist().count == 0);
  CHECK(none.lost().find("nothing of it is taken") != std::string::npos);
  CHECK(Contents(path + ".refused-2") == "{");
}

TEST_CASE("a render puts no file aside") {
  const Folder folder;
  Put(folder / "presets.json", "{");
  pedal::Presets render;
  render.Prepare(folder.path(), Saving::kOff);
  CHECK(Contents(folder / "presets.json") == "{");
}

TEST_CASE("the foot map and the expression pedal come back, nonsense dropped by row") {
  pedal::Controls controls = pedal::FactoryControls();
  controls.expression.low = 0.7f;
  controls.expression.high = 0.1f;
  controls.expression.param = 3;
  pedal::Controls back;
  std::vector<std::string> dropped;
  REQUIRE(pedal::FromJson(pedal::ToJson(controls), &back, &dropped) == "");
  CHECK(pedal::ToJson(back) == pedal::ToJson(controls));
  CHECK(dropped.empty());
  const std::string text =
      "{\"format\":1,\"expression\":{\"param\":\"wah\",\"low\":0.1,\"high\":0.2},"
      "\"feet\":[[\"press\",\"effect\",\"/effect/next\",\"\"],7,"
      "[\"latch\",\"effect\",\"/bypass 1\",\"/bypass "
      "0\"],[\"long\",\"tap\",\"\",\"\"]]}";
  REQUIRE(pedal::FromJson(text, &back, &dropped) == "");
  CHECK(back.feet.count == 1);
  CHECK(dropped.size() == 3);
  CHECK_FALSE(back.expression.calibrated());
  CHECK(back.expression.param == pedal::FactoryControls().expression.param);
}

TEST_CASE("a full setlist with rows of its own is told by one text of 12 KB") {
  Setlist list = Numbered(99);
  for (int i = 0; i < pedal::kMaxPresets; ++i) {
    std::memset(list.presets[i].name, 'n', 31);
    for (float& value : list.presets[i].params) value = -11.2345f;
  }
  pedal::Gesture row;
  row.kind = pedal::GestureKind::kChord;
  row.second = 1;
  row.on.kind = pedal::IntentKind::kPresetNext;
  for (int i = 0; i < pedal::kMaxPresets; ++i)
    REQUIRE(list.overrides.Set(list.presets[i].id, row));
  CHECK(pedal::ToJson(list).size() < 12288);
}

TEST_CASE("of two pedals on one folder the second reads and never writes") {
  const Folder folder;
  std::string kept;
  {
    pedal::Presets first, second;
    first.Prepare(folder.path(), Saving::kOn);
    first.Note(Numbered(1));
    first.Note(Sound(1), "");
    REQUIRE(first.Save());
    kept = Contents(folder / "presets.json");
    second.Prepare(folder.path(), Saving::kOn);
    CHECK(NumberOf(second.setlist()) == 1);
    CHECK(second.StartConfig(pedal::EngineConfig(), {}).params[1] ==
          Sound(1).params[1]);
    CHECK(second.lost().find("another pedal") != std::string::npos);
    second.Note(Numbered(2));
    CHECK(second.Save());
  }
  CHECK(Contents(folder / "presets.json") == kept);
  pedal::Presets third;
  third.Prepare(folder.path(), Saving::kOn);
  CHECK(third.lost() == "");
}
