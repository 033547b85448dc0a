// OSC messages to bytes and back, and bytes that are no message.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <oscpkt.hh>
#include <random>

using oscpkt::Message;
using oscpkt::PacketReader;
using oscpkt::PacketWriter;

namespace {

std::string Bytes(const Message& message) {
  PacketWriter writer;
  writer.init().addMessage(message);
  return std::string(writer.packetData(), writer.packetSize());
}

// Parses from a heap block of just that size, so that a sanitizer sees a step beyond.
Message Parse(const std::string& bytes) {
  std::unique_ptr<char[]> exact(new char[bytes.size()]);
  std::memcpy(exact.get(), bytes.data(), bytes.size());
  return Message(exact.get(), bytes.size());
}

// Reads every argument, whatever it is.
int ReadAll(const Message& message) {
  Message::ArgReader args = message.arg();
  int count = 0;
  std::int32_t i;
  std::int64_t h;
  float f;
  double d;
  bool b;
  std::string s;
  std::vector<char> blob;
  for (; args.isOk() && args.nbArgRemaining() > 0; ++count) {
    if (args.isInt32())
      args.popInt32(i);
    else if (args.isInt64())
      args.popInt64(h);
    else if (args.isFloat())
      args.popFloat(f);
    else if (args.isDouble())
      args.popDouble(d);
    else if (args.isBool())
      args.popBool(b);
    else if (args.isStr())
      args.popStr(s);
    else if (args.isBlob())
      args.popBlob(blob);
    else
      args.pop();
  }
  return count;
}

std::string Bundle(const std::string& content, int depth) {
  std::string inside = content;
  for (int level = 0; level < depth; ++level) {
    const auto size = static_cast<std::uint32_t>(inside.size());
    std::string bundle("#bundle\0\0\0\0\0\0\0\0\1", 16);
    for (int shift = 24; shift >= 0; shift -= 8)
      bundle += static_cast<char>(size >> shift);
    inside = bundle + inside;
  }
  return inside;
}

}  // namespace

TEST_CASE("a message has the bytes that OSC 1.0 asks for") {
  Message message;
  message.init("/param/set").pushStr("drive").pushFloat(80.0f);
  const char expected[] = "/param/set\0\0,sf\0drive\0\0\0\x42\xa0\0\0";
  CHECK(Bytes(message) == std::string(expected, sizeof(expected) - 1));
}

TEST_CASE("every type of argument survives the way there and back") {
  Message sent("/all");
  const char blob[] = {1, 0, 2};
  sent.pushInt32(-7).pushFloat(0.1f).pushStr("rodent").pushBool(true).pushBool(false);
  sent.pushInt64(1LL << 40).pushDouble(0.1).pushBlob(blob, 3);
  const Message got = Parse(Bytes(sent));
  REQUIRE(got.isOk());
  CHECK(got.typeTags() == "ifsTFhdb");
  std::int32_t i;
  float f;
  std::string s;
  bool yes, no;
  std::int64_t h;
  double d;
  std::vector<char> b;
  auto args = got.match("/all");
  args.popInt32(i).popFloat(f).popStr(s).popBool(yes).popBool(no);
  CHECK(args.popInt64(h).popDouble(d).popBlob(b).isOkNoMoreArgs());
  CHECK(i == -7);
  CHECK(f == 0.1f);
  CHECK(s == "rodent");
  CHECK((yes && !no));
  CHECK(h == 1LL << 40);
  CHECK(d == 0.1);
  CHECK(b == std::vector<char>(blob, blob + 3));
}

TEST_CASE("reading the wrong type or too much is an error that stays") {
  Message message("/a");
  message.pushInt32(1);
  float f = 5.0f;
  std::int32_t i = 5;
  CHECK_FALSE(message.arg().popFloat(f).isOk());
  CHECK(f == 0.0f);
  CHECK_FALSE(message.arg().popInt32(i).popInt32(i).isOk());
  CHECK_FALSE(message.arg().popFloat(f).popInt32(i).isOk());
  CHECK(message.arg().isOkNoMoreArgs() == false);
}

TEST_CASE("a number is read from any of its types") {
  Message message("/a");
  message.pushInt32(3).pushFloat(0.5f).pushDouble(0.25).pushBool(true).pushStr("x");
  float a = 0, b = 0, c = 0, d = 0, e = 9.0f;
  auto args = message.arg();
  CHECK(args.popNumber(a).popNumber(b).popNumber(c).popNumber(d).isOk());
  CHECK(a + b + c + d == 4.75f);
  CHECK_FALSE(args.popNumber(e).isOk());
}

TEST_CASE("a NaN travels as it is") {
  Message message("/nan");
  message.pushFloat(std::nanf(""));
  float value = 0.0f;
  CHECK(Parse(Bytes(message)).arg().popFloat(value).isOkNoMoreArgs());
  CHECK(std::isnan(value));
}

TEST_CASE("match compares addresses, with * and ? wild inside a part") {
  CHECK(Message("/effect/select").match("/effect/select").isOk());
  CHECK_FALSE(Message("/effect/select").match("/effect").isOk());
  CHECK_FALSE(Message("/effect").match("/effect/select").isOk());
  CHECK(Message("/effect/*").match("/effect/next").isOk());
  CHECK(Message("/*/n?xt").match("/effect/next").isOk());
  CHECK_FALSE(Message("/*").match("/effect/next").isOk());
}

TEST_CASE("a pattern made to be slow is answered at once") {
  std::string pattern = "/";
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  CHECK_FALSE(Message(pattern).match("/" + std::string(3000, 'a') + "b").isOk());
}

TEST_CASE("an address without a slash is no message") {
  CHECK_FALSE(Message("effect").isOk());
  PacketWriter writer;
  writer.init().addMessage(Message("effect"));
  CHECK(writer.packetSize() == 0);
  CHECK(writer.packetData() == nullptr);
}

TEST_CASE("a packet holds one message") {
  PacketWriter writer;
  writer.init().addMessage(Message("/a")).addMessage(Message("/b"));
  CHECK_FALSE(writer.isOk());
  CHECK(writer.init().addMessage(Message("/b")).packetSize() == 8);
}

TEST_CASE("a bundle whose sizes are wrong is refused, and ends the reading") {
  const std::string head("#bundle\0\0\0\0\0\0\0\0\1", 16);
  for (const char* size : {"\xff\xff\xff\xfc", "\x80\0\0\0", "\x7f\xff\xff\xfc",
                           "\0\0\0\0", "\0\0\0\5", "\0\0\0\x0c"}) {
    for (const std::string& rest : {std::string(), std::string(8, '\0')}) {
      const std::string bundle = head + std::string(size, 4) + rest;
      oscpkt::PacketReader reader;
      reader.init(bundle.data(), bundle.size());
      CHECK(reader.popMessage() == nullptr);
      CHECK(reader.getErr() == oscpkt::INVALID_BUNDLE);
    }
  }
}

TEST_CASE("a bundle is opened, one nested without end is refused") {
  PacketReader reader;
  const std::string inner = Bytes(Message("/a").pushInt32(1));
  const std::string bundle = Bundle(inner, 2);
  reader.init(bundle.data(), bundle.size());
  REQUIRE(reader.isOk());
  CHECK(reader.popMessage()->addressPattern() == "/a");
  CHECK(reader.popMessage() == nullptr);
  const std::string bomb = Bundle(inner, 3000);
  reader.init(bomb.data(), bomb.size());
  CHECK_FALSE(reader.isOk());
  CHECK(reader.popMessage() == nullptr);
}

TEST_CASE("a reader can be asked before and after an empty packet") {
  PacketReader reader;
  CHECK(reader.popMessage() == nullptr);
  reader.init("", 0);
  CHECK(reader.popMessage() == nullptr);
}

TEST_CASE("each cut of a good packet is refused or read, never overrun") {
  Message message("/all");
  message.pushInt32(1).pushStr("abcdefg").pushBlob("12345", 5).pushDouble(1.0);
  const std::string whole = Bytes(message);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Message cut = Parse(whole.substr(0, size));
    CHECK_FALSE(cut.isOk());
    ReadAll(cut);
  }
}

TEST_CASE("a hundred thousand hostile packets do no harm") {
  std::mt19937 random(1);
  Message message("/fuzz/address");
  message.pushInt32(1).pushStr("text").pushBlob("12345", 5).pushFloat(1).pushBool(true);
  const std::string seeds[] = {Bytes(message), Bundle(Bytes(message), 2),
                               std::string(64, '\0'), "/a,b[]{}"};
  int read = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string bytes = seeds[random() % 4];
    for (unsigned change = random() % 6; change > 0; --change)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 8));
    std::unique_ptr<char[]> exact(new char[bytes.size()]);
    std::memcpy(exact.get(), bytes.data(), bytes.size());
    PacketReader reader(exact.get(), bytes.size());
    while (Message* got = reader.popMessage()) read += 1 + ReadAll(*got);
  }
  CHECK(read > 10000);  // the changes leave enough of them readable
}
