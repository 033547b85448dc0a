// Sends UDP datagrams to one numeric IPv4 address at a time, as on the board. [io]
#pragma once

#include <netinet/in.h>

class UdpClient {
 public:
  UdpClient();
  UdpClient(int port, const char* address);
  ~UdpClient();
  UdpClient(const UdpClient&) = delete;
  UdpClient& operator=(const UdpClient&) = delete;

  // False if there is no socket to be had. Before it, setPort and setServer throw
  // std::runtime_error, as on the board.
  bool setup(int port, const char* address);
  void cleanup();
  void setPort(int port);
  void setServer(const char* address);  // numeric; else every send fails

  // 1 when sent, -1 when not; waits for nothing.
  int send(void* message, int size);
  int write(const char* address, int port, void* bytes, int size);
  int setSocketBroadcast(int enable);

 private:
  int socket_ = -1;
  struct sockaddr_in destination_;
};
