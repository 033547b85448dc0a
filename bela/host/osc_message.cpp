// oscpkt's messages, decoded by oscpack: what it throws ends here.
#include <oscpack/osc/OscReceivedElements.h>

#include <cstring>
#include <oscpkt.hh>

#include "host/osc_check.h"

namespace oscpkt {
namespace {

// Address patterns: * and ? do not cross a slash. Linear in the usual case, and never
// worse than pattern length times path length.
bool Matches(const char* pattern, const char* path) {
  const char* star = nullptr;
  const char* retry = nullptr;
  while (*path) {
    const bool any = *pattern == '?' && *path != '/';
    if (*pattern == '*') {
      star = ++pattern;
      retry = path;
    } else if (*pattern == *path || any) {
      ++pattern;
      ++path;
    } else if (star && *retry != '/') {
      pattern = star;
      path = ++retry;
    } else {
      return false;
    }
  }
  while (*pattern == '*') ++pattern;
  return *pattern == '\0';
}

}  // namespace

void Message::clear() {
  address_.clear();
  type_tags_.clear();
  arguments_.clear();
  error_ = OK_NO_ERROR;
}

Message& Message::init(const std::string& address) {
  clear();
  address_ = address.c_str();  // up to the first NUL, all that a packet can hold
  if (address_.empty() || address_[0] != '/') error_ = MALFORMED_ADDRESS_PATTERN;
  return *this;
}

void Message::buildFromRawData(const void* bytes, std::size_t size) try {
  clear();
  const char* text = static_cast<const char*>(bytes);
  error_ = CheckMessage(text, size);
  if (!isOk()) return;
  const osc::ReceivedMessage message(osc::ReceivedPacket(text, size));
  init(message.AddressPattern());
  for (auto argument = message.ArgumentsBegin(); argument != message.ArgumentsEnd();
       ++argument) {
    switch (argument->TypeTag()) {
      case 'i':
        pushInt32(argument->AsInt32Unchecked());
        break;
      case 'h':
        pushInt64(argument->AsInt64Unchecked());
        break;
      case 'f':
        pushFloat(argument->AsFloatUnchecked());
        break;
      case 'd':
        pushDouble(argument->AsDoubleUnchecked());
        break;
      case 's':
        pushStr(argument->AsStringUnchecked());
        break;
      case 'T':
        pushBool(true);
        break;
      case 'F':
        pushBool(false);
        break;
      case 'b': {
        const void* blob = nullptr;
        osc::osc_bundle_element_size_t blob_size = 0;
        argument->AsBlobUnchecked(blob, blob_size);
        pushBlob(blob, static_cast<std::size_t>(blob_size));
        break;
      }
      default:
        error_ = UNHANDLED_TYPE_TAGS;
        return;
    }
  }
} catch (const std::exception&) {
  error_ = MALFORMED_ARGUMENTS;
}

Message::ArgReader Message::match(const std::string& path) const {
  const bool same = Matches(address_.c_str(), path.c_str());
  return ArgReader(*this, same ? OK_NO_ERROR : PATTERN_MISMATCH);
}

Message::Argument& Message::Push(char tag) {
  type_tags_ += tag;
  arguments_.emplace_back();
  return arguments_.back();
}

Message& Message::pushBool(bool value) {
  Push(value ? 'T' : 'F').integer = value;
  return *this;
}

Message& Message::pushInt32(std::int32_t value) {
  Push('i').integer = value;
  return *this;
}

Message& Message::pushInt64(std::int64_t value) {
  Push('h').integer = value;
  return *this;
}

Message& Message::pushFloat(float value) {
  Push('f').number = static_cast<double>(value);
  return *this;
}

Message& Message::pushDouble(double value) {
  Push('d').number = value;
  return *this;
}

Message& Message::pushStr(const std::string& value) {
  Push('s').bytes = value.c_str();
  return *this;
}

Message& Message::pushBlob(const void* bytes, std::size_t size) {
  Argument& argument = Push('b');
  if (size > 0) argument.bytes.assign(static_cast<const char*>(bytes), size);
  return *this;
}

}  // namespace oscpkt
