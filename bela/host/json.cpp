// SimpleJSON's face over nlohmann-json: parsed by its event reader, so that depth is
// bounded and no second tree is built; written by its serialiser. [io]
#include <JSON.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

namespace {

using nlohmann::json;

// Builds a JSONValue from nlohmann's events; any answer of false ends the parse.
class Builder : public nlohmann::json_sax<json> {
 public:
  std::unique_ptr<JSONValue> TakeRoot() { return std::move(root_); }

  bool null() override { return Add(std::make_unique<JSONValue>()); }
  bool boolean(bool value) override { return Add(std::make_unique<JSONValue>(value)); }
  bool number_integer(number_integer_t value) override {
    return Add(std::make_unique<JSONValue>(static_cast<double>(value)));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Add(std::make_unique<JSONValue>(static_cast<double>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return Add(std::make_unique<JSONValue>(static_cast<double>(value)));
  }
  bool string(string_t& value) override {
    return Add(std::make_unique<JSONValue>(JSON::s2ws(value)));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(JSONObject()); }
  bool start_array(std::size_t) override { return Open(JSONArray()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(string_t& value) override {
    keys_.back() = JSON::s2ws(value);
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool Add(std::unique_ptr<JSONValue> value);

  template <typename Children>
  bool Open(const Children& none) {
    if (open_.size() >= static_cast<std::size_t>(JSON::kMaxDepth)) return false;
    auto value = std::make_unique<JSONValue>(none);
    JSONValue* opened = value.get();
    Add(std::move(value));
    open_.push_back(opened);
    keys_.emplace_back();
    return true;
  }

  bool Close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  std::unique_ptr<JSONValue> root_;
  std::vector<JSONValue*> open_;    // containers not closed yet, outermost first
  std::vector<std::wstring> keys_;  // the last key of each
};

bool Builder::Add(std::unique_ptr<JSONValue> value) {
  if (open_.empty()) {
    root_ = std::move(value);
  } else if (open_.back()->IsArray()) {
    const_cast<JSONArray&>(open_.back()->AsArray()).push_back(value.release());
  } else {
    JSONValue*& slot = const_cast<JSONObject&>(open_.back()->AsObject())[keys_.back()];
    delete slot;  // a key that comes twice: the last one counts
    slot = value.release();
  }
  return true;
}

// Whole numbers are written without a point, as SimpleJSON writes them.
json Number(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::fabs(value) <= kExact && value == std::floor(value))
    return static_cast<std::int64_t>(value);
  return value;  // nlohmann writes null for what is not finite
}

json Tree(const JSONValue& value) {
  if (value.IsString()) return JSON::ws2s(value.AsString());
  if (value.IsBool()) return value.AsBool();
  if (value.IsNumber()) return Number(value.AsNumber());
  if (value.IsArray()) {
    json out = json::array();
    for (const JSONValue* child : value.AsArray()) out.push_back(Tree(*child));
    return out;
  }
  if (value.IsObject()) {
    json out = json::object();
    for (const auto& entry : value.AsObject())
      out[JSON::ws2s(entry.first)] = Tree(*entry.second);
    return out;
  }
  return nullptr;
}

}  // namespace

JSONValue* JSON::Parse(const char* data) {
  if (data == nullptr) return nullptr;
  try {
    Builder builder;
    const bool whole = json::sax_parse(std::string(data), &builder);
    return whole ? builder.TakeRoot().release() : nullptr;
  } catch (const std::exception&) {  // out of memory, and nothing else
    return nullptr;
  }
}

JSONValue* JSON::Parse(const wchar_t* data) {
  return data == nullptr ? nullptr : Parse(ws2s(data).c_str());
}

std::wstring JSON::Stringify(const JSONValue* value) {
  return value == nullptr ? std::wstring() : value->Stringify();
}

std::wstring JSONValue::Stringify(bool const prettyprint) const {
  const std::string text =
      Tree(*this).dump(prettyprint ? 2 : -1, ' ', true, json::error_handler_t::replace);
  return std::wstring(text.begin(), text.end());
}
