// Where OscReceivers and Guis leave their callbacks, so that an offline run can hand
// them the messages of a performance file without a socket.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace oscpkt {
class Message;
}

namespace pedal {
namespace host {

enum class Clock { kLive, kOffline };

class Inbox {
 public:
  using OscHandler = std::function<void(oscpkt::Message*)>;
  using GuiHandler = std::function<void(const std::string&)>;  // one JSON object

  static Inbox& Get();

  // Before setup(). Offline, receivers and Guis open no socket.
  void SetClock(Clock clock);
  bool IsOffline() const { return clock_ == Clock::kOffline; }

  // `owner` is whom Remove() then forgets. [setup]
  void AddOsc(const void* owner, OscHandler handler);
  void AddGui(const void* owner, GuiHandler handler);
  void Remove(const void* owner);

  // In the caller's thread, to all in the order of their arrival. [io]
  void DeliverOsc(oscpkt::Message* message);
  void DeliverGui(const std::string& text);

 private:
  template <typename Handler>
  struct Entry {
    const void* owner;
    Handler handler;
  };

  Clock clock_ = Clock::kLive;
  std::mutex mutex_;
  std::vector<Entry<OscHandler>> osc_;
  std::vector<Entry<GuiHandler>> gui_;
};

}  // namespace host
}  // namespace pedal
