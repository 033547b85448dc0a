"""Does the pedal repeat what was played? Echoes and rooms last longer than a model.

The response from dry to wet is taken over the whole recording at once, behind the
clipper that explains it best; energy that comes tens of milliseconds after the straight
sound, more than as long before it, is an echo. Before it nothing can come, so that
side shows what chance and distortion do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.ndimage import uniform_filter1d

from training.clippers import Clipping, clipped

Array = NDArray[np.float64]
RATE_HZ = 44100
BAND_HZ = (150.0, 5000.0)
PIECE = 441  # samples that energies are taken over
FIRST, LAST = 5, 120  # pieces behind the straight sound that are looked at
DAMPING = 3e-3  # of the mean power of dry: keeps bins that nobody played quiet


@dataclass(frozen=True)
class Echo:
    """seconds: of the loudest repeat; level_db: against the straight sound; strength: 1
    to 4 without an echo, 12 and more with one or a room."""

    seconds: float
    level_db: float
    strength: float


def response(dry: Array, wet: Array) -> Array:
    """Damped deconvolution of an aligned pair, (N,) each.

    returns: energies of the pieces from -LAST to LAST, the straight sound amid.
    """
    size = next_fast_len(len(dry) + LAST * PIECE, real=True)
    one, two = rfft(dry, size), rfft(wet, size)
    hz = rfftfreq(size, 1.0 / RATE_HZ)
    inside = (hz > BAND_HZ[0]) & (hz < BAND_HZ[1])
    power = np.abs(one) ** 2
    damped = power + DAMPING * power[inside].mean() + 1e-30
    heard = irfft(inside * one.conj() * two / damped, size)
    around = np.concatenate((heard[-LAST * PIECE :], heard[: LAST * PIECE]))
    return np.square(around).reshape(2 * LAST, PIECE).sum(axis=1)


def measure(dry: Array, wet: Array, clipper: Clipping) -> Echo:
    """What comes back, in an aligned pair, (N,) each, behind what the pedal is like."""
    energy = response(clipped(dry, clipper), wet)
    straight = energy[LAST - 2 : LAST + 2].max()
    behind = energy[LAST + FIRST :] + 1e-30
    before = energy[: LAST - FIRST][::-1] + 1e-30
    usual = np.maximum(uniform_filter1d(before, 9), 0.5 * before.mean())
    at = int((behind / usual).argmax())
    near = slice(0, len(behind) // 3)
    tail = max(behind[near].sum() / before[near].sum(), behind.sum() / before.sum())
    return Echo(
        seconds=(FIRST + at + 0.5) * PIECE / RATE_HZ,
        level_db=10.0 * float(np.log10(behind[at] / (straight + 1e-30) + 1e-12)),
        strength=float((behind / usual)[at] * max(1.0, tail)),
    )
