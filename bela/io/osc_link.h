// The protocol over OSC: takes messages from anyone who may reach the port, and answers
// those who spoke lately.
#pragma once
#include <libraries/OscReceiver/OscReceiver.h>
#include <libraries/UdpClient/UdpClient.h>

#include <memory>
#include <mutex>
#include <oscpkt.hh>
#include <string>
#include <vector>

#include "io/inbox.h"

namespace pedal {

class OscLink {
 public:
  // Listens on `port`; 0 is off. [setup]
  void Prepare(int port, Inbox* inbox);

  // To everyone whose last message is at most 10 s old, at most kMostPeers of them.
  // [publisher]
  void Send(const Message& message);

 private:
  static constexpr int kMostPeers = 8;
  static constexpr int kLease = 10;  // seconds
  struct Peer {
    std::string address;
    int port;
    long last_heard;  // seconds of the monotonic clock
  };
  void Receive(const oscpkt::Message& message, const char* from);
  void Remember(const char* from);

  Inbox* inbox_ = nullptr;
  std::mutex mutex_;  // between the receiver's and the publisher's thread; neither is
                      // the audio thread
  std::vector<Peer> peers_;
  std::unique_ptr<UdpClient> client_;
  std::unique_ptr<OscReceiver> receiver_;
};

}  // namespace pedal
