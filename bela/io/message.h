// A message of the protocol on its way between the engine and a wire, whichever wire it
// is.
#pragma once
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
