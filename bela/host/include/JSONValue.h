// One JSON value with SimpleJSON's interface. It owns its children. Asking it for what
// it is not gives an empty string, 0, false, or no children, where the board's would be
// undefined. [io]
#pragma once

#include <string>
#include <vector>

#include "JSON.h"

enum JSONType {
  JSONType_Null,
  JSONType_String,
  JSONType_Bool,
  JSONType_Number,
  JSONType_Array,
  JSONType_Object
};

class JSONValue {
 public:
  JSONValue();  // null
  JSONValue(const wchar_t* text);
  JSONValue(const std::wstring& text);
  JSONValue(bool value);
  JSONValue(double value);
  JSONValue(int value);
  JSONValue(const JSONArray& children);   // takes over the pointers
  JSONValue(const JSONObject& children);  // takes over the pointers
  JSONValue(const JSONValue& source);     // deep
  JSONValue& operator=(const JSONValue& source) = delete;
  ~JSONValue();

  bool IsNull() const { return type_ == JSONType_Null; }
  bool IsString() const { return type_ == JSONType_String; }
  bool IsBool() const { return type_ == JSONType_Bool; }
  bool IsNumber() const { return type_ == JSONType_Number; }
  bool IsArray() const { return type_ == JSONType_Array; }
  bool IsObject() const { return type_ == JSONType_Object; }

  const std::wstring& AsString() const { return text_; }
  bool AsBool() const { return flag_; }
  double AsNumber() const { return number_; }
  const JSONArray& AsArray() const { return array_; }
  const JSONObject& AsObject() const { return object_; }

  std::size_t CountChildren() const { return array_.size() + object_.size(); }
  bool HasChild(std::size_t index) const { return index < array_.size(); }
  JSONValue* Child(std::size_t index);
  bool HasChild(const wchar_t* name) const { return object_.count(name) != 0; }
  JSONValue* Child(const wchar_t* name);
  std::vector<std::wstring> ObjectKeys() const;

  std::wstring Stringify(bool const prettyprint = false) const;

 private:
  friend class JSON;

  JSONType type_;
  bool flag_ = false;
  double number_ = 0.0;
  std::wstring text_;
  JSONArray array_;
  JSONObject object_;
};
