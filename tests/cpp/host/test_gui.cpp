// The Gui's control channel over a real loopback socket.
#include <doctest/doctest.h>
#include <libraries/Gui/Gui.h>

#include <atomic>
#include <mutex>

#include "host/gui_link.h"
#include "host/helpers.h"

using namespace host_test;
using pedal::host::GuiLink;

namespace {

const char kHello[] = "{\"event\":\"connection-reply\"}\n";

// A link that keeps the lines it takes; a line is good if it opens with a brace.
struct Link {
  std::mutex mutex;
  std::vector<std::string> lines;
  GuiLink link{0, "{\"event\":\"connection\"}", [this](const std::string& line) {
                 const std::lock_guard<std::mutex> lock(mutex);
                 lines.push_back(line);
                 return !line.empty() && line[0] == '{';
               }};

  std::size_t Count() {
    const std::lock_guard<std::mutex> lock(mutex);
    return lines.size();
  }
};

}  // namespace

TEST_CASE("each client is greeted, heard and spoken to") {
  Link link;
  LineClient first(link.link.port()), second(link.link.port());
  CHECK(first.Line() == "{\"event\":\"connection\"}");
  CHECK(second.Line() == "{\"event\":\"connection\"}");
  first.Send("{\"a\":");
  first.Send("1}\n{\"b\":2}\n");
  CHECK(Eventually([&] { return link.Count() == 2; }));
  CHECK(link.lines[0] == "{\"a\":1}");
  link.link.Send("{\"c\":3}");
  CHECK(first.Line() == "{\"c\":3}");
  CHECK(second.Line() == "{\"c\":3}");
}

TEST_CASE("a line longer than the limit drops its client and no other") {
  Link link;
  LineClient bad(link.link.port()), good(link.link.port());
  CHECK(good.Line() != "");
  bad.Send(kHello);
  bad.Send("{" + std::string(GuiLink::kMaxLineBytes, 'x'));
  CHECK(bad.IsHungUp());
  good.Send("{\"still\":1}\n");
  CHECK(Eventually([&] { return link.Count() == 2; }));
}

TEST_CASE("a line of just the limit is taken") {
  Link link;
  LineClient client(link.link.port());
  client.Send("{" + std::string(GuiLink::kMaxLineBytes - 1, 'x') + "\n");
  CHECK(Eventually([&] { return link.Count() == 1; }));
}

TEST_CASE("a fifth client is turned away until one leaves") {
  Link link;
  auto first = std::make_unique<LineClient>(link.link.port());
  LineClient second(link.link.port()), third(link.link.port()),
      fourth(link.link.port());
  for (LineClient* client : {first.get(), &second, &third, &fourth})
    CHECK(client->Line() != "");
  CHECK(LineClient(link.link.port()).Line() == "");
  first.reset();
  CHECK(Eventually([&] { return LineClient(link.link.port()).Line() != ""; }));
}

TEST_CASE("a client that opens with something else than JSON is dropped") {
  Link link;
  LineClient browser(link.link.port());
  browser.Send("POST / HTTP/1.1\r\n\r\n{\"address\":\"/bypass\",\"args\":[1]}\n");
  CHECK(browser.IsHungUp());
  CHECK(link.Count() == 1);
}

TEST_CASE("a client that has shown itself may send a bad line") {
  Link link;
  LineClient client(link.link.port());
  client.Send(std::string(kHello) + "junk\n{\"a\":1}\n");
  CHECK(Eventually([&] { return link.Count() == 3; }));
  link.link.Send("{}");
  client.Line();
  CHECK(client.Line() == "{}");
}

TEST_CASE("a client that does not read is dropped and holds up nobody") {
  Link link;
  LineClient slow(link.link.port()), good(link.link.port());
  CHECK(good.Line() != "");
  CHECK(slow.Line() != "");
  const std::string line = "{" + std::string(8000, 'x') + "}";
  for (int i = 0; i < 4000; ++i) {
    link.link.Send(line);
    REQUIRE(good.Line() == line);
  }
  CHECK(slow.IsHungUp());
}

TEST_CASE("a port in use is an error that names it") {
  Link link;
  const int port = link.link.port();
  const auto again = [port] {
    GuiLink(port, "", [](const std::string&) { return true; });
  };
  CHECK(ErrorOf(again).find(std::to_string(port)) != std::string::npos);
}

TEST_CASE("the Gui hands objects to its callback and sends what it is given") {
  int port = 0;
  {
    Link probe;
    port = probe.link.port();
  }
  setenv("PEDAL_GUI_LINK_PORT", std::to_string(port).c_str(), 1);
  std::atomic<double> heard{0.0};
  Gui gui;
  gui.setControlDataCallback([&heard](JSONObject& object, void*) {
    if (object.count(L"a")) heard = object[L"a"]->AsNumber();
    return false;
  });
  gui.setup("pedal");
  unsetenv("PEDAL_GUI_LINK_PORT");
  LineClient client(port);
  CHECK(client.Line() == "{\"event\":\"connection\",\"projectName\":\"pedal\"}");
  client.Send("{\"a\":0.5}\n[1]\n{\"a\":\n{\"a\":0.75}\n");
  CHECK(Eventually([&] { return heard == 0.75; }));
  JSONObject object;
  object[L"tick"] = new JSONValue(1);
  const JSONValue value(object);
  CHECK(gui.sendControl(&value) == 0);
  CHECK(client.Line() == "{\"tick\":1}");
}

TEST_CASE("a Gui without a link port takes everything and goes nowhere") {
  unsetenv("PEDAL_GUI_LINK_PORT");
  Gui gui;
  CHECK(gui.setup("pedal") == 0);
  const JSONValue value(JSONObject{});
  CHECK(gui.sendControl(&value) == 0);
  CHECK(gui.setBuffer('f', 3) == 0);
  CHECK(gui.setBuffer('d', 2) == 1);
  CHECK(gui.getDataBuffer(0).getAsFloat()[2] == 0.0f);
  CHECK(gui.getDataBuffer(1).getNumElements() == 2);
  CHECK_THROWS(gui.getDataBuffer(2));
  gui.sendBuffer(0, 1.0f);
}
