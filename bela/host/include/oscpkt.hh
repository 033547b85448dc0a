// oscpkt's Message, PacketReader and PacketWriter, as Bela's OscReceiver hands them
// out; the bytes are oscpack's work. Bytes of any kind are safe: a packet that is not
// OSC 1.0 gives a message whose isOk() is false. Not here: writing bundles, and the
// patterns [a-z], {a,b} and // in match(). [io]
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

namespace oscpkt {

enum ErrorCode {
  OK_NO_ERROR = 0,
  MALFORMED_ADDRESS_PATTERN,
  MALFORMED_TYPE_TAGS,
  MALFORMED_ARGUMENTS,
  UNHANDLED_TYPE_TAGS,
  TYPE_MISMATCH,
  NOT_ENOUGH_ARG,
  PATTERN_MISMATCH,
  INVALID_BUNDLE,
  INVALID_PACKET_SIZE,
  BUNDLE_REQUIRED_FOR_MULTI_MESSAGES
};

class Message {
 private:
  struct Argument {
    std::int64_t integer = 0;  // i h T F
    double number = 0.0;       // f d
    std::string bytes;         // s b
  };

 public:
  // Reads the arguments in order and remembers the first error.
  class ArgReader {
   public:
    explicit ArgReader(const Message& message, ErrorCode error = OK_NO_ERROR);

    bool isBool() const { return Tag() == 'T' || Tag() == 'F'; }
    bool isInt32() const { return Tag() == 'i'; }
    bool isInt64() const { return Tag() == 'h'; }
    bool isFloat() const { return Tag() == 'f'; }
    bool isDouble() const { return Tag() == 'd'; }
    bool isStr() const { return Tag() == 's'; }
    bool isBlob() const { return Tag() == 'b'; }
    bool isNumber() const {
      return isInt32() || isInt64() || isFloat() || isDouble() || isBool();
    }

    std::size_t nbArgRemaining() const { return message_->arguments_.size() - next_; }
    bool isOk() const { return error_ == OK_NO_ERROR; }
    operator bool() const { return isOk(); }
    bool isOkNoMoreArgs() const { return isOk() && nbArgRemaining() == 0; }
    ErrorCode getErr() const { return error_; }

    // Each leaves 0, false or the old string when the argument is of another type.
    ArgReader& popInt32(std::int32_t& value);
    ArgReader& popInt64(std::int64_t& value);
    ArgReader& popFloat(float& value);
    ArgReader& popDouble(double& value);
    ArgReader& popStr(std::string& value);
    ArgReader& popBlob(std::vector<char>& value);
    ArgReader& popBool(bool& value);
    ArgReader& pop();

    template <typename T>
    ArgReader& popNumber(T& value) {
      const bool whole = isInt32() || isInt64() || isBool();
      const Argument* argument = Take(isNumber());
      if (argument)
        value = whole ? static_cast<T>(argument->integer)
                      : static_cast<T>(argument->number);
      return *this;
    }

   private:
    char Tag() const;  // 0 past the end, or after an error
    const Argument* Take(bool type_matches);

    const Message* message_;
    ErrorCode error_;
    std::size_t next_ = 0;
  };

  Message() {}
  explicit Message(const std::string& address) { init(address); }
  Message(const void* bytes, std::size_t size) { buildFromRawData(bytes, size); }

  Message& init(const std::string& address);
  void clear();
  void buildFromRawData(const void* bytes, std::size_t size);

  bool isOk() const { return error_ == OK_NO_ERROR; }
  ErrorCode getErr() const { return error_; }
  const std::string& addressPattern() const { return address_; }
  const std::string& typeTags() const { return type_tags_; }  // without the comma

  // Compares `path` with this message's address, whose * and ? are wild within a part.
  ArgReader match(const std::string& path) const;
  ArgReader arg() const { return ArgReader(*this); }

  Message& pushBool(bool value);
  Message& pushInt32(std::int32_t value);
  Message& pushInt64(std::int64_t value);
  Message& pushFloat(float value);
  Message& pushDouble(double value);
  Message& pushStr(const std::string& value);  // up to its first NUL
  Message& pushBlob(const void* bytes, std::size_t size);

 private:
  friend class PacketWriter;

  Argument& Push(char tag);

  std::string address_;
  std::string type_tags_;
  std::vector<Argument> arguments_;
  ErrorCode error_ = OK_NO_ERROR;
};

// Takes a datagram apart. Bundles are opened, 8 deep at most.
class PacketReader {
 public:
  PacketReader() {}
  PacketReader(const void* bytes, std::size_t size) { init(bytes, size); }
  void init(const void* bytes, std::size_t size);
  Message* popMessage();  // null at the end or after an error
  bool isOk() const { return error_ == OK_NO_ERROR; }
  ErrorCode getErr() const { return error_; }

 private:
  std::list<Message> messages_;
  std::list<Message>::iterator next_ = messages_.begin();
  ErrorCode error_ = OK_NO_ERROR;
};

// Makes a datagram of one message.
class PacketWriter {
 public:
  PacketWriter& init();
  PacketWriter& addMessage(const Message& message);
  bool isOk() const { return error_ == OK_NO_ERROR; }
  ErrorCode getErr() const { return error_; }
  std::uint32_t packetSize() const;  // bytes; 0 after an error
  char* packetData();                // null after an error

 private:
  std::vector<char> bytes_;
  ErrorCode error_ = OK_NO_ERROR;
};

}  // namespace oscpkt
