// Receives OSC messages over UDP and hands them to a callback in a thread of its own.
//
// A laptop listens on loopback only, unless PEDAL_LISTEN=1. A port in use ends the
// program with one line: a pedal that nobody can reach would look like a broken one.
// Offline there is no socket: the performance file is the sender.
#pragma once

#include <functional>
#include <memory>
#include <oscpkt.hh>

class OscReceiver {
 public:
  typedef std::function<void(oscpkt::Message* msg, const char* addr, void* arg)>
      Callback;

  OscReceiver();
  OscReceiver(int port, Callback on_receive, void* callbackArg = nullptr);
  ~OscReceiver();
  OscReceiver(const OscReceiver&) = delete;
  OscReceiver& operator=(const OscReceiver&) = delete;

  // on_receive: `addr` is "ip:port" with the port in network byte order, as the board
  // has it. Of a bundle only the first message arrives, as on the board. [setup]
  void setup(int port, Callback on_receive, void* callbackArg = nullptr);

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};
