// The protocol over the control channel of Bela's Gui: {"address": ..., "args": [...]}.
#pragma once
#include <libraries/Gui/Gui.h>

#include <string>

#include "io/inbox.h"

namespace pedal {

class GuiLink {
 public:
  // [setup]
  void Prepare(const std::string& project, int port, Inbox* inbox);

  // To every browser. [publisher]
  void Send(const Message& message);

 private:
  // True where the object was Bela's own (connection-reply) and default handling should
  // go on.
  bool Receive(const JSONObject& object);

  Gui gui_;
  Inbox* inbox_ = nullptr;
};

}  // namespace pedal
