// The protocol over OSC: takes intents from those who may control, and from consoles
// those that change nothing; answers who of the former spoke lately, and consoles.
#pragma once
#include <libraries/OscReceiver/OscReceiver.h>
#include <libraries/UdpClient/UdpClient.h>

#include <memory>
#include <mutex>
#include <oscpkt.hh>
#include <string>
#include <vector>

#include "io/consoles.h"
#include "io/inbox.h"
#include "io/permission.h"

namespace pedal {

class OscLink {
 public:
  // Listens on `port`; 0 is off. [setup]
  void Prepare(int port, const Permission& control, Inbox* inbox, Consoles* consoles);

  // To all consoles, and to everyone who may control and whose last message is at most
  // 10 s old, at most kMostPeers of them. [publisher]
  void Send(const Message& message);

  // The same without the consoles, which have a report of their own. [publisher]
  void SendToPeers(const Message& message);

  // To one. [publisher]
  void SendTo(const Place& place, const Message& message);

 private:
  static constexpr int kMostPeers = 8;
  static constexpr double kLease = 10.0;  // seconds
  struct Peer {
    Place place;
    double last_heard;  // by Now()
  };
  void Receive(const oscpkt::Message& message, const char* from);
  void Remember(const Place& place);
  std::vector<Place> PeersBeside(const std::vector<Place>& others);
  void SendAll(const std::vector<Place>& places, const Message& message);

  Permission control_;
  Inbox* inbox_ = nullptr;
  Consoles* consoles_ = nullptr;
  std::mutex mutex_;  // between the receiver's and the publisher's thread; neither is
                      // the audio thread
  std::vector<Peer> peers_;
  std::unique_ptr<UdpClient> client_;  // of the publisher
  std::unique_ptr<OscReceiver> receiver_;
};

}  // namespace pedal
