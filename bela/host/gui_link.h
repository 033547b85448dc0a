// The Gui's control channel on a laptop: one JSON object a line over loopback TCP.
//
// A thread of its own serves at most kMaxClients; nothing here waits for a client, and
// nothing here meets the audio thread. A client is dropped when a line of its is longer
// than kMaxLineBytes, when it does not take what it is sent, or when its first line is
// no JSON object (a browser that was tricked into posting here opens with HTTP).
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace pedal {
namespace host {

class GuiLink {
 public:
  static constexpr std::size_t kMaxLineBytes = 16384;  // as Bela's WebSocket server
  static constexpr std::size_t kMaxClients = 4;
  static constexpr std::size_t kMaxUnsentBytes = 256 * 1024;  // of a slow client

  // Takes one line; false if it was no JSON object. Called on the link's thread.
  using LineHandler = std::function<bool(const std::string&)>;

  // port 0 lets the system choose. `greeting` is sent to each client that connects.
  // Throws Error if the port is taken.
  GuiLink(int port, std::string greeting, LineHandler on_line);
  ~GuiLink();

  int port() const { return port_; }

  // Queues a line for all clients. [io]
  void Send(const std::string& line);

 private:
  struct Client {
    int fd = -1;
    bool greeted_us = false;  // has sent a JSON object
    bool dropped = false;
    std::string unread;
    std::string unsent;
  };

  void Run();
  void Accept();
  void Receive(Client* client);
  void HandleLines(Client* client);
  void Queue(Client* client, const std::string& text);
  void Flush(Client* client);
  void SpreadOutbox();
  void Wake();

  int listener_ = -1;
  int wake_ = -1;
  int port_ = 0;
  std::string greeting_;
  LineHandler on_line_;
  std::vector<Client> clients_;  // of the thread alone
  std::mutex mutex_;
  std::string outbox_;  // whole lines; guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace host
}  // namespace pedal
