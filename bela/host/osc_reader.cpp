// Reading the arguments of an OSC message one by one, as oscpkt does.
#include <oscpkt.hh>

namespace oscpkt {

Message::ArgReader::ArgReader(const Message& message, ErrorCode error)
    : message_(&message), error_(message.isOk() ? error : message.getErr()) {}

char Message::ArgReader::Tag() const {
  const bool there = isOk() && next_ < message_->type_tags_.size();
  return there ? message_->type_tags_[next_] : '\0';
}

const Message::Argument* Message::ArgReader::Take(bool type_matches) {
  if (!isOk()) return nullptr;
  if (nbArgRemaining() == 0) {
    error_ = NOT_ENOUGH_ARG;
  } else if (!type_matches) {
    error_ = TYPE_MISMATCH;
  }
  return isOk() ? &message_->arguments_[next_++] : nullptr;
}

Message::ArgReader& Message::ArgReader::popInt32(std::int32_t& value) {
  const Argument* argument = Take(isInt32());
  value = argument ? static_cast<std::int32_t>(argument->integer) : 0;
  return *this;
}

Message::ArgReader& Message::ArgReader::popInt64(std::int64_t& value) {
  const Argument* argument = Take(isInt64());
  value = argument ? argument->integer : 0;
  return *this;
}

Message::ArgReader& Message::ArgReader::popFloat(float& value) {
  const Argument* argument = Take(isFloat());
  value = argument ? static_cast<float>(argument->number) : 0.0f;
  return *this;
}

Message::ArgReader& Message::ArgReader::popDouble(double& value) {
  const Argument* argument = Take(isDouble());
  value = argument ? argument->number : 0.0;
  return *this;
}

Message::ArgReader& Message::ArgReader::popStr(std::string& value) {
  if (const Argument* argument = Take(isStr())) value = argument->bytes;
  return *this;
}

Message::ArgReader& Message::ArgReader::popBlob(std::vector<char>& value) {
  if (const Argument* argument = Take(isBlob()))
    value.assign(argument->bytes.begin(), argument->bytes.end());
  return *this;
}

Message::ArgReader& Message::ArgReader::popBool(bool& value) {
  const Argument* argument = Take(isBool());
  value = argument && argument->integer != 0;
  return *this;
}

Message::ArgReader& Message::ArgReader::pop() {
  Take(true);
  return *this;
}

}  // namespace oscpkt
