// Reading a kept file at the start: the newest that is whole and understood. What is
// not is put aside under a name of its own (the first 99 are kept for ever).
#pragma once
#include <functional>
#include <string>

namespace pedal {

enum class PutAside { kNo, kYes };

struct KeptFile {
  std::string remark;  // what was wrong and what was done, in one line; "" for nothing
  bool lost = false;   // there was a file, and nothing of it could be taken
};

// parse: takes a whole file's text; "" where it was understood, else what is wrong.
KeptFile ReadKept(const std::string& path, PutAside put_aside,
                  const std::function<std::string(const std::string&)>& parse);

}  // namespace pedal
