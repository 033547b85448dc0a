// The arithmetic of Bela's CPU meter.
#include <Bela.h>
#include <doctest/doctest.h>

namespace {

long long Nanoseconds(const timespec& time) {
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// One block, with its times kept.
struct TicToc {
  long long tic, toc;
  explicit TicToc(BelaCpuData* data) {
    Bela_cpuTic(data);
    Bela_cpuToc(data);
    tic = Nanoseconds(data->tic);
    toc = Nanoseconds(data->toc);
  }
};

}  // namespace

TEST_CASE("busy is from tic to toc, total from tic to tic") {
  BelaCpuData data = {};
  data.count = 100;
  const TicToc first(&data), second(&data);
  CHECK(data.currentCount == 2);
  CHECK(data.busy == static_cast<unsigned long long>(first.toc - first.tic +
                                                     second.toc - second.tic));
  CHECK(data.total ==
        static_cast<unsigned long long>(second.tic));  // from an unset clock
  CHECK(data.percentage == 0.0f);
}

TEST_CASE("every count tics the percentage is renewed and the sums start again") {
  BelaCpuData data = {};
  data.count = 3;
  TicToc last(&data);
  for (int i = 0; i < 2; ++i) last = TicToc(&data);
  CHECK(data.currentCount == 0);
  const long long carried = static_cast<long long>(data.busy);  // of the third toc
  CHECK(carried == last.toc - last.tic);
  const long long start = last.tic;
  const TicToc a(&data), b(&data);
  Bela_cpuTic(&data);
  const double busy = static_cast<double>(carried + a.toc - a.tic + b.toc - b.tic);
  const double total = static_cast<double>(Nanoseconds(data.tic) - start);
  CHECK(data.percentage == doctest::Approx(100.0 * busy / total));
  CHECK(data.busy == 0);
  CHECK(data.total == 0);
}

TEST_CASE("a meter with a count of 0 is off") {
  BelaCpuData data = {};
  const TicToc block(&data);
  CHECK(data.busy == 0);
  CHECK(block.tic == 0);
  Bela_cpuTic(nullptr);
  Bela_cpuToc(nullptr);
}

TEST_CASE("initialising with 0 leaves the core's meter as it was") {
  Bela_cpuMonitoringInit(7);
  Bela_cpuMonitoringInit(0);
  CHECK(Bela_cpuMonitoringGet()->count == 7);
  Bela_cpuMonitoringGet()->count = 0;
}
