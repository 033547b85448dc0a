// The Bela API on a laptop: the portable subset that render.cpp uses, same signatures.
//
// Written from the behaviour of the board (API 1.13 to 1.18), not copied from it. What
// is absent here is absent on some board too. Thread tags: [audio] may be called in
// render(), [setup] only before the audio starts, [any] everywhere.
#pragma once

#define PEDAL_ON_A_LAPTOP 1  // no board has this

#define BELA_MAJOR_VERSION 1
#define BELA_MINOR_VERSION 13
#define BELA_BUGFIX_VERSION 0

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BELA_AUDIO_PRIORITY 95
#define MAX_PROJECTNAME_LENGTH 256

#define BELA_FLAG_INTERLEAVED (1 << 0)
#define BELA_FLAG_ANALOG_OUTPUTS_PERSIST (1 << 1)
#define BELA_FLAG_DETECT_UNDERRUNS (1 << 2)
#define BELA_FLAG_OFFLINE (1 << 3)  // no clock runs: render() is called back to back

#ifdef __cplusplus
extern "C" {
#endif

// One block, as setup(), render() and cleanup() see it; constant to the program except
// for what the pointers lead to. Audio is -1..1, interleaved; analog 0..1; digital one
// word a frame: bits 0-15 direction (1 = input), bits 16-31 value.
typedef struct {
  const float* const audioIn;
  float* const audioOut;  // never cleared: write every sample
  const float* const analogIn;
  float* const analogOut;
  uint32_t* const digital;
  const uint32_t audioFrames;
  const uint32_t audioInChannels;
  const uint32_t audioOutChannels;
  const float audioSampleRate;
  const uint32_t analogFrames;
  const uint32_t analogInChannels;
  const uint32_t analogOutChannels;
  const float analogSampleRate;
  const uint32_t digitalFrames;
  const uint32_t digitalChannels;
  const float digitalSampleRate;
  const uint64_t audioFramesElapsed;  // at the first frame of this block
  const uint32_t multiplexerChannels;
  const uint32_t multiplexerStartingChannel;
  const float* const multiplexerAnalogIn;
  const uint32_t audioExpanderEnabled;
  const uint32_t flags;
  char projectName[MAX_PROJECTNAME_LENGTH];
  const unsigned int underrunCount;
} BelaContext;

// What a program may want to change before the start; the rest of the board's settings
// concern hardware that a laptop does not have.
typedef struct {
  int periodSize;
  int useAnalog;
  int useDigital;
  int numAnalogInChannels;  // 2, 4 or 8
  int numAnalogOutChannels;
  int numDigitalChannels;
  int detectUnderruns;
  int verbose;
  int interleave;            // only 1 on a laptop
  int analogOutputsPersist;  // taken, without effect: there are no analog outputs
  int uniformSampleRate;     // 1: one analog reading a frame, as on a Bela Gem
  unsigned int audioThreadStackSize;
  unsigned int auxiliaryTaskStackSize;
  bool (*setup)(BelaContext*, void*);
  void (*render)(BelaContext*, void*);
  void (*cleanup)(BelaContext*, void*);
  char* projectName;
} BelaInitSettings;

// The three functions of a Bela program. setup() returns false to refuse the start.
bool setup(BelaContext* context, void* userData);
void render(BelaContext* context, void* userData);
void cleanup(BelaContext* context, void* userData);

// Fills in the board's defaults, then lets the program change them, when it defines
// Bela_userSettings. The command line comes last. [setup]
void Bela_defaultSettings(BelaInitSettings* settings);
void Bela_userSettings(BelaInitSettings* settings);
#pragma weak Bela_userSettings

// getopt_long over Bela's own options and the caller's: returns the caller's option,
// -1 at the end, '?' for an unknown one. [setup]
struct option;
int Bela_getopt_long(int argc, char* const argv[], const char* customShortOptions,
                     const struct option* customLongOptions,
                     BelaInitSettings* settings);
void Bela_usage();
void Bela_getVersion(int* major, int* minor, int* bugfix);
void Bela_setUserData(void* newUserData);

// Asks for the end; the program fades out while Bela_stopRequested() is not 0. [any]
extern int volatile gShouldStop;
void Bela_requestStop();
int Bela_stopRequested();

// On the board these print from the audio thread; on a laptop they are stdio. [io]
int rt_printf(const char* format, ...) __attribute__((format(printf, 1, 2)));
int rt_fprintf(FILE* stream, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
int rt_vprintf(const char* format, va_list arguments);
int rt_vfprintf(FILE* stream, const char* format, va_list arguments);

// A meter of load. Every `count` tics, percentage = 100 * busy / total, and both start
// again; the first percentage counts from an unset clock and means nothing.
typedef struct {
  int count;  // tic/toc pairs in one measurement; 0 is off
  unsigned int currentCount;
  long long unsigned int busy;   // ns from tic to toc, summed
  long long unsigned int total;  // ns from tic to tic, summed
  struct timespec tic;
  struct timespec toc;
  float percentage;
} BelaCpuData;

int Bela_cpuMonitoringInit(int count);  // [setup]; 0 does nothing
BelaCpuData* Bela_cpuMonitoringGet();
void Bela_cpuTic(BelaCpuData* data);  // [audio]
void Bela_cpuToc(BelaCpuData* data);  // [audio]

// A function in a thread of its own, run once for each schedule that finds it waiting.
// A schedule that finds it busy is lost, not queued. Priority 0 is an ordinary thread.
typedef void* AuxiliaryTask;
#ifdef __cplusplus
AuxiliaryTask Bela_createAuxiliaryTask(void (*callback)(void*), int priority,
                                       const char* name, void* arg = NULL);  // [setup]
AuxiliaryTask Bela_runAuxiliaryTask(void (*callback)(void*), int priority = 0,
                                    void* arg = nullptr);  // [setup]
#else
AuxiliaryTask Bela_createAuxiliaryTask(void (*callback)(void*), int priority,
                                       const char* name, void* arg);
#endif
int Bela_scheduleAuxiliaryTask(AuxiliaryTask task);  // [audio]; EBUSY when lost

enum {
  INPUT = 0,
  OUTPUT = 1
};  // for pinMode; the direction bit is the other way round
enum { LOW = 0, HIGH = 1 };

// ---- helpers, all [audio]; no bounds are checked, as on the board ------------------

static inline float audioRead(BelaContext* context, int frame, int channel) {
  return context->audioIn[frame * context->audioInChannels + channel];
}

static inline void audioWrite(BelaContext* context, int frame, int channel,
                              float value) {
  context->audioOut[frame * context->audioOutChannels + channel] = value;
}

static inline float analogRead(BelaContext* context, int frame, int channel) {
  return context->analogIn[frame * context->analogInChannels + channel];
}

static inline void analogWriteOnce(BelaContext* context, int frame, int channel,
                                   float value) {
  context->analogOut[frame * context->analogOutChannels + channel] = value;
}

static inline void analogWrite(BelaContext* context, int frame, int channel,
                               float value) {
  for (uint32_t at = frame; at < context->analogFrames; ++at)
    analogWriteOnce(context, at, channel, value);
}

static inline int digitalRead(BelaContext* context, int frame, int channel) {
  return (context->digital[frame] >> (channel + 16)) & 1;
}

// This frame only; the next frames keep what they had.
static inline void digitalWriteOnce(BelaContext* context, int frame, int channel,
                                    int value) {
  const uint32_t bit = UINT32_C(1) << (channel + 16);
  const uint32_t word = context->digital[frame];
  context->digital[frame] = value ? (word | bit) : (word & ~bit);
}

// This frame, the rest of the block, and the blocks after it.
static inline void digitalWrite(BelaContext* context, int frame, int channel,
                                int value) {
  for (uint32_t at = frame; at < context->digitalFrames; ++at)
    digitalWriteOnce(context, at, channel, value);
}

static inline void pinModeOnce(BelaContext* context, int frame, int channel, int mode) {
  const uint32_t bit = UINT32_C(1) << channel;
  const uint32_t word = context->digital[frame];
  context->digital[frame] = mode == INPUT ? (word | bit) : (word & ~bit);
}

static inline void pinMode(BelaContext* context, int frame, int channel, int mode) {
  for (uint32_t at = frame; at < context->digitalFrames; ++at)
    pinModeOnce(context, at, channel, mode);
}

#ifdef __cplusplus
}
#endif

#ifndef BELA_DONT_INCLUDE_UTILITIES
#include <Utilities.h>
#endif
