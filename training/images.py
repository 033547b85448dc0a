"""Images: what a sine comes back with that is no harmonic of it.

Aliases, images of frames and noise alike; a pedal itself has none. The sine is a whole
number of Hz and one second is listened to, so that harmonics are single bins.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44100
SINES_HZ = (220, 1244, 4186)
LEVEL = 0.5  # 1.0 is full scale
SETTLE_SECONDS = 1
FLOOR_DB = -150.0


def sine(hz: int, level: float = LEVEL) -> NDArray[np.float64]:
    """Two seconds and what a block of 16 wants to be whole.   returns: (N,)."""
    count = -(-(SETTLE_SECONDS + 1) * RATE_HZ // 16) * 16
    return level * np.sin(2.0 * np.pi * hz * np.arange(count) / RATE_HZ)


def images_db(played: NDArray[np.floating], hz: int) -> float:
    """Energy of all that is no harmonic over that of the harmonics, 0 Hz left out.

    played: (N,), what came of sine(hz), undelayed or not.
    """
    start = SETTLE_SECONDS * RATE_HZ
    power = np.abs(np.fft.rfft(np.asarray(played, float)[start : start + RATE_HZ])) ** 2
    harmonics = power[hz::hz].sum()
    others = power[1:].sum() - harmonics
    ratio = max(others, 0.0) / max(harmonics, 1e-30)
    return max(FLOOR_DB, float(10.0 * np.log10(max(ratio, 1e-30))))


def measure(
    play: Callable[[NDArray[np.float64]], NDArray[np.floating]],
) -> dict[str, float]:
    """Images of SINES_HZ through play, (N,) -> (N,), keyed by the sine's Hz."""
    return {str(hz): images_db(play(sine(hz)), hz) for hz in SINES_HZ}
