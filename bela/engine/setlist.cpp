// Editing the setlist, on the audio thread: copies within the array, nothing else.
#include "engine/setlist.h"

#include <cstring>

namespace pedal {

int Setlist::Find(const char* id) const PEDAL_REALTIME {
  for (int i = 0; i < count; ++i)
    if (std::strcmp(presets[i].id, id) == 0) return i;
  return -1;
}

bool Setlist::Save(const Preset& preset) PEDAL_REALTIME {
  const int found = Find(preset.id);
  if (found < 0 && count == kMaxPresets) return false;
  presets[found < 0 ? count++ : found] = preset;
  return true;
}

bool Setlist::Delete(const char* id) PEDAL_REALTIME {
  const int found = Find(id);
  if (found < 0) return false;
  overrides.Drop(presets[found].id);
  --count;
  for (int i = found; i < count; ++i) presets[i] = presets[i + 1];
  presets[count] = Preset();
  return true;
}

bool Setlist::Move(const char* id, int place) PEDAL_REALTIME {
  const int found = Find(id);
  if (found < 0) return false;
  const int to = place < count ? place : count - 1;
  const Preset moved = presets[found];
  const int step = to > found ? 1 : -1;
  for (int i = found; i != to; i += step) presets[i] = presets[i + step];
  presets[to] = moved;
  return true;
}

}  // namespace pedal
