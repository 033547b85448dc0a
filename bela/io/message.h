// A message of the protocol on its way between the engine and a wire, whichever wire it
// is.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace pedal {

// type is 'i', 'f' or 's', as in OSC; numbers are held as double, which keeps both
// exact.
struct MessageArg {
  char type = 'i';
  double number = 0.0;
  std::string text;
};

// A count as a wire's int carries it: modulo 2^31.
inline int Wrapped(std::uint32_t count) {
  return static_cast<int>(count & 0x7fffffffu);
}

struct Message {
  std::string address;
  std::vector<MessageArg> args;

  Message& Int(int value) {
    args.push_back({'i', static_cast<double>(value), std::string()});
    return *this;
  }
  Message& Float(float value) {
    args.push_back({'f', static_cast<double>(value), std::string()});
    return *this;
  }
  Message& Text(const std::string& value) {
    args.push_back({'s', 0.0, value});
    return *this;
  }
};

}  // namespace pedal
