// Bela's Gui on a laptop: its control channel only, over loopback TCP
// (host/gui_link.h).
//
// PEDAL_GUI_LINK_PORT names the port; absent or 0 there is no server and everything
// sent goes nowhere. The port given to setup() is the board's WebSocket and is not
// opened.
#pragma once

#include <DataBuffer.h>
#include <JSON.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

class Gui {
 public:
  typedef std::function<bool(JSONObject&, void*)> ControlCallback;

  Gui();
  Gui(unsigned int port, std::string address);
  ~Gui();
  Gui(const Gui&) = delete;
  Gui& operator=(const Gui&) = delete;

  int setup(unsigned int port = 5555, std::string address = "gui");  // [setup]
  int setup(std::string projectName, unsigned int port = 5555,
            std::string address = "gui");
  void cleanup();

  // Buffers exist and stay zero: nothing writes to them on a laptop.
  unsigned int setBuffer(char bufferType, unsigned int size);
  DataBuffer& getDataBuffer(unsigned int bufferId);  // throws std::runtime_error

  // Called on the Gui's thread for each JSON object that arrives. Set it before setup()
  // to miss none.
  void setControlDataCallback(ControlCallback callback, void* callbackArg = nullptr);

  // Queues one object for all clients; never waits for a client. 0 is success. [io]
  int sendControl(const JSONValue* root);

  template <typename T, typename A>
  int sendBuffer(unsigned int, std::vector<T, A>&) {
    return 0;
  }
  template <typename T, std::size_t N>
  int sendBuffer(unsigned int, T (&)[N]) {
    return 0;
  }
  template <typename T>
  int sendBuffer(unsigned int, T*, std::size_t) {
    return 0;
  }
  template <typename T>
  int sendBuffer(unsigned int, T) {
    return 0;
  }

 private:
  class Control;
  std::unique_ptr<Control> control_;
  std::vector<DataBuffer> buffers_;
  std::string project_name_;
};
