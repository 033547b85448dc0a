// The protocol over the control channel of Bela's Gui.
#include "io/gui_link.h"

#include "io/wire.h"

namespace pedal {
void GuiLink::Prepare(const std::string& project, int port, Inbox* inbox) {
  inbox_ = inbox;
  gui_.setControlDataCallback(
      [this](JSONObject& object, void*) { return Receive(object); });
  gui_.setup(project, static_cast<unsigned int>(port));
}

bool GuiLink::Receive(const JSONObject& object) {
  if (object.count(L"event")) return true;
  Message message;
  if (FromGui(object, &message))
    inbox_->Take(Source::kGui, message);
  else
    inbox_->Drop();
  return false;
}

void GuiLink::Send(const Message& message) {
  const JsonPointer root = ToGui(message);
  gui_.sendControl(root.get());
}

}  // namespace pedal
