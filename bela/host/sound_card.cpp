// RtAudio behind SoundCard. Built without RtAudio, no machine has a sound card.
#include "host/sound_card.h"

#include "host/card_devices.h"

#ifdef PEDAL_HAS_RTAUDIO

#include <utility>

#include "host/block.h"
#include "host/errors.h"

namespace pedal {
namespace host {
namespace {

class RtAudioCard : public SoundCard {
 public:
  RtAudioCard(RtAudio::Api api, Callback callback)
      : audio_(api), callback_(std::move(callback)) {
#ifndef PEDAL_RTAUDIO_6
    audio_.showWarnings(false);
#endif
  }

  // Empty if it worked, else why not.
  std::string OpenStream(Direction direction, const CardChoice& wish, int period,
                         int buffers) {
    const CardDevice out = FindDevice(audio_, true, wish.output);
    if (out.channels == 0) return Missing("output", wish.output);
    if (out.channels < static_cast<unsigned>(wish.output_channel) + 1)
      return "\"" + out.name + "\" has " + std::to_string(out.channels) +
             " outputs, expected two from " + std::to_string(wish.output_channel);
    std::vector<CardDevice> devices = {out};
    if (direction == Direction::kInOut) {
      const CardDevice in = FindDevice(audio_, false, wish.input);
      if (in.channels == 0) return Missing("input", wish.input);
      if (in.channels < static_cast<unsigned>(wish.input_channel))
        return "\"" + in.name + "\" has " + std::to_string(in.channels) +
               " inputs, expected " + std::to_string(wish.input_channel);
      devices.push_back(in);
    }
    rate_hz_ = CommonRate(devices);
    if (rate_hz_ == 0 || (direction == Direction::kOut && rate_hz_ != kSampleRate))
      return "\"" + out.name + "\" cannot play at " + std::to_string(kSampleRate) +
             " Hz";
    frames_ = static_cast<unsigned>(period);
    buffers_ = static_cast<unsigned>(buffers);
    name_ = RtAudio::getApiDisplayName(audio_.getCurrentApi()) + ": " + out.name;
    choice_ = wish;
    choice_.driver = RtAudio::getApiName(audio_.getCurrentApi());
    choice_.output = out.name;
    choice_.input = devices.back().name;
    return OpenOn(devices);
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

  void Abort() override try {
    if (audio_.isStreamRunning()) audio_.abortStream();
  } catch (const std::exception&) {
  }

  bool IsOpen() const override { return audio_.isStreamOpen(); }
  std::string name() const override { return name_; }
  CardChoice choice() const override { return choice_; }
  int rate_hz() const override { return static_cast<int>(rate_hz_); }
  int frames() const override { return static_cast<int>(frames_); }
  double buffer_ms() const override {
    return 1000.0 * static_cast<double>(frames_ * buffers_) / rate_hz_;
  }

 private:
  static std::string Missing(const char* what, const std::string& wish) {
    return std::string("no ") + what + (wish.empty() ? "" : " \"" + wish + "\"");
  }

  std::string OpenOn(const std::vector<CardDevice>& devices) {
    RtAudio::StreamParameters out, in;
    out.deviceId = devices.front().id;
    out.nChannels = kAudioChannels;
    out.firstChannel = static_cast<unsigned>(choice_.output_channel - 1);
    in.deviceId = devices.back().id;
    in.nChannels = 1;
    in.firstChannel = static_cast<unsigned>(choice_.input_channel - 1);
    RtAudio::StreamOptions options;
    options.numberOfBuffers = buffers_;
    options.streamName = "pedal";
    RtAudio::StreamParameters* input = devices.size() > 1 ? &in : nullptr;
#ifdef PEDAL_RTAUDIO_6
    const bool opened =
        audio_.openStream(&out, input, RTAUDIO_FLOAT32, rate_hz_, &frames_, Call, this,
                          &options) == RTAUDIO_NO_ERROR;
    if (!opened) return audio_.getErrorText();
#else
    audio_.openStream(&out, input, RTAUDIO_FLOAT32, rate_hz_, &frames_, Call, this,
                      &options);
#endif
    return audio_.isStreamOpen() ? "" : "not opened";
  }

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
  CardChoice choice_;
  unsigned rate_hz_ = 0;
  unsigned frames_ = 0;
  unsigned buffers_ = 0;
};

}  // namespace

std::unique_ptr<SoundCard> SoundCard::Open(Direction direction,
                                           const CardChoice& choice, int period,
                                           int buffers, Callback callback,
                                           std::string* why) {
  SilenceProbes();
  *why = choice.driver.empty() ? "no driver" : "no driver \"" + choice.driver + "\"";
  for (const auto api : ApisFor(direction, choice)) {
    try {
      auto card = std::make_unique<RtAudioCard>(api, callback);
      const std::string failure = card->OpenStream(direction, choice, period, buffers);
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

std::unique_ptr<SoundCard> SoundCard::Open(Direction, const CardChoice&, int, int,
                                           Callback, std::string* why) {
  *why = "built without RtAudio";
  return nullptr;
}

}  // namespace host
}  // namespace pedal

#endif
