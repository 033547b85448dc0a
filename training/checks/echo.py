"""Does the pedal repeat what was played? Echoes and rooms last longer than a model.

The response from dry to wet is taken over the whole recording at once, behind the
clipper that explains most; energy that comes tens of milliseconds after the straight
sound, more than as long before it, is an echo. Before it nothing can come, so that
side shows what chance and distortion do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from training.causal import PLAIN_CLIPPERS, clipped

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
    size = 1 << int(np.ceil(np.log2(len(dry) + LAST * PIECE)))
    one, two = np.fft.rfft(dry, size), np.fft.rfft(wet, size)
    hz = np.fft.rfftfreq(size, 1.0 / RATE_HZ)
    inside = (hz > BAND_HZ[0]) & (hz < BAND_HZ[1])
    power = np.abs(one) ** 2
    damped = power + DAMPING * power[inside].mean() + 1e-30
    heard = np.fft.irfft(inside * one.conj() * two / damped, size)
    around = np.concatenate((heard[-LAST * PIECE :], heard[: LAST * PIECE]))
    return np.square(around).reshape(2 * LAST, PIECE).sum(axis=1)


def measure(dry: Array, wet: Array) -> Echo:
    """What comes back, in an aligned pair, (N,) each."""
    found = [response(clipped(dry, clipper), wet) for clipper in PLAIN_CLIPPERS]
    straight, energy = max(
        ((e[LAST - 2 : LAST + 2].max() / (e.sum() + 1e-30), e) for e in found),
        key=lambda one: one[0],
    )
    straight *= energy.sum()
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
