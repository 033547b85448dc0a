// A typed byte buffer that a browser fills on the board. On a laptop it stays as it was
// set up: the host's Gui carries control messages only.
#pragma once

#include <cstdint>
#include <vector>

class DataBuffer {
 public:
  DataBuffer() {}
  DataBuffer(char type, unsigned int size) { setup(type, size); }

  // type: 'f' float32, 'd' int32, 'c' bytes. size: elements.
  void setup(char type, unsigned int size) {
    type_ = (type == 'f' || type == 'd') ? type : 'c';
    bytes_.assign(size * (type_ == 'c' ? 1u : 4u), 0);
  }
  void cleanup() { bytes_.clear(); }

  unsigned int getNumElements() {
    return static_cast<unsigned int>(bytes_.size() / (type_ == 'c' ? 1u : 4u));
  }
  unsigned int getNumBytes() { return static_cast<unsigned int>(bytes_.size()); }
  unsigned int getCapacity() { return static_cast<unsigned int>(bytes_.capacity()); }
  char getType() { return type_; }
  std::vector<char>* getBuffer() { return &bytes_; }
  char* getAsChar() { return bytes_.data(); }
  std::int32_t* getAsInt() { return reinterpret_cast<std::int32_t*>(bytes_.data()); }
  float* getAsFloat() { return reinterpret_cast<float*>(bytes_.data()); }

 private:
  char type_ = 'c';
  std::vector<char> bytes_;
};
