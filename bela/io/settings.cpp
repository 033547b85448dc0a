// How this pedal is set up: reads and checks the environment.
#include "io/settings.h"

#include <cstdlib>
#include <cstring>
#include <random>
#include <sstream>

#include "engine/finite.h"

namespace pedal {
namespace {

const char* Get(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string ReadPort(const char* name, int* port) {
  const char* text = Get(name);
  if (!*text) return "";
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (*end || value < 0 || value > 65535)
    return std::string(name) + ": found " + text + ", expected a port from 0 to 65535";
  *port = static_cast<int>(value);
  return "";
}

std::string ReadBurn(int* percent) {
  const char* text = Get("PEDAL_BURN_PERCENT");
  if (!*text) return "";
  char* end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (*end || value < 0 || value > 200)
    return std::string("PEDAL_BURN_PERCENT: found ") + text + ", expected 0 to 200";
  *percent = static_cast<int>(value);
  return "";
}

std::string ReadControl(Permission* control) {
  if (!*Get("PEDAL_CONTROL")) return "";
  const std::string wrong = control->Read(Get("PEDAL_CONTROL"));
  if (wrong.empty()) return "";
  return "PEDAL_CONTROL: found " + wrong +
         ", expected IPv4 addresses and nets like 192.168.7.0/24, comma-separated";
}

std::string ReadParams(const char* text, float* params, bool* named) {
  std::istringstream pairs(text);
  std::string pair;
  while (std::getline(pairs, pair, ',')) {
    const std::size_t equals = pair.find('=');
    bool known = false;
    for (int p = 0; p < protocol::kNumParams; ++p) {
      if (equals == std::string::npos ||
          pair.substr(0, equals) != protocol::kParams[p].id)
        continue;
      const char* text_of_value = pair.c_str() + equals + 1;
      char* end = nullptr;
      params[p] = std::strtof(text_of_value, &end);
      known = end != text_of_value && !*end && IsFinite(params[p]);
      named[p] = true;
    }
    if (!known) return "PEDAL_PARAMS: found " + pair + ", expected a parameter=value";
  }
  return "";
}

std::vector<std::string> ReadBanks(const char* text, const std::string& data) {
  std::vector<std::string> folders;
  std::istringstream list(text);
  std::string folder;
  while (std::getline(list, folder, ':'))
    if (!folder.empty()) folders.push_back(folder);
  if (*text) return folders;
  if (!data.empty()) folders.push_back(data + "/banks");
  folders.push_back("banks");
  return folders;
}

std::string MakeBootId() {
  static const char kDigits[] = "0123456789abcdef";
  std::random_device device;
  std::string id;
  for (int i = 0; i < 8; ++i) id += kDigits[device() % 16];
  return id;
}

}  // namespace

std::string ReadSettings(Settings* settings) {
  if (*Get("PEDAL_BANK")) settings->bank = Get("PEDAL_BANK");
  settings->data_asked = std::getenv("PEDAL_DATA") != nullptr;
  if (settings->data_asked) settings->data = Get("PEDAL_DATA");
  settings->last_bank =
      !*Get("PEDAL_BANK") || std::strcmp(Get("PEDAL_LAST_BANK"), "1") == 0;
  settings->banks = ReadBanks(Get("PEDAL_BANKS"), settings->data);
  settings->boot_id = *Get("PEDAL_BOOT_ID") ? Get("PEDAL_BOOT_ID") : MakeBootId();
  settings->timeline = Get("PEDAL_TIMELINE");
  settings->allow_faults = std::strcmp(Get("PEDAL_ALLOW_FAULTS"), "1") == 0;
  std::strncpy(settings->engine.effect, Get("PEDAL_EFFECT"), kIdSize - 1);
  std::strncpy(settings->engine.preset, Get("PEDAL_PRESET"), kIdSize - 1);
  settings->engine.bypass = std::strcmp(Get("PEDAL_BYPASS"), "1") == 0;
  settings->named.bypass = *Get("PEDAL_BYPASS") != 0;
  settings->named.block = *Get("PEDAL_MODEL_BLOCK") != 0;
  if (std::strcmp(Get("PEDAL_MODEL_BLOCK"), "16") == 0)
    settings->engine.block = 16;
  else if (*Get("PEDAL_MODEL_BLOCK") && std::strcmp(Get("PEDAL_MODEL_BLOCK"), "1") != 0)
    return std::string("PEDAL_MODEL_BLOCK: found ") + Get("PEDAL_MODEL_BLOCK") +
           ", expected 1 or 16";
  if (std::strcmp(Get("PEDAL_RAW"), "1") == 0)
    settings->engine.chain = Chain::kModelAlone;
  std::string wrong =
      ReadParams(Get("PEDAL_PARAMS"), settings->engine.params, settings->named.params);
  if (wrong.empty()) wrong = ReadPort("PEDAL_OSC_PORT", &settings->osc_port);
  if (wrong.empty()) wrong = ReadPort("PEDAL_GUI_PORT", &settings->gui_port);
  if (wrong.empty()) wrong = ReadControl(&settings->control);
  if (wrong.empty() && settings->allow_faults)
    wrong = ReadBurn(&settings->burn_percent);
  return wrong;
}

}  // namespace pedal
