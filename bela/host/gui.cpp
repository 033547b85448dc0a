// Gui's control messages: from the link or a performance file to the program's
// callback, and from the program to the link. [io]
#include <libraries/Gui/Gui.h>

#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "host/errors.h"
#include "host/gui_link.h"
#include "host/inbox.h"

namespace {

using pedal::host::GuiLink;
using pedal::host::Inbox;

int LinkPort() {
  const char* text = std::getenv("PEDAL_GUI_LINK_PORT");
  if (text == nullptr || *text == '\0') return 0;
  char* end = nullptr;
  const long port = std::strtol(text, &end, 10);
  if (*end == '\0' && port >= 0 && port < 65536) return static_cast<int>(port);
  pedal::host::Die("PEDAL_GUI_LINK_PORT: found \"" + std::string(text) +
                   "\", expected 0 to 65535");
}

std::string ToText(const JSONValue& value) {
  const std::wstring wide = value.Stringify();
  return std::string(wide.begin(), wide.end());  // Stringify gives ASCII only
}

std::string Greeting(const std::string& project) {
  JSONObject greeting;
  greeting[L"event"] = new JSONValue(L"connection");
  if (!project.empty()) greeting[L"projectName"] = new JSONValue(JSON::s2ws(project));
  return ToText(JSONValue(greeting));
}

}  // namespace

class Gui::Control {
 public:
  Control() {
    Inbox::Get().AddGui(this, [this](const std::string& line) { OnLine(line); });
  }
  ~Control() { Inbox::Get().Remove(this); }

  void SetCallback(ControlCallback callback, void* argument) {
    std::lock_guard<std::mutex> lock(mutex_);
    callback_ = std::move(callback);
    argument_ = argument;
  }

  void Open(const std::string& project) try {
    link_.reset();
    const int port = LinkPort();
    if (port == 0 || Inbox::Get().IsOffline()) return;
    link_.reset(new GuiLink(port, Greeting(project),
                            [this](const std::string& line) { return OnLine(line); }));
  } catch (const pedal::host::Error& error) {
    pedal::host::Die(error.what());
  }

  void Close() { link_.reset(); }

  void Send(const JSONValue& value) {
    if (link_) link_->Send(ToText(value));
  }

 private:
  bool OnLine(const std::string& line) {
    std::unique_ptr<JSONValue> value(JSON::Parse(line.c_str()));
    if (!value || !value->IsObject()) return false;
    std::unique_lock<std::mutex> lock(mutex_);
    const ControlCallback callback = callback_;
    void* argument = argument_;
    lock.unlock();
    JSONObject object = value->AsObject();
    if (callback) callback(object, argument);
    return true;
  }

  std::mutex mutex_;
  ControlCallback callback_;
  void* argument_ = nullptr;
  std::unique_ptr<GuiLink> link_;
};

Gui::Gui() : control_(new Control) {}
Gui::Gui(unsigned int port, std::string address) : Gui() { setup(port, address); }
Gui::~Gui() {}

int Gui::setup(unsigned int, std::string) {
  control_->Open(project_name_);
  return 0;
}

int Gui::setup(std::string projectName, unsigned int port, std::string address) {
  project_name_ = std::move(projectName);
  return setup(port, std::move(address));
}

void Gui::cleanup() { control_->Close(); }

unsigned int Gui::setBuffer(char bufferType, unsigned int size) {
  buffers_.emplace_back(bufferType, size);
  return static_cast<unsigned int>(buffers_.size() - 1);
}

DataBuffer& Gui::getDataBuffer(unsigned int bufferId) {
  if (bufferId >= buffers_.size())
    throw std::runtime_error("Gui: no buffer " + std::to_string(bufferId));
  return buffers_[bufferId];
}

void Gui::setControlDataCallback(ControlCallback callback, void* callbackArg) {
  control_->SetCallback(std::move(callback), callbackArg);
}

int Gui::sendControl(const JSONValue* root) {
  if (root == nullptr) return -1;
  control_->Send(*root);
  return 0;
}
