// Time-invariant networks: silent by construction, whatever their knobs, and refused
// where they can't be played.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "toys.h"

namespace {

using Row = std::vector<float>;

// Plays blocks of 16 from the state of silence; the knob goes from 0 to `turned`.
Row Play(const pedal::ModelSpec& spec, const Row& in, float turned = 0.0f) {
  pedal::Model model;
  model.Prepare(spec);
  pedal::AlignedFloats state;
  state.Prepare(static_cast<std::size_t>(model.state_size()));
  Row out(in.size());
  for (std::size_t i = 0; i + 16 <= in.size(); i += 16) {
    const float knob = turned * static_cast<float>(i) / static_cast<float>(in.size());
    const float conditioning[pedal::kMaxConditioning] = {knob, knob, knob, knob};
    model.Process(&in[i], conditioning, &out[i], state.data());
  }
  return out;
}

// "one", a cascade, and with frames beside it "two", a network of frames.
pedal::Bank Cascades(bool frames) {
  pedal::Bank bank;
  bank.effects.resize(frames ? 2 : 1);
  std::strcpy(bank.effects[0].id, "one");
  bank.effects[0].block16.reset(new pedal::Playable);
  bank.effects[0].block16->Prepare(toys::RandomCascade({12, 8}, 1, 0.0f, 8), 1.0f,
                                   {pedal::protocol::ParamId::kDrive});
  if (!frames) return bank;
  std::strcpy(bank.effects[1].id, "two");
  bank.effects[1].block16 = toys::RandomPlayable(8, 16, 2);
  return bank;
}

float Loudest(const Row& row, std::size_t from = 0) {
  float most = 0.0f;
  for (std::size_t i = from; i < row.size(); ++i)
    most = std::fmax(most, std::fabs(row[i]));
  return most;
}

Row After(Row sound, int silence) {
  sound.resize(sound.size() + static_cast<std::size_t>(silence), 0.0f);
  return sound;
}

const char* Wrong(void (*spoil)(pedal::CascadeSpec*)) {
  pedal::ModelSpec spec = toys::RandomCascade({6, 4}, 1, 0.5f, 1);
  spoil(&spec.cascade);
  const char* wrong = pedal::CheckSpec(spec);
  return wrong ? wrong : "nothing";
}

}  // namespace

TEST_CASE("a cascade of any size is playable and fits its state") {
  for (const std::vector<int>& sizes : {std::vector<int>{1},
                                        {12, 8},
                                        {6, 6, 6, 6, 6, 6},
                                        {5, 17, 3},
                                        {9, 31},
                                        std::vector<int>(8, 32)}) {
    for (int knobs : {0, 1, 4}) {
      const pedal::ModelSpec spec = toys::RandomCascade(sizes, knobs, 0.0f, 3);
      CHECK(pedal::CheckSpec(spec) == nullptr);
      pedal::Model model;
      model.Prepare(spec);
      CHECK(model.state_size() <= pedal::kMaxStateFloats);
      CHECK(model.frames() == 16);
      CHECK(Loudest(Play(spec, toys::Noise(1600))) > 0.01f);
    }
  }
}

TEST_CASE("a cascade is exactly silent at every setting and while a knob turns") {
  for (float slew : {0.0f, 0.8f}) {
    const pedal::ModelSpec spec = toys::RandomCascade({6, 6, 6}, 1, slew, 5);
    for (float turned : {0.0f, 0.3f, 1.0f})
      CHECK(Loudest(Play(spec, Row(4410), turned)) == 0.0f);
  }
}

TEST_CASE("a cascade falls silent after noise, whatever rang in it") {
  for (float slew : {0.0f, 0.8f}) {
    const pedal::ModelSpec spec = toys::RandomCascade({6, 6, 6}, 1, slew, 6);
    const Row out = Play(spec, After(toys::Noise(8000), 80000), 1.0f);
    CHECK(Loudest(out) > 0.1f);
    CHECK(Loudest(out, 72000) < 1e-6f);
  }
}

TEST_CASE("a cascade's saturating one-poles move less than linear ones") {
  const Row loud = toys::Sine(4000, 220.0f, 0.9f);
  const Row linear = Play(toys::RandomCascade({6, 6}, 0, 0.0f, 7), loud);
  const Row slewing = Play(toys::RandomCascade({6, 6}, 0, 3.0f, 7), loud);
  CHECK(linear != slewing);
  CHECK(linear == Play(toys::RandomCascade({6, 6}, 0, 0.0f, 7), loud));
}

TEST_CASE("a cascade sounds the same however its samples are grouped") {
  const pedal::ModelSpec spec = toys::RandomCascade({12, 8, 3}, 1, 0.5f, 4);
  const Row in = toys::Noise(1600), whole = Play(spec, in);
  pedal::Model model;
  model.Prepare(spec);
  pedal::AlignedFloats state;
  state.Prepare(static_cast<std::size_t>(model.state_size()));
  Row out(in.size());
  const float conditioning[pedal::kMaxConditioning] = {};
  for (std::size_t i = 0, turn = 0; i < in.size(); ++turn) {
    const std::size_t count = std::min(in.size() - i, 1 + turn % 16);
    model.PlayPart(&in[i], conditioning, static_cast<int>(count), &out[i],
                   state.data());
    i += count;
  }
  CHECK(out == whole);
  CHECK(Loudest(whole) > 0.01f);
}

TEST_CASE("a cascade in the engine does not depend on the period, bit for bit") {
  for (bool frames : {false, true}) {
    const pedal::Bank bank = Cascades(frames);
    const Row in = toys::Noise(8192);
    Row first;
    for (int period : {16, 1, 2, 7, 24, 128, 1000}) {
      toys::Rig rig("one", 16, &bank);
      rig.Push(toys::Turn(pedal::protocol::ParamId::kDrive, 80.0f, 2000));
      const Row out = rig.Play(in, period);
      if (first.empty()) first = out;
      CHECK(out == first);
    }
    CHECK(Loudest(first) > 0.01f);
  }
}

TEST_CASE("block 16 has no delay in a bank of cascades, and 15 beside frames") {
  const pedal::Bank alone = Cascades(false), mixed = Cascades(true);
  const Row in = toys::Noise(4096);
  toys::Rig early("one", 16, &alone), late("one", 16, &mixed);
  const Row now = early.Play(in), then = late.Play(in);
  CHECK(early.engine().state().delay == 0);
  CHECK(late.engine().state().delay == 15);
  CHECK(Row(now.begin(), now.end() - 15) == Row(then.begin() + 15, then.end()));
  CHECK(Loudest(now) > 0.01f);
  early.Push(toys::Ask(pedal::IntentKind::kBypass, 1));
  early.Play(Row(4096));
  CHECK(early.Play(in) == in);
}

TEST_CASE("a cascade that can't be played is refused in half a sentence") {
  using Spec = pedal::CascadeSpec;
  const auto wrong = [](void (*spoil)(Spec*)) { return std::string(Wrong(spoil)); };
  CHECK(wrong([](Spec*) {}) == "nothing");
  CHECK(wrong([](Spec* s) { s->taps = 17; }) == "there are not 1 to 16 taps");
  CHECK(wrong([](Spec* s) { s->pole[2] = 1.0f; }) == "a pole is not in [0, 1)");
  CHECK(wrong([](Spec* s) { s->layers[1].pole[0] = -0.1f; }) ==
        "a pole is not in [0, 1)");
  CHECK(wrong([](Spec* s) { s->layers[0].slew[0] = -1.0f; }) ==
        "a slew is not 0 or above");
  CHECK(wrong([](Spec* s) { s->layers[0].weight[0] = std::nanf(""); }) ==
        "a weight is not a finite number");
  CHECK(wrong([](Spec* s) { s->layers[0].units = 33; }) ==
        "a cascade has not 1 to 32 units");
  CHECK(wrong([](Spec* s) { s->layers[1].bias.pop_back(); }) ==
        "a cascade's weights have the wrong size");
  CHECK(wrong([](Spec* s) { s->layers[1].reweight.pop_back(); }) ==
        "a cascade's weights have the wrong size");
  CHECK(wrong([](Spec* s) { s->layers[0].stretch[0] = std::nanf(""); }) ==
        "a weight is not a finite number");
  CHECK(wrong([](Spec* s) { s->stretch.pop_back(); }) ==
        "the poles' stretch has the wrong size");
  CHECK(wrong([](Spec* s) { s->mix.pop_back(); }) == "the mix has the wrong size");
  CHECK(wrong([](Spec* s) { s->depth.pop_back(); }) ==
        "there are not 1 to 16 poles of the output");
  CHECK(wrong([](Spec* s) { s->coupler_pole[0] = 2.0f; }) == "a pole is not in [0, 1)");
  CHECK(wrong([](Spec* s) { s->layers.resize(9, s->layers[0]); }) ==
        "there are not 1 to 8 cascades");
  CHECK(wrong([](Spec* s) { s->hints = 0; }) ==
        "there are not 1 to 16 hints, or hints without knobs");
  pedal::ModelSpec spec = toys::RandomCascade({6}, 0, 0.0f, 1);
  spec.frames = 1;
  CHECK(std::string(pedal::CheckSpec(spec)) == "a cascade is no model of block 16");
}
