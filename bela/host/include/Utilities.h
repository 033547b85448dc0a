// map, constrain, min and max as in the Wiring language; left out where the program
// defines BELA_DONT_INCLUDE_UTILITIES, for they clash with <algorithm>.
#pragma once

static inline float map(float x, float in_min, float in_max, float out_min,
                        float out_max) {
  return out_min + (x - in_min) * (out_max - out_min) / (in_max - in_min);
}

static inline float min(float x, float y) { return x < y ? x : y; }

static inline float max(float x, float y) { return x > y ? x : y; }

static inline float constrain(float x, float min_val, float max_val) {
  return max(min_val, min(x, max_val));
}
