// Serves the Gui's clients from one thread with poll(). [io]
#include "host/gui_link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/errors.h"
#include "host/realtime.h"

namespace pedal {
namespace host {
namespace {

int Listen(int port, int* chosen) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;  // a restart finds its old port; a port in use is still refused
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* where = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, where, size) != 0 || listen(fd, 8) != 0) {
    const std::string cause = std::strerror(errno);
    if (fd >= 0) close(fd);
    throw Error("port " + std::to_string(port) + " of PEDAL_GUI_LINK_PORT: " + cause +
                "; pick another");
  }
  getsockname(fd, where, &size);
  *chosen = ntohs(address.sin_port);
  return fd;
}

}  // namespace

GuiLink::GuiLink(int port, std::string greeting, LineHandler on_line)
    : greeting_(std::move(greeting)), on_line_(std::move(on_line)) {
  listener_ = Listen(port, &port_);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { Run(); });
}

GuiLink::~GuiLink() {
  stopping_ = true;
  Wake();
  thread_.join();
  for (Client& client : clients_) close(client.fd);
  close(listener_);
  close(wake_);
}

void GuiLink::Wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof(one));
}

void GuiLink::Send(const std::string& line) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (outbox_.size() + line.size() < kMaxUnsentBytes) outbox_ += line + "\n";
  }
  Wake();
}

void GuiLink::Run() {
  NameThread("gui-link");
  std::vector<pollfd> waiting;
  while (!stopping_) {
    waiting = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
    for (const Client& client : clients_) {
      const int events = client.unsent.empty() ? POLLIN : POLLIN | POLLOUT;
      waiting.push_back({client.fd, static_cast<short>(events), 0});
    }
    if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < clients_.size(); ++i)
      if (waiting[i + 2].revents & (POLLIN | POLLHUP | POLLERR)) Receive(&clients_[i]);
    if (waiting[1].revents) SpreadOutbox();
    if (waiting[0].revents) Accept();
    for (Client& client : clients_) Flush(&client);
    const auto dropped = [](const Client& client) {
      if (client.dropped) close(client.fd);
      return client.dropped;
    };
    clients_.erase(std::remove_if(clients_.begin(), clients_.end(), dropped),
                   clients_.end());
  }
}

void GuiLink::Accept() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  if (clients_.size() >= kMaxClients) {
    close(fd);
    return;
  }
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  clients_.emplace_back();
  clients_.back().fd = fd;
  Queue(&clients_.back(), greeting_ + "\n");
}

void GuiLink::Receive(Client* client) {
  char bytes[4096];
  const ssize_t size = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    client->dropped = true;
    return;
  }
  client->unread.append(bytes, static_cast<std::size_t>(size));
  HandleLines(client);
}

void GuiLink::HandleLines(Client* client) {
  std::string& unread = client->unread;
  std::size_t start = 0;
  while (!client->dropped) {
    const std::size_t end = unread.find('\n', start);
    const bool whole = end != std::string::npos;
    const std::size_t length = (whole ? end : unread.size()) - start;
    if (length > kMaxLineBytes) client->dropped = true;
    if (!whole || client->dropped) break;
    if (on_line_(unread.substr(start, length))) {
      client->greeted_us = true;
    } else if (!client->greeted_us) {
      client->dropped = true;
    }
    start = end + 1;
  }
  unread.erase(0, start);
}

void GuiLink::Queue(Client* client, const std::string& text) {
  client->unsent += text;
  if (client->unsent.size() > kMaxUnsentBytes) client->dropped = true;
}

void GuiLink::Flush(Client* client) {
  if (client->dropped || client->unsent.empty()) return;
  const ssize_t sent = send(client->fd, client->unsent.data(), client->unsent.size(),
                            MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0) client->unsent.erase(0, static_cast<std::size_t>(sent));
  if (sent < 0 && errno != EAGAIN && errno != EINTR) client->dropped = true;
}

void GuiLink::SpreadOutbox() {
  std::uint64_t count = 0;
  (void)!::read(wake_, &count, sizeof(count));
  std::string lines;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    lines.swap(outbox_);
  }
  if (lines.empty()) return;
  for (Client& client : clients_) Queue(&client, lines);
}

}  // namespace host
}  // namespace pedal
