// The protocol over OSC: one datagram is one message.
#include "io/osc_link.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "io/clock.h"
#include "io/wire.h"

namespace pedal {
namespace {

// from: "ip:port", the port in network byte order, as Bela's OscReceiver gives it.
Place PlaceOf(const char* from) {
  Place place;
  const char* colon = from ? std::strrchr(from, ':') : nullptr;
  if (!colon) return place;
  place.port = ntohs(static_cast<std::uint16_t>(std::atoi(colon + 1)));
  place.address.assign(from, colon);
  return place;
}

}  // namespace

constexpr double OscLink::kLease;

void OscLink::Prepare(int port, const Permission& control, Inbox* inbox,
                      Consoles* consoles) {
  control_ = control;
  inbox_ = inbox;
  consoles_ = consoles;
  consoles_->Prepare(DrawSipKey());
  if (port == 0) return;
  client_.reset(new UdpClient);
  client_->setup(port, "127.0.0.1");
  receiver_.reset(new OscReceiver);
  receiver_->setup(port, [this](oscpkt::Message* message, const char* from, void*) {
    Receive(*message, from);
  });
}

void OscLink::Receive(const oscpkt::Message& packet, const char* from) {
  Message message;
  Intent intent;
  if (!FromOsc(packet, &message)) return inbox_->Drop();
  if (!inbox_->Read(message, &intent)) return;
  const Place place = PlaceOf(from);
  const bool may = control_.Allows(place.address);
  if (intent.kind == IntentKind::kMonitorSubscribe ||
      intent.kind == IntentKind::kMonitorLeave)
    return consoles_->Take(intent, place, may, Now());
  const bool reads = OnlyReads(intent.kind) && consoles_->Serves(place, Now());
  if (!may && !reads) return consoles_->Refuse(intent, place);
  if (inbox_->Accept(Source::kOsc, message, intent) && may) Remember(place);
}

void OscLink::Remember(const Place& place) {
  if (place.port == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const double now = Now();
  for (Peer& peer : peers_) {
    if (peer.place == place) {
      peer.last_heard = now;
      return;
    }
  }
  if (peers_.size() == kMostPeers)  // the one that was silent longest makes room
    peers_.erase(std::min_element(
        peers_.begin(), peers_.end(),
        [](const Peer& a, const Peer& b) { return a.last_heard < b.last_heard; }));
  peers_.push_back({place, now});
}

// Who spoke lately and is none of `others`.
std::vector<Place> OscLink::PeersBeside(const std::vector<Place>& others) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const double now = Now();
  std::vector<Place> places;
  for (const Peer& peer : peers_)
    if (now - peer.last_heard <= kLease &&
        std::find(others.begin(), others.end(), peer.place) == others.end())
      places.push_back(peer.place);
  return places;
}

void OscLink::SendAll(const std::vector<Place>& places, const Message& message) {
  if (!client_ || places.empty()) return;
  oscpkt::PacketWriter writer;
  writer.init().addMessage(ToOsc(message));
  for (const Place& place : places) {
    client_->setPort(place.port);
    client_->setServer(place.address.c_str());
    client_->send(writer.packetData(), static_cast<int>(writer.packetSize()));
  }
}

void OscLink::Send(const Message& message) {
  std::vector<Place> places = consoles_->Places(Now());
  for (const Place& peer : PeersBeside(places)) places.push_back(peer);
  SendAll(places, message);
}

void OscLink::SendToPeers(const Message& message) {
  SendAll(PeersBeside(consoles_->Places(Now())), message);
}

void OscLink::SendTo(const Place& place, const Message& message) {
  SendAll({place}, message);
}

}  // namespace pedal
