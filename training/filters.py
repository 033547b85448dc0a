"""Analogue filters of the first order, sampled, as a clipper has them around it."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.signal import bilinear, lfilter

Array = NDArray[np.floating]
RATE_HZ = 44100


def high_passed(audio: Array, hz: float) -> Array:
    """Behind a high pass with this corner, (N,)."""
    time_s = 1.0 / (2.0 * math.pi * hz)
    return filtered(audio, [time_s, 0.0], [time_s, 1.0])


def low_passed(audio: Array, hz: float) -> Array:
    """Behind a low pass with this corner, (N,)."""
    time_s = 1.0 / (2.0 * math.pi * hz)
    return filtered(audio, [1.0], [time_s, 1.0])


def filtered(audio: Array, top: list[float], bottom: list[float]) -> Array:
    """Behind an analogue filter of s, (N,), in the precision it came in."""
    parts = (part.astype(audio.dtype) for part in bilinear(top, bottom, RATE_HZ))
    return lfilter(*parts, audio)


def rms_of(audio: Array) -> float:
    """Root mean square, (N,); never zero."""
    return math.sqrt(float(np.mean(np.square(audio)))) + 1e-12
