// Files as they come from a bad disk, a bad program or a bad person: bytes and whole
// parts of JSON, changed by a seeded hand.
#pragma once
#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace mutate {

using nlohmann::json;

class Mutator {
 public:
  explicit Mutator(unsigned seed) : rng_(seed) {}

  // Below `end`, which is above 0.
  std::size_t Below(std::size_t end) { return rng_() % end; }
  bool Chance(unsigned percent) { return Below(100) < percent; }

  // One to four changes of the bytes or of the parts.
  std::string operator()(std::string text) {
    const std::size_t changes = 1 + Below(4);
    if (Chance(50)) {
      json tree = json::parse(text, nullptr, false);
      if (!tree.is_discarded()) {
        for (std::size_t i = 0; i < changes; ++i) ChangePart(&tree);
        return tree.dump(-1, ' ', true, json::error_handler_t::replace);
      }
    }
    for (std::size_t i = 0; i < changes; ++i) ChangeBytes(&text);
    return text;
  }

 private:
  void ChangeBytes(std::string* text) {
    static const char* const kWords[] = {
        "1e999", "-1e30",   "null", "[[[[",     "{\"a\":", "NaN",
        "-",     "\"",      "]",    "}",        "1e-320",  "true",
        ",",     "\\u0000", "\0",   "\xff\xfe", "0",       "999999999999"};
    if (text->empty()) *text = "{";
    const std::size_t at = Below(text->size()), size = 1 + Below(40);
    switch (Below(7)) {
      case 0:
        (*text)[at] = static_cast<char>((*text)[at] ^ (1 << Below(8)));
        break;
      case 1:
        (*text)[at] = static_cast<char>(Below(256));
        break;
      case 2:
        text->erase(at, size);
        break;
      case 3:
        text->insert(at, text->substr(Below(text->size()), size));
        break;
      case 4:
        text->resize(at);  // half-written
        break;
      case 5:
        text->insert(at, kWords[Below(sizeof kWords / sizeof *kWords)]);
        break;
      default:
        text->replace(at, size, std::string(size, static_cast<char>(Below(256))));
    }
  }

  json* Somewhere(json* tree) {
    while (tree->is_structured() && !tree->empty() && Chance(80)) {
      auto child = tree->begin();
      std::advance(child, static_cast<std::ptrdiff_t>(Below(tree->size())));
      tree = &*child;
    }
    return tree;
  }

  json Value() {
    static const double kNumbers[] = {
        0,   1,      -1,    16,    17, 128,   129, 1e30, 9e29,        -1e9,
        0.5, 1e-300, 1e300, 65536, 2,  0.999, 3,   1e10, 2147483648.0};
    static const char* const kWords[] = {"lstm", "gru",   "dense", "couplers",
                                         "taps", "mix",   "",      "relu",
                                         "../x", "clean", "tanh",  "drive"};
    switch (Below(6)) {
      case 0:
        return nullptr;
      case 1:
        return json::array();
      case 2:
        return json::object();
      case 3:
        return kWords[Below(sizeof kWords / sizeof *kWords)];
      case 4:
        return Chance(50);
      default:
        return kNumbers[Below(sizeof kNumbers / sizeof *kNumbers)];
    }
  }

  void ChangePart(json* tree) {
    json* part = Somewhere(tree);
    switch (Below(6)) {
      case 0:
        *part = Value();
        break;
      case 1:
        if (part->is_number())
          *part = part->get<double>() * (Chance(50) ? -1.0 : 1e3);
        else
          *part = json::array({*part});
        break;
      case 2:
        if (part->is_array() && !part->empty()) part->erase(Below(part->size()));
        if (part->is_object() && !part->empty()) part->erase(part->begin());
        break;
      case 3:
        if (part->is_array() && !part->empty())
          for (std::size_t times = Below(20); times > 0; --times)
            part->push_back(json((*part)[Below(part->size())]));
        break;
      case 4:
        *part = json(*Somewhere(tree));
        break;
      default:
        if (part->is_array())
          for (json& value : *part)
            if (value.is_number()) value = 9e29;
        if (part->is_number()) *part = Value();
    }
  }

  std::mt19937 rng_;
};

}  // namespace mutate
