// Looking through drivers and devices. Built without RtAudio, there are none.
#include "host/card_devices.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "host/block.h"

#ifdef PEDAL_HAS_RTAUDIO

#include <dlfcn.h>

#include <cstdlib>
#include <iostream>

namespace pedal {
namespace host {
namespace {

void SilentAlsa(const char*, int, const char*, int, const char*, ...) {}
void SilentJack(const char*) {}

unsigned ChannelsOf(const RtAudio::DeviceInfo& info, bool output) {
  return output ? info.outputChannels : info.inputChannels;
}

std::vector<unsigned> IdsOf(RtAudio& audio) {
#ifdef PEDAL_RTAUDIO_6
  return audio.getDeviceIds();
#else
  std::vector<unsigned> ids(audio.getDeviceCount());
  for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
  return ids;
#endif
}

CardDevice DeviceOf(RtAudio& audio, unsigned id, bool output) {
  const RtAudio::DeviceInfo info = audio.getDeviceInfo(id);
  return {id, ChannelsOf(info, output), info.name, info.sampleRates};
}

// By the number that ListCards gives, or by part of the name.
bool IsMeant(const std::string& wish, std::size_t number, const std::string& name) {
  return wish == std::to_string(number) || name.find(wish) != std::string::npos;
}

}  // namespace

// They are reached by name, so that we need not link what RtAudio may have been built
// without. RtAudio itself speaks through std::cerr, which we do not use.
void SilenceProbes() {
  using AlsaHandler = void (*)(const char*, int, const char*, int, const char*, ...);
  using AlsaSetter = int (*)(AlsaHandler);
  using JackSetter = void (*)(void (*)(const char*));
  void* alsa = dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler");
  if (alsa) reinterpret_cast<AlsaSetter>(alsa)(SilentAlsa);
  for (const char* name : {"jack_set_error_function", "jack_set_info_function"})
    if (void* jack = dlsym(RTLD_DEFAULT, name))
      reinterpret_cast<JackSetter>(jack)(SilentJack);
  std::cerr.setstate(std::ios::failbit);
}

// Live input takes the driver with the least delay, the demo the one that shares.
std::vector<RtAudio::Api> ApisFor(Direction direction, const CardChoice& choice) {
  std::vector<RtAudio::Api> wanted = {RtAudio::LINUX_PULSE, RtAudio::LINUX_ALSA,
                                      RtAudio::UNIX_JACK};
  if (direction == Direction::kInOut) std::reverse(wanted.begin(), wanted.end());
  wanted.push_back(RtAudio::MACOSX_CORE);
  wanted.push_back(RtAudio::WINDOWS_WASAPI);
  std::vector<RtAudio::Api> built;
  RtAudio::getCompiledApi(built);
  std::vector<RtAudio::Api> apis;
  for (const auto api : wanted)
    if (std::count(built.begin(), built.end(), api) &&
        (choice.driver.empty() || choice.driver == RtAudio::getApiName(api)))
      apis.push_back(api);
  return apis;
}

CardDevice FindDevice(RtAudio& audio, bool output, const std::string& wish) {
  const std::vector<unsigned> ids = IdsOf(audio);
  if (ids.empty()) return {};
  if (wish.empty()) {
    const CardDevice usual = DeviceOf(
        audio, output ? audio.getDefaultOutputDevice() : audio.getDefaultInputDevice(),
        output);
    if (usual.channels > 0) return usual;
  }
  for (std::size_t number = 0; number < ids.size(); ++number) {
    const CardDevice device = DeviceOf(audio, ids[number], output);
    if (device.channels == 0) continue;
    if (wish.empty() || IsMeant(wish, number, device.name)) return device;
  }
  return {};
}

unsigned CommonRate(const std::vector<CardDevice>& devices) {
  unsigned best = 0;
  for (const unsigned rate : devices.front().rates_hz) {
    const bool common =
        std::all_of(devices.begin(), devices.end(), [rate](const CardDevice& device) {
          return std::count(device.rates_hz.begin(), device.rates_hz.end(), rate) > 0;
        });
    if (common && rate >= kSampleRate && (best == 0 || rate < best)) best = rate;
  }
  return best;
}

std::string ListCards() {
  SilenceProbes();
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto api : ApisFor(Direction::kInOut, {})) {
    try {
      RtAudio audio(api);
      const std::vector<unsigned> ids = IdsOf(audio);
      for (std::size_t number = 0; number < ids.size(); ++number) {
        const RtAudio::DeviceInfo info = audio.getDeviceInfo(ids[number]);
        if (info.inputChannels + info.outputChannels == 0) continue;
        rows.push_back({{"driver", RtAudio::getApiName(api)},
                        {"number", number},
                        {"name", info.name},
                        {"inputs", info.inputChannels},
                        {"outputs", info.outputChannels},
                        {"rates_hz", info.sampleRates}});
      }
    } catch (const std::exception&) {  // a driver that is not there
    }
  }
  return rows.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace host
}  // namespace pedal

#else  // without RtAudio

namespace pedal {
namespace host {

std::string ListCards() { return "[]"; }

}  // namespace host
}  // namespace pedal

#endif
