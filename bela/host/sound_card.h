// One stream of the machine's sound card, by RtAudio, whose version 5 and 6 differ.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace pedal {
namespace host {

enum class Direction { kOut, kInOut };

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
  // out: stereo frames to fill. in: null for kOut, else `in_channels` a frame.
  // missed: the card lost sound since the last call. [audio]
  using Callback =
      std::function<void(float* out, const float* in, int frames, bool missed)>;

  virtual ~SoundCard() {}
  virtual void Start() = 0;  // throws Error
  virtual void Stop() = 0;
  virtual std::string name() const = 0;
  virtual int frames() const = 0;       // a call; the card may refuse what was asked
  virtual int in_channels() const = 0;  // 0, 1 or 2
  virtual double buffer_ms() const = 0;

  // Opens the default device at 44,100 Hz. Null where there is none that can do it,
  // with the reason in `why`. [main]
  static std::unique_ptr<SoundCard> Open(Direction direction, int period, int buffers,
                                         Callback callback, std::string* why);
};

}  // namespace host
}  // namespace pedal
