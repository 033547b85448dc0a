// pedal-bench: times all subjects in turn, round by round, and prints each timing as a
// line of JSON at once, so that who reads it can stop it at any time.
//
// Google Benchmark can take repetitions in random order, but tells of them when all are
// done, and a ratio of two subjects would be of timings minutes apart; here they are
// neighbours.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bench/cases.h"
#include "engine/denormals.h"

namespace {

using pedal_bench::Case;

struct Request {
  int rounds = 101;
  std::string bank;
};

bool Read(int argc, char* argv[], Request* request) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--rounds") == 0)
      request->rounds = std::atoi(argv[i + 1]);
    else if (std::strcmp(argv[i], "--bank") == 0)
      request->bank = argv[i + 1];
    else
      return false;
  }
  return argc % 2 == 1 && request->rounds > 0;
}

void TellPlan(const std::vector<Case>& cases) {
  std::string rivals;
  for (const std::string& name : pedal_bench::Rivals())
    rivals += (rivals.empty() ? "\"" : ", \"") + name + "\"";
  std::printf("{\"flags\": \"%s\", \"rivals\": [%s]}\n", PEDAL_BENCH_FLAGS,
              rivals.c_str());
  for (const Case& a_case : cases) {
    for (const Case::Subject& subject : a_case.subjects) {
      std::printf("{\"case\": \"%s\", \"subject\": \"%s\"", a_case.name.c_str(),
                  subject.name.c_str());
      if (subject.judged) std::printf(", \"error_db\": %.1f", subject.error_db);
      std::puts("}");
    }
  }
}

void TellRound(const std::vector<Case>& cases, int round) {
  for (const Case& a_case : cases)
    for (const Case::Subject& subject : a_case.subjects)
      std::printf(
          "{\"round\": %d, \"case\": \"%s\", \"subject\": \"%s\", \"ns\": %.3f}\n",
          round, a_case.name.c_str(), subject.name.c_str(),
          pedal_bench::Time(a_case, subject));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char* argv[]) {
  Request request;
  if (!Read(argc, argv, &request)) {
    std::fprintf(stderr, "pedal-bench: expected [--rounds N] [--bank FOLDER]\n");
    return 2;
  }
  pedal::FlushDenormals();
  std::string wrong;
  std::vector<Case> cases;
  if (!request.bank.empty()) cases = pedal_bench::BankModels(request.bank, &wrong);
  if (!wrong.empty()) {
    std::fprintf(stderr, "pedal-bench: %s\n", wrong.c_str());
    return 1;
  }
  for (Case& size : pedal_bench::Sizes()) cases.push_back(std::move(size));
  cases.push_back(pedal_bench::Crossfade());
  TellPlan(cases);
  for (int round = 0; round < request.rounds; ++round) TellRound(cases, round);
  return 0;
}
