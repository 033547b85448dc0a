// Safe looks into Bela's JSON: every getter tells whether it found what it wanted.
#pragma once
#include <JSON.h>

#include <memory>
#include <string>
#include <vector>

namespace pedal {

using JsonPointer = std::unique_ptr<JSONValue>;

// nullptr where `text` is not JSON.
inline JsonPointer ParseJson(const std::string& text) {
  return JsonPointer(JSON::Parse(text.c_str()));
}

// Ids and names are ASCII; anything else becomes DEL, which neither may contain.
inline std::string Narrow(const std::wstring& wide) {
  std::string text;
  for (wchar_t c : wide) text += c > 0 && c < 128 ? static_cast<char>(c) : '\x7f';
  return text;
}

inline std::wstring Widen(const std::string& text) {
  return std::wstring(text.begin(), text.end());
}

// The member `name` of an object, or nullptr.
inline const JSONValue* Member(const JSONValue* object, const wchar_t* name) {
  if (!object || !object->IsObject()) return nullptr;
  const JSONObject& members = object->AsObject();
  const auto found = members.find(name);
  return found == members.end() ? nullptr : found->second;
}

inline bool GetText(const JSONValue* object, const wchar_t* name, std::string* text) {
  const JSONValue* value = Member(object, name);
  if (!value || !value->IsString()) return false;
  *text = Narrow(value->AsString());
  return true;
}

inline bool GetNumber(const JSONValue* object, const wchar_t* name, double* number) {
  const JSONValue* value = Member(object, name);
  if (!value || !value->IsNumber()) return false;
  *number = value->AsNumber();
  return true;
}

// The elements of an array member, or nullptr.
inline const JSONArray* GetArray(const JSONValue* object, const wchar_t* name) {
  const JSONValue* value = Member(object, name);
  return value && value->IsArray() ? &value->AsArray() : nullptr;
}

}  // namespace pedal
