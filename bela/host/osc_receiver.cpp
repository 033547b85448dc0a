// OscReceiver: one UDP socket, one thread, one callback. [io]
#include <arpa/inet.h>
#include <errno.h>
#include <libraries/OscReceiver/OscReceiver.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "host/errors.h"
#include "host/inbox.h"
#include "host/realtime.h"

namespace {

using pedal::host::Die;
using pedal::host::Inbox;

constexpr std::size_t kMaxPacketBytes = 65536;  // of a UDP datagram
constexpr char kOfflineSender[] = "127.0.0.1:0";

bool ListenEverywhere() {
  const char* wish = std::getenv("PEDAL_LISTEN");
  return wish != nullptr && std::strcmp(wish, "1") == 0;
}

// A bound socket; ends the program if the port cannot be had.
int Bind(int port) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(ListenEverywhere() ? INADDR_ANY : INADDR_LOOPBACK);
  if (fd >= 0 && port >= 0 && port < 65536 &&
      bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0)
    return fd;
  const std::string name = "port " + std::to_string(port);
  if (errno == EADDRINUSE)
    Die(name + " is taken, by another pedal perhaps; pick another with --osc-port");
  Die(name + ": cannot listen for OSC: " + std::strerror(errno) +
      "; pick another with --osc-port");
}

// "ip:port", the port not turned to host order: that is what the board gives.
std::string Sender(const sockaddr_in& from) {
  char ip[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &from.sin_addr, ip, sizeof(ip));
  return std::string(ip) + ":" + std::to_string(from.sin_port);
}

}  // namespace

class OscReceiver::Listener {
 public:
  Listener(int port, Callback callback, void* argument)
      : callback_(std::move(callback)), argument_(argument) {
    Inbox::Get().AddOsc(this, [this](oscpkt::Message* message) {
      callback_(message, kOfflineSender, argument_);
    });
    if (Inbox::Get().IsOffline()) return;
    socket_ = Bind(port);
    wake_ = eventfd(0, EFD_CLOEXEC);
    thread_ = std::thread([this] { Run(); });
  }

  ~Listener() {
    Inbox::Get().Remove(this);
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof(one));
    thread_.join();
    close(wake_);
    close(socket_);
  }

 private:
  void Run() {
    pedal::host::NameThread("osc-receiver");
    pedal::host::FlushDenormals();
    std::vector<char> bytes(kMaxPacketBytes);
    pollfd waiting[2] = {{socket_, POLLIN, 0}, {wake_, POLLIN, 0}};
    while (true) {
      if (poll(waiting, 2, -1) < 0 && errno != EINTR) return;
      if (waiting[1].revents) return;
      if (waiting[0].revents) ReceiveOne(&bytes);
    }
  }

  void ReceiveOne(std::vector<char>* bytes) {
    sockaddr_in from = {};
    socklen_t from_size = sizeof(from);
    const ssize_t size = recvfrom(socket_, bytes->data(), bytes->size(), 0,
                                  reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size <= 0) return;  // also the error of a reply that nobody took
    reader_.init(bytes->data(), static_cast<std::size_t>(size));
    oscpkt::Message* message = reader_.popMessage();
    if (message) callback_(message, Sender(from).c_str(), argument_);
  }

  Callback callback_;
  void* argument_;
  int socket_ = -1;
  int wake_ = -1;
  oscpkt::PacketReader reader_;
  std::thread thread_;
};

OscReceiver::OscReceiver() {}

OscReceiver::OscReceiver(int port, Callback on_receive, void* callbackArg) {
  setup(port, std::move(on_receive), callbackArg);
}

OscReceiver::~OscReceiver() {}

void OscReceiver::setup(int port, Callback on_receive, void* callbackArg) {
  listener_.reset();
  listener_.reset(new Listener(port, std::move(on_receive), callbackArg));
}
