// OSC over real loopback UDP: UdpClient out, OscReceiver in.
#include <doctest/doctest.h>
#include <libraries/OscReceiver/OscReceiver.h>
#include <libraries/UdpClient/UdpClient.h>
#include <sys/wait.h>

#include <mutex>

#include "host/helpers.h"

using namespace host_test;

namespace {

std::string Packet(const oscpkt::Message& message) {
  oscpkt::PacketWriter writer;
  writer.init().addMessage(message);
  return std::string(writer.packetData(), writer.packetSize());
}

// A receiver that keeps "address from".
struct Heard {
  std::mutex mutex;
  std::vector<std::string> addresses, senders;
  OscReceiver receiver;
  int port = FreeUdpPort();

  Heard() {
    receiver.setup(port, [this](oscpkt::Message* message, const char* from, void*) {
      const std::lock_guard<std::mutex> lock(mutex);
      addresses.push_back(message->addressPattern());
      senders.push_back(from);
    });
  }
  std::size_t Count() {
    const std::lock_guard<std::mutex> lock(mutex);
    return addresses.size();
  }
};

// Runs `action` in a child process: its exit code, and what it said on stderr.
int InChild(const std::function<void()>& action, std::string* said) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    action();
    _exit(0);
  }
  close(ends[1]);
  char bytes[1024];
  for (ssize_t size = 0; (size = read(ends[0], bytes, sizeof(bytes))) > 0;)
    said->append(bytes, static_cast<std::size_t>(size));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a message arrives with its sender, the port in network byte order") {
  Heard heard;
  UdpPeer peer;
  peer.Send(heard.port, Packet(oscpkt::Message("/state/get").pushInt32(1)));
  REQUIRE(Eventually([&] { return heard.Count() == 1; }));
  CHECK(heard.addresses[0] == "/state/get");
  const int swapped = htons(static_cast<std::uint16_t>(peer.port()));
  CHECK(heard.senders[0] == "127.0.0.1:" + std::to_string(swapped));
}

TEST_CASE("packets that are no OSC are passed over") {
  Heard heard;
  UdpPeer peer;
  peer.Send(heard.port, "");
  peer.Send(heard.port, "junk");
  peer.Send(heard.port, std::string("/a\0\0,i\0\0\0\0", 10));
  peer.Send(heard.port, std::string("/a\0\0,q\0\0", 8));
  peer.Send(heard.port, std::string(20000, '#'));
  peer.Send(heard.port, Packet(oscpkt::Message("/good")));
  REQUIRE(Eventually([&] { return heard.Count() >= 1; }));
  CHECK(heard.addresses[0] == "/good");
}

TEST_CASE("a reply goes back to the sender") {
  UdpPeer peer;
  UdpClient client;
  REQUIRE(client.setup(1, "127.0.0.1"));
  client.setPort(peer.port());
  client.setServer("127.0.0.1");
  std::string packet = Packet(oscpkt::Message("/echo/bypass").pushInt32(1));
  CHECK(client.send(&packet[0], static_cast<int>(packet.size())) == 1);
  CHECK(peer.Receive() == packet);
}

TEST_CASE("a client without a socket or with a name for an address sends nothing") {
  UdpClient client;
  char byte = 0;
  CHECK(client.send(&byte, 1) == -1);
  CHECK_THROWS(client.setPort(1));
  REQUIRE(client.setup(9, "bela.local"));
  CHECK(client.send(&byte, 1) == -1);
}

TEST_CASE("a port in use ends the program with one line that says what to do") {
  UdpPeer taken;
  std::string said;
  const int code = InChild(
      [&taken] {
        OscReceiver receiver;
        receiver.setup(taken.port(), [](oscpkt::Message*, const char*, void*) {});
      },
      &said);
  CHECK(code == 1);
  CHECK(said.find("pedal-engine: port " + std::to_string(taken.port()) + " is taken") ==
        0);
  CHECK(said.find("--osc-port") != std::string::npos);
  CHECK(said.find('\n') == said.size() - 1);
}
