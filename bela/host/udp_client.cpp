// UdpClient over a plain socket. [io]
#include <arpa/inet.h>
#include <libraries/UdpClient/UdpClient.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>

UdpClient::UdpClient() { std::memset(&destination_, 0, sizeof(destination_)); }

UdpClient::UdpClient(int port, const char* address) : UdpClient() {
  setup(port, address);
}

UdpClient::~UdpClient() { cleanup(); }

bool UdpClient::setup(int port, const char* address) {
  cleanup();
  socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  setSocketBroadcast(1);
  setPort(port);
  setServer(address);
  return true;
}

void UdpClient::cleanup() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

void UdpClient::setPort(int port) {
  if (socket_ < 0) throw std::runtime_error("UdpClient: setPort() before setup()");
  destination_.sin_family = AF_INET;
  destination_.sin_port = htons(static_cast<std::uint16_t>(port));
}

void UdpClient::setServer(const char* address) {
  if (socket_ < 0) throw std::runtime_error("UdpClient: setServer() before setup()");
  destination_.sin_family = AF_INET;
  if (address == nullptr || inet_pton(AF_INET, address, &destination_.sin_addr) != 1)
    destination_.sin_family = AF_UNSPEC;  // no such address: send() says so
}

int UdpClient::send(void* message, int size) {
  if (socket_ < 0 || size < 0 || destination_.sin_family != AF_INET) return -1;
  const auto* to = reinterpret_cast<const sockaddr*>(&destination_);
  const ssize_t sent = sendto(socket_, message, static_cast<std::size_t>(size),
                              MSG_DONTWAIT | MSG_NOSIGNAL, to, sizeof(destination_));
  return sent < 0 ? -1 : 1;
}

int UdpClient::write(const char* address, int port, void* bytes, int size) {
  if (socket_ < 0) return -1;
  setServer(address);
  if (destination_.sin_family == AF_INET) setPort(port);
  return send(bytes, size);
}

int UdpClient::setSocketBroadcast(int enable) {
  return setsockopt(socket_, SOL_SOCKET, SO_BROADCAST, &enable, sizeof(enable));
}
