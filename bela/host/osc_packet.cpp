// Datagrams to messages and back, by oscpack: what it throws ends here.
#include <oscpack/osc/OscOutboundPacketStream.h>
#include <oscpack/osc/OscReceivedElements.h>

#include <oscpkt.hh>

#include "host/osc_check.h"

namespace oscpkt {
namespace {

constexpr int kMaxBundleDepth = 8;
constexpr std::size_t kMaxPacketBytes = 65536;  // of a UDP datagram

// The messages of a packet, depth first. Throws osc::Exception. [io]
void Collect(const osc::ReceivedPacket& packet, int depth, std::list<Message>* out);

void CollectBundle(const osc::ReceivedBundle& bundle, int depth,
                   std::list<Message>* out) {
  if (depth >= kMaxBundleDepth)
    throw osc::MalformedBundleException("bundle nested too deep");
  for (auto element = bundle.ElementsBegin(); element != bundle.ElementsEnd();
       ++element) {
    Collect(osc::ReceivedPacket(element->Contents(), element->Size()), depth + 1, out);
  }
}

void Collect(const osc::ReceivedPacket& packet, int depth, std::list<Message>* out) {
  const auto size = static_cast<std::size_t>(packet.Size());
  if (size > 0 && packet.Contents()[0] == '#') {
    if (CheckBundle(packet.Contents(), size) != OK_NO_ERROR)
      throw osc::MalformedBundleException("bundle with wrong sizes");
    CollectBundle(osc::ReceivedBundle(packet), depth, out);
  } else {
    out->emplace_back(packet.Contents(), size);
  }
}

}  // namespace

void PacketReader::init(const void* bytes, std::size_t size) {
  error_ = OK_NO_ERROR;
  messages_.clear();
  try {
    if (size % 4 != 0 || size > kMaxPacketBytes) {
      error_ = INVALID_PACKET_SIZE;
    } else if (size > 0) {
      Collect(osc::ReceivedPacket(static_cast<const char*>(bytes), size), 0,
              &messages_);
    }
  } catch (const std::exception&) {
    error_ = INVALID_BUNDLE;
  }
  for (const Message& message : messages_)
    if (error_ == OK_NO_ERROR) error_ = message.getErr();
  next_ = messages_.begin();
}

Message* PacketReader::popMessage() {
  if (!isOk() || next_ == messages_.end()) return nullptr;
  return &*next_++;
}

PacketWriter& PacketWriter::init() {
  bytes_.clear();
  error_ = OK_NO_ERROR;
  return *this;
}

PacketWriter& PacketWriter::addMessage(const Message& message) {
  if (!bytes_.empty()) error_ = BUNDLE_REQUIRED_FOR_MULTI_MESSAGES;
  if (!message.isOk()) error_ = message.getErr();
  if (error_ != OK_NO_ERROR) return *this;
  // Room for each part with its padding; oscpack keeps the tags in it as well.
  std::size_t room = message.address_.size() + 2 * message.type_tags_.size() + 32;
  for (const auto& argument : message.arguments_) room += argument.bytes.size() + 16;
  bytes_.resize(room);
  try {
    osc::OutboundPacketStream out(bytes_.data(), bytes_.size());
    out << osc::BeginMessage(message.address_.c_str());
    for (std::size_t i = 0; i < message.arguments_.size(); ++i) {
      const Message::Argument& argument = message.arguments_[i];
      switch (message.type_tags_[i]) {
        case 'i':
          out << static_cast<osc::int32>(argument.integer);
          break;
        case 'h':
          out << static_cast<osc::int64>(argument.integer);
          break;
        case 'f':
          out << static_cast<float>(argument.number);
          break;
        case 'd':
          out << argument.number;
          break;
        case 's':
          out << argument.bytes.c_str();
          break;
        case 'b':
          out << osc::Blob(argument.bytes.data(),
                           static_cast<osc::int32>(argument.bytes.size()));
          break;
        default:
          out << (message.type_tags_[i] == 'T');
          break;
      }
    }
    out << osc::EndMessage;
    bytes_.resize(out.Size());
  } catch (const std::exception&) {
    error_ = MALFORMED_ARGUMENTS;
  }
  return *this;
}

std::uint32_t PacketWriter::packetSize() const {
  return isOk() ? static_cast<std::uint32_t>(bytes_.size()) : 0;
}

char* PacketWriter::packetData() {
  return isOk() && !bytes_.empty() ? bytes_.data() : nullptr;
}

}  // namespace oscpkt
