// JSONValue's ownership and children, and UTF-8 to wide strings and back.
#include <JSON.h>

JSONValue::JSONValue() : type_(JSONType_Null) {}
JSONValue::JSONValue(const wchar_t* text) : type_(JSONType_String), text_(text) {}
JSONValue::JSONValue(const std::wstring& text) : type_(JSONType_String), text_(text) {}
JSONValue::JSONValue(bool value) : type_(JSONType_Bool), flag_(value) {}
JSONValue::JSONValue(double value) : type_(JSONType_Number), number_(value) {}
JSONValue::JSONValue(int value) : type_(JSONType_Number), number_(value) {}
JSONValue::JSONValue(const JSONArray& children)
    : type_(JSONType_Array), array_(children) {}
JSONValue::JSONValue(const JSONObject& children)
    : type_(JSONType_Object), object_(children) {}

JSONValue::JSONValue(const JSONValue& source)
    : type_(source.type_),
      flag_(source.flag_),
      number_(source.number_),
      text_(source.text_) {
  for (const JSONValue* child : source.array_) array_.push_back(new JSONValue(*child));
  for (const auto& entry : source.object_)
    object_[entry.first] = new JSONValue(*entry.second);
}

JSONValue::~JSONValue() {
  for (JSONValue* child : array_) delete child;
  for (auto& entry : object_) delete entry.second;
}

JSONValue* JSONValue::Child(std::size_t index) {
  return HasChild(index) ? array_[index] : nullptr;
}

JSONValue* JSONValue::Child(const wchar_t* name) {
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : found->second;
}

std::vector<std::wstring> JSONValue::ObjectKeys() const {
  std::vector<std::wstring> keys;
  for (const auto& entry : object_) keys.push_back(entry.first);
  return keys;
}

namespace {

constexpr unsigned kReplacement = 0xFFFD;  // stands for what cannot be written

int FollowingBytes(unsigned char first) {
  if (first >= 0xF0) return 3;
  if (first >= 0xE0) return 2;
  return first >= 0xC0 ? 1 : 0;
}

}  // namespace

// Takes any bytes; what is not UTF-8 comes out as U+FFFD, never as an exception.
std::wstring JSON::s2ws(const std::string& text) {
  std::wstring wide;
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char first = static_cast<unsigned char>(text[i++]);
    unsigned code = first;
    const int following = FollowingBytes(first);
    if (following > 0) code = first & (0x3Fu >> following);
    bool good = first < 0x80 || (first >= 0xC0 && first < 0xF8);
    for (int k = 0; good && k < following; ++k) {
      good = i < text.size() && (text[i] & 0xC0) == 0x80;
      if (good) code = (code << 6) | (text[i++] & 0x3Fu);
    }
    if (!good || code > 0x10FFFF) code = kReplacement;
    wide += static_cast<wchar_t>(code);
  }
  return wide;
}

std::string JSON::ws2s(const std::wstring& text) {
  std::string narrow;
  for (const wchar_t wide : text) {
    unsigned code = static_cast<unsigned>(wide);
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = kReplacement;
    if (code < 0x80) {
      narrow += static_cast<char>(code);
    } else if (code < 0x800) {
      narrow += static_cast<char>(0xC0 | (code >> 6));
      narrow += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      if (code < 0x10000) {
        narrow += static_cast<char>(0xE0 | (code >> 12));
      } else {
        narrow += static_cast<char>(0xF0 | (code >> 18));
        narrow += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
      }
      narrow += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      narrow += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return narrow;
}
