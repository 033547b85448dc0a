// Where banks lie: each a folder under one of the bank folders, known by its name
// alone.
#pragma once
#include <string>
#include <vector>

namespace pedal {

class BankFolders {
 public:
  // roots: folders of banks; of two banks of one name the earlier root's counts. start:
  // the bank to start with, wherever it lies, goes before both. [setup]
  void Prepare(const std::vector<std::string>& roots, const std::string& start);

  // The names that there are, sorted; at most kMost. [loader]
  std::vector<std::string> List() const;

  // The folder of a name, "" for none: no link, and with a bank.json. [loader]
  std::string Find(const std::string& name) const;

  // The name of the bank to start with, "" where its folder's is no id.
  const std::string& start_name() const { return start_name_; }
  const std::string& start() const { return start_; }

  static constexpr std::size_t kMost = 64;

 private:
  std::vector<std::string> roots_;
  std::string start_, start_name_;
};

// Whatever changes in a folder of a bank changes this text; "" where there is no
// folder. [loader]
std::string FingerprintOf(const std::string& folder);

}  // namespace pedal
