// The cases of the benchmark: what is timed, and one timing of it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bench/contender.h"

namespace pedal_bench {

// One network and all who play it.
struct Case {
  struct Subject {
    std::string name;
    std::unique_ptr<Player> player;
    double error_db = 0.0;  // against float64
    bool judged = false;    // whether error_db is known
  };
  std::string name;
  int frame = 1;   // samples
  int frames = 0;  // of one timing
  std::vector<Subject> subjects;
};

// LSTMs of 8 to 64 units at block 1 and 16, for all contenders that are built in.
std::vector<Case> Sizes();
// Each model of a bank. On a fault *wrong becomes one line.
std::vector<Case> BankModels(const std::string& folder, std::string* wrong);
// Two models of 40 units at block 1 through the whole engine at period 64, crossfading
// all the time.
Case Crossfade();

// Which of RTNeural's back ends are built in, such as "eigen"; each plays by sizes
// fixed at compile time and by its run-time model.
std::vector<std::string> Rivals();

// ns a sample of one subject now, by the thread's own clock: others on the same core
// don't count.
double Time(const Case& a_case, const Case::Subject& subject);

}  // namespace pedal_bench
