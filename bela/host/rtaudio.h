// RtAudio where it is built in: PEDAL_HAS_RTAUDIO, and PEDAL_RTAUDIO_6 for its
// version 6, which differs from 5.
#pragma once

#if __has_include(<rtaudio/RtAudio.h>) && !defined(PEDAL_WITHOUT_RTAUDIO)
#define PEDAL_HAS_RTAUDIO 1
#include <rtaudio/RtAudio.h>
#if defined(RTAUDIO_VERSION_MAJOR) && RTAUDIO_VERSION_MAJOR >= 6
#define PEDAL_RTAUDIO_6 1
#endif
#endif
