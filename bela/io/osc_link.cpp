// The protocol over OSC: one datagram is one message.
#include "io/osc_link.h"

#include <arpa/inet.h>
#include <time.h>

#include <cstdlib>
#include <cstring>

#include "io/wire.h"

namespace pedal {
namespace {

long Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

}  // namespace

void OscLink::Prepare(int port, Inbox* inbox) {
  inbox_ = inbox;
  if (port == 0) return;
  client_.reset(new UdpClient);
  client_->setup(port, "127.0.0.1");
  receiver_.reset(new OscReceiver);
  receiver_->setup(port, [this](oscpkt::Message* message, const char* from, void*) {
    Receive(*message, from);
  });
}

void OscLink::Receive(const oscpkt::Message& from, const char* address) {
  Message message;
  if (!FromOsc(from, &message)) return inbox_->Drop();
  if (inbox_->Take(Source::kOsc, message) && address) Remember(address);
}

// from: "ip:port", the port in network byte order, as Bela's OscReceiver gives it.
void OscLink::Remember(const char* from) {
  const char* colon = std::strrchr(from, ':');
  if (!colon) return;
  const int port = ntohs(static_cast<std::uint16_t>(std::atoi(colon + 1)));
  const std::string address(from, colon);
  const std::lock_guard<std::mutex> lock(mutex_);
  const long now = Now();
  for (Peer& peer : peers_) {
    if (peer.address == address && peer.port == port) {
      peer.last_heard = now;
      return;
    }
  }
  if (peers_.size() == kMostPeers) {  // the one that was silent longest makes room
    std::size_t oldest = 0;
    for (std::size_t i = 1; i < peers_.size(); ++i)
      if (peers_[i].last_heard < peers_[oldest].last_heard) oldest = i;
    peers_.erase(peers_.begin() + static_cast<std::ptrdiff_t>(oldest));
  }
  peers_.push_back({address, port, now});
}

void OscLink::Send(const Message& message) {
  if (!client_) return;
  oscpkt::PacketWriter writer;
  writer.init().addMessage(ToOsc(message));
  const std::lock_guard<std::mutex> lock(mutex_);
  const long now = Now();
  for (const Peer& peer : peers_) {
    if (now - peer.last_heard > kLease) continue;
    client_->setPort(peer.port);
    client_->setServer(peer.address.c_str());
    client_->send(writer.packetData(), static_cast<int>(writer.packetSize()));
  }
}

}  // namespace pedal
