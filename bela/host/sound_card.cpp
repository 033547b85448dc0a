// RtAudio behind SoundCard. Built without RtAudio, no machine has a sound card.
#include "host/sound_card.h"

#if __has_include(<rtaudio/RtAudio.h>) && !defined(PEDAL_WITHOUT_RTAUDIO)

#include <dlfcn.h>
#include <rtaudio/RtAudio.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "host/block.h"
#include "host/errors.h"

namespace pedal {
namespace host {
namespace {

#if defined(RTAUDIO_VERSION_MAJOR) && RTAUDIO_VERSION_MAJOR >= 6
#define PEDAL_RTAUDIO_6 1
#endif

void SilentAlsa(const char*, int, const char*, int, const char*, ...) {}
void SilentJack(const char*) {}

// The libraries beneath RtAudio tell stderr about every device that is not there. They
// are reached by name, so that we need not link what RtAudio may have been built
// without.
void SilenceProbes() {
  using AlsaHandler = void (*)(const char*, int, const char*, int, const char*, ...);
  using AlsaSetter = int (*)(AlsaHandler);
  using JackSetter = void (*)(void (*)(const char*));
  void* alsa = dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler");
  if (alsa) reinterpret_cast<AlsaSetter>(alsa)(SilentAlsa);
  for (const char* name : {"jack_set_error_function", "jack_set_info_function"})
    if (void* jack = dlsym(RTLD_DEFAULT, name))
      reinterpret_cast<JackSetter>(jack)(SilentJack);
}

// Live input takes the driver with the least delay, the demo the one that shares.
std::vector<RtAudio::Api> ApisFor(Direction direction) {
  std::vector<RtAudio::Api> wanted = {RtAudio::LINUX_PULSE, RtAudio::LINUX_ALSA,
                                      RtAudio::UNIX_JACK};
  if (direction == Direction::kInOut) std::reverse(wanted.begin(), wanted.end());
  wanted.push_back(RtAudio::MACOSX_CORE);
  wanted.push_back(RtAudio::WINDOWS_WASAPI);
  std::vector<RtAudio::Api> built;
  RtAudio::getCompiledApi(built);
  std::vector<RtAudio::Api> apis;
  for (const auto api : wanted)
    if (std::count(built.begin(), built.end(), api)) apis.push_back(api);
  return apis;
}

struct Device {
  unsigned id = 0;
  unsigned channels = 0;  // 0: there is no such device
  std::string name;
};

unsigned ChannelsOf(const RtAudio::DeviceInfo& info, bool output) {
  return output ? info.outputChannels : info.inputChannels;
}

Device DefaultDevice(RtAudio& audio, bool output) {
  Device device;
#ifdef PEDAL_RTAUDIO_6
  const std::vector<unsigned> ids = audio.getDeviceIds();
#else
  std::vector<unsigned> ids(audio.getDeviceCount());
  for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
#endif
  if (ids.empty()) return device;
  device.id = output ? audio.getDefaultOutputDevice() : audio.getDefaultInputDevice();
  device.channels = ChannelsOf(audio.getDeviceInfo(device.id), output);
  for (const unsigned id : ids) {
    if (device.channels > 0) break;
    device.id = id;
    device.channels = ChannelsOf(audio.getDeviceInfo(id), output);
  }
  if (device.channels > 0) device.name = audio.getDeviceInfo(device.id).name;
  return device;
}

class RtAudioCard : public SoundCard {
 public:
  RtAudioCard(RtAudio::Api api, Callback callback)
      : audio_(api), callback_(std::move(callback)) {
#ifndef PEDAL_RTAUDIO_6
    audio_.showWarnings(false);
#endif
  }

  // Empty if it worked, else why not.
  std::string OpenStream(Direction direction, int period, int buffers) {
    const Device out = DefaultDevice(audio_, true);
    if (out.channels == 0) return "no output";
    RtAudio::StreamParameters out_parameters, in_parameters;
    out_parameters.deviceId = out.id;
    out_parameters.nChannels = std::min(out.channels, 2u);
    if (out.channels < 2) return "no stereo output";
    if (direction == Direction::kInOut) {
      const Device in = DefaultDevice(audio_, false);
      if (in.channels == 0) return "no input";
      in_parameters.deviceId = in.id;
      in_parameters.nChannels = std::min(in.channels, 2u);
    }
    in_channels_ = static_cast<int>(in_parameters.nChannels);
    frames_ = static_cast<unsigned>(period);
    buffers_ = static_cast<unsigned>(buffers);
    name_ = RtAudio::getApiDisplayName(audio_.getCurrentApi()) + ": " + out.name;
    RtAudio::StreamOptions options;
    options.numberOfBuffers = buffers_;
    options.streamName = "pedal";
    RtAudio::StreamParameters* input = in_channels_ > 0 ? &in_parameters : nullptr;
#ifdef PEDAL_RTAUDIO_6
    const bool opened =
        audio_.openStream(&out_parameters, input, RTAUDIO_FLOAT32, kSampleRate,
                          &frames_, Call, this, &options) == RTAUDIO_NO_ERROR;
    if (!opened) return audio_.getErrorText();
#else
    audio_.openStream(&out_parameters, input, RTAUDIO_FLOAT32, kSampleRate, &frames_,
                      Call, this, &options);
#endif
    return audio_.isStreamOpen() ? "" : "not opened";
  }

  void Start() override {
#ifdef PEDAL_RTAUDIO_6
    if (audio_.startStream() == RTAUDIO_NO_ERROR) return;
    throw Error("sound card: " + audio_.getErrorText());
#else
    try {
      audio_.startStream();
    } catch (const RtAudioError& error) {
      throw Error("sound card: " + error.getMessage());
    }
#endif
  }

  // Nothing useful can be done about a card that cannot even be stopped.
  void Stop() override try {
    if (audio_.isStreamRunning()) audio_.stopStream();
  } catch (const std::exception&) {
  }

  std::string name() const override { return name_; }
  int frames() const override { return static_cast<int>(frames_); }
  int in_channels() const override { return in_channels_; }
  double buffer_ms() const override {
    return 1000.0 * static_cast<double>(frames_ * buffers_) / kSampleRate;
  }

 private:
  static int Call(void* out, void* in, unsigned frames, double,
                  RtAudioStreamStatus status, void* self) {
    static_cast<RtAudioCard*>(self)->callback_(static_cast<float*>(out),
                                               static_cast<const float*>(in),
                                               static_cast<int>(frames), status != 0);
    return 0;
  }

  RtAudio audio_;
  Callback callback_;
  std::string name_;
  unsigned frames_ = 0;
  unsigned buffers_ = 0;
  int in_channels_ = 0;
};

}  // namespace

std::unique_ptr<SoundCard> SoundCard::Open(Direction direction, int period, int buffers,
                                           Callback callback, std::string* why) {
  SilenceProbes();
  *why = "no driver";
  for (const auto api : ApisFor(direction)) {
    try {
      auto card = std::make_unique<RtAudioCard>(api, callback);
      const std::string failure = card->OpenStream(direction, period, buffers);
      if (failure.empty()) return card;
      *why = RtAudio::getApiDisplayName(api) + ": " + failure;
    } catch (const std::exception& error) {  // RtAudio 5 throws
      *why = RtAudio::getApiDisplayName(api) + ": " + error.what();
    }
  }
  return nullptr;
}

}  // namespace host
}  // namespace pedal

#else  // without RtAudio

namespace pedal {
namespace host {

std::unique_ptr<SoundCard> SoundCard::Open(Direction, int, int, Callback,
                                           std::string* why) {
  *why = "built without RtAudio";
  return nullptr;
}

}  // namespace host
}  // namespace pedal

#endif
