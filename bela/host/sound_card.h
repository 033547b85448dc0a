// One stream of the machine's sound card, by RtAudio.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pedal {
namespace host {

enum class Direction { kOut, kInOut };

// Which card. driver: alsa, jack, pulse, core or wasapi; devices by number or part of
// their name; "" for the usual one. Channels count from 1; the output takes two.
struct CardChoice {
  std::string driver, output, input;
  int input_channel = 1;
  int output_channel = 1;
};

// Tells a card that has gone: its driver may then stop calling, or call without end.
class CardWatch {
 public:
  // frames: taken by the card so far. Call often, and from the first frame on.
  bool IsGone(std::uint64_t frames) noexcept;

 private:
  std::int64_t started_ns_ = 0, moved_ns_ = 0;
  std::uint64_t last_frames_ = 0;
};

class SoundCard {
 public:
  // The thread of the callback is the driver's own: it has no priority yet.
  // out: stereo frames to fill. in: one sample a frame, null for kOut.
  // missed: the card lost sound since the last call. [audio]
  using Callback =
      std::function<void(float* out, const float* in, int frames, bool missed)>;

  virtual ~SoundCard() {}
  virtual void Start() = 0;  // throws Error
  virtual void Stop() = 0;   // after what is under way has been played
  virtual void Abort() = 0;  // of a card that may be gone
  virtual bool IsOpen() const = 0;
  virtual std::string name() const = 0;
  virtual CardChoice choice() const = 0;  // that finds this very card again
  virtual int rate_hz() const = 0;
  virtual int frames() const = 0;  // a call; the card may refuse what was asked
  virtual double buffer_ms() const = 0;

  // Opens a card: kOut at 44,100 Hz, kInOut at the next rate above where it must. Null
  // where there is none, with the reason in `why`. [main]
  static std::unique_ptr<SoundCard> Open(Direction direction, const CardChoice& choice,
                                         int period, int buffers, Callback callback,
                                         std::string* why);
};

}  // namespace host
}  // namespace pedal
