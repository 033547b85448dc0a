// What the host's tests share: a fresh stop flag, waiting with a deadline, sockets,
// WAVs.
#pragma once

#include <Bela.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sndfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "host/auxiliary.h"

namespace host_test {

// The stop flag is the program's; each test starts and leaves it unset.
struct FreshStop {
  FreshStop() { gShouldStop = 0; }
  ~FreshStop() {
    pedal::host::StopAuxiliaryTasks();
    gShouldStop = 0;
  }
};

// True as soon as `happened` is, false after 5 s.
inline bool Eventually(const std::function<bool()>& happened) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!happened()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::yield();
  }
  return true;
}

inline sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A UDP socket on a port of the system's choice.
class UdpPeer {
 public:
  UdpPeer() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~UdpPeer() { close(fd_); }
  UdpPeer(const UdpPeer&) = delete;
  UdpPeer& operator=(const UdpPeer&) = delete;

  int port() const { return port_; }
  void Send(int port, const std::string& bytes) {
    const sockaddr_in to = Loopback(port);
    sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
           sizeof(to));
  }
  std::string Receive() {  // "" after 5 s
    pollfd waiting = {fd_, POLLIN, 0};
    char bytes[2048];
    if (poll(&waiting, 1, 5000) != 1) return "";
    const ssize_t size = recv(fd_, bytes, sizeof(bytes), 0);
    return std::string(bytes, size > 0 ? static_cast<std::size_t>(size) : 0);
  }

 private:
  int fd_;
  int port_ = 0;
};

inline int FreeUdpPort() { return UdpPeer().port(); }

// A TCP client that reads lines.
class LineClient {
 public:
  explicit LineClient(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in to = Loopback(port);
    connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  }
  ~LineClient() { close(fd_); }
  LineClient(const LineClient&) = delete;
  LineClient& operator=(const LineClient&) = delete;

  void Send(const std::string& bytes) {
    (void)!::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  std::string Line() {  // "" when the server has hung up, or after 5 s
    while (unread_.find('\n') == std::string::npos)
      if (!Fill()) return "";
    const std::size_t end = unread_.find('\n');
    const std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    return line;
  }
  bool IsHungUp() {  // reads away what is left
    while (Fill()) {
    }
    return hung_up_;
  }

 private:
  bool Fill() {
    pollfd waiting = {fd_, POLLIN, 0};
    char bytes[4096];
    if (poll(&waiting, 1, 5000) != 1) return false;
    const ssize_t size = recv(fd_, bytes, sizeof(bytes), 0);
    hung_up_ = size <= 0;
    if (!hung_up_) unread_.append(bytes, static_cast<std::size_t>(size));
    return !hung_up_;
  }

  int fd_;
  bool hung_up_ = false;
  std::string unread_;
};

// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string name = std::string(P_tmpdir) + "/pedal-host-test-XXXXXX";
    path_ = mkdtemp(&name[0]);
  }
  ~Folder() { (void)!std::system(("rm -r '" + path_ + "'").c_str()); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline void WriteWav(const std::string& path, const std::vector<float>& samples,
                     int channels = 1, int rate = 44100) {
  SF_INFO info = {};
  info.channels = channels;
  info.samplerate = rate;
  info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
  sf_close(file);
}

// What the message of a thrown error is, "" if nothing was thrown.
inline std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace host_test
