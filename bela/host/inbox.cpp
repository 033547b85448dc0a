// The registry of message callbacks.
#include "host/inbox.h"

#include <algorithm>
#include <utility>

namespace pedal {
namespace host {

// Never destroyed: the program's global OscReceiver or Gui outlives main().
Inbox& Inbox::Get() {
  static Inbox* const inbox = new Inbox;
  return *inbox;
}

void Inbox::SetClock(Clock clock) { clock_ = clock; }

void Inbox::AddOsc(const void* owner, OscHandler handler) {
  std::lock_guard<std::mutex> lock(mutex_);
  osc_.push_back({owner, std::move(handler)});
}

void Inbox::AddGui(const void* owner, GuiHandler handler) {
  std::lock_guard<std::mutex> lock(mutex_);
  gui_.push_back({owner, std::move(handler)});
}

void Inbox::Remove(const void* owner) {
  const auto of_owner = [owner](const auto& entry) { return entry.owner == owner; };
  std::lock_guard<std::mutex> lock(mutex_);
  osc_.erase(std::remove_if(osc_.begin(), osc_.end(), of_owner), osc_.end());
  gui_.erase(std::remove_if(gui_.begin(), gui_.end(), of_owner), gui_.end());
}

// The handlers run on a copy of the list: one of them may add or remove others.
void Inbox::DeliverOsc(oscpkt::Message* message) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto handlers = osc_;
  lock.unlock();
  for (const auto& entry : handlers) entry.handler(message);
}

void Inbox::DeliverGui(const std::string& text) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto handlers = gui_;
  lock.unlock();
  for (const auto& entry : handlers) entry.handler(text);
}

}  // namespace host
}  // namespace pedal
