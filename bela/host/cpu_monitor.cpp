// CPU monitoring with the board's arithmetic: it averages over `count` blocks, so it
// hides peaks, and counts time in which the thread was kept from running. [audio]
#include <Bela.h>

#include <cstring>

namespace {

BelaCpuData monitor;

// Nanoseconds from `then` to `now`.
long long unsigned int Between(const timespec& then, const timespec& now) {
  const long long seconds = static_cast<long long>(now.tv_sec) - then.tv_sec;
  return static_cast<long long unsigned int>(seconds * 1000000000LL + now.tv_nsec -
                                             then.tv_nsec);
}

}  // namespace

extern "C" {

int Bela_cpuMonitoringInit(int count) {
  if (count == 0) return 0;
  std::memset(&monitor, 0, sizeof(monitor));
  monitor.count = count;
  return 0;
}

BelaCpuData* Bela_cpuMonitoringGet() { return &monitor; }

void Bela_cpuTic(BelaCpuData* data) {
  if (data == nullptr || data->count == 0) return;
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  data->total += Between(data->tic, now);
  data->tic = now;
  data->currentCount++;
  if (data->currentCount == static_cast<unsigned>(data->count)) {
    const double share =
        static_cast<double>(data->busy) / static_cast<double>(data->total);
    data->percentage = static_cast<float>(100.0 * share);
    data->busy = 0;
    data->total = 0;
    data->currentCount = 0;
  }
}

void Bela_cpuToc(BelaCpuData* data) {
  if (data == nullptr || data->count == 0) return;
  clock_gettime(CLOCK_MONOTONIC, &data->toc);
  data->busy += Between(data->tic, data->toc);
}

}  // extern "C"
