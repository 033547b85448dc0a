// SimpleJSON's face, as Bela's Gui hands it out; the work is nlohmann-json's. [io]
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

class JSONValue;
typedef std::vector<JSONValue*> JSONArray;
typedef std::map<std::wstring, JSONValue*> JSONObject;

#include "JSONValue.h"

class JSON {
 public:
  // The caller owns the result. Null when the text is not one JSON value in UTF-8, has
  // a number too large for a double, or is nested deeper than kMaxDepth; never throws.
  static JSONValue* Parse(const char* data);
  static JSONValue* Parse(const wchar_t* data);

  // ASCII only, on one line, keys sorted; a number that is not finite becomes null.
  static std::wstring Stringify(const JSONValue* value);

  static std::wstring s2ws(const std::string& text);
  static std::string ws2s(const std::wstring& text);

  static const int kMaxDepth = 64;
};
