// SimpleJSON's face: what is read, what is written, and what is refused.
#include <JSON.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <random>

namespace {

std::unique_ptr<JSONValue> Parse(const std::string& text) {
  return std::unique_ptr<JSONValue>(JSON::Parse(text.c_str()));
}

std::wstring Again(const std::string& text) {
  return JSON::Stringify(Parse(text).get());
}

}  // namespace

TEST_CASE("a message of the GUI is read") {
  const auto value = Parse(R"({"address": "/param/set", "args": ["drive", 80.5]})");
  REQUIRE(value);
  REQUIRE(value->IsObject());
  CHECK(value->Child(L"address")->AsString() == L"/param/set");
  const JSONArray& args = value->Child(L"args")->AsArray();
  REQUIRE(args.size() == 2);
  CHECK(args[0]->IsString());
  CHECK(args[1]->AsNumber() == 80.5);
  CHECK(value->Child(L"nothing") == nullptr);
  CHECK_FALSE(value->HasChild(L"nothing"));
  CHECK(value->ObjectKeys() == std::vector<std::wstring>{L"address", L"args"});
}

TEST_CASE("what is read and written again is the same") {
  CHECK(Again(R"({"b":[1,-2.5,true,false,null,"x"],"a":{}})") ==
        LR"({"a":{},"b":[1,-2.5,true,false,null,"x"]})");
  CHECK(Again("1e3") == L"1000");
  CHECK(Again(R"("a\"b\\c\n")") == LR"("a\"b\\c\n")");
}

TEST_CASE("letters beyond ASCII are read, and written as escapes") {
  const auto value = Parse("\"\xc3\xa9 \xf0\x9f\x8e\xb8 \\u00e9\"");
  REQUIRE(value);
  CHECK(value->AsString() == L"\u00e9 \U0001f3b8 \u00e9");
  CHECK(value->Stringify() == LR"("\u00e9 \ud83c\udfb8 \u00e9")");
  CHECK(JSON::ws2s(value->AsString()) == "\xc3\xa9 \xf0\x9f\x8e\xb8 \xc3\xa9");
}

TEST_CASE("a built object is written, and copied whole") {
  JSONObject object;
  object[L"event"] = new JSONValue(L"connection");
  object[L"list"] = new JSONValue(JSONArray{new JSONValue(1), new JSONValue(true)});
  auto* value = new JSONValue(object);
  const JSONValue copy(*value);
  delete value;
  CHECK(copy.Stringify() == LR"({"event":"connection","list":[1,true]})");
}

TEST_CASE("a number that is not finite is written as null") {
  CHECK(JSONValue(std::nan("")).Stringify() == L"null");
  CHECK(JSONValue(std::numeric_limits<double>::infinity()).Stringify() == L"null");
}

TEST_CASE("what is no JSON is refused without a throw") {
  for (const char* text :
       {"", " ", "{", "}", "[1,]", "{\"a\":}", "{\"a\" 1}", "nul", "1 2", "'a'", "\"",
        "\"\\u12\"", "\"\n\"", "01", "+1", "NaN"})
    CHECK_MESSAGE(!Parse(text), text);
  CHECK(JSON::Parse(static_cast<const char*>(nullptr)) == nullptr);
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const char* text :
       {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xc0\x80\"", "{\"\x80\":1}"})
    CHECK_FALSE(Parse(text));
}

TEST_CASE("a number too large for a double is refused, a large one is kept") {
  CHECK_FALSE(Parse("1e999"));
  CHECK_FALSE(Parse("[-" + std::string(400, '9') + "]"));
  CHECK(Parse("1e308")->AsNumber() == 1e308);
  CHECK(Parse("18446744073709551616")->AsNumber() == 18446744073709551616.0);
}

TEST_CASE("nesting is read to a depth of 64 and refused beyond") {
  const auto nested = [](int depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(Parse(nested(64)));
  CHECK_FALSE(Parse(nested(65)));
  CHECK_FALSE(Parse(std::string(1000000, '[')));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  CHECK_FALSE(Parse(objects));
}

TEST_CASE("of a key that comes twice the last counts") {
  CHECK(Again(R"({"a":[1,2],"a":3})") == LR"({"a":3})");
}

TEST_CASE("a value asked for what it is not is empty") {
  const JSONValue number(5);
  CHECK(number.AsString().empty());
  CHECK(number.AsArray().empty());
  CHECK(number.CountChildren() == 0);
  CHECK_FALSE(number.AsBool());
}

TEST_CASE("random changes of good JSON do no harm") {
  std::mt19937 random(1);
  const std::string seed = R"({"address":"/a","args":["\u00e9",1.5e3,[true,null]]})";
  int good = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string text = seed;
    for (unsigned change = random() % 4; change > 0; --change)
      text[random() % text.size()] = static_cast<char>(random() % 255 + 1);
    if (auto value = Parse(text)) good += JSON::Stringify(value.get()).size() > 1;
  }
  CHECK(good > 10000);
}
