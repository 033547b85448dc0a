"""Loudness after ITU-R BS.1770, and levels in dBFS."""

import math

import numpy as np
import pyloudnorm
from numpy.typing import NDArray

RATE_HZ = 44100
FLOOR_DBFS = -200.0


def integrated_lufs(audio: NDArray[np.floating]) -> float:
    """Gated loudness of (N,) audio at 44,100 Hz, in LUFS; -inf for silence."""
    return float(
        pyloudnorm.Meter(RATE_HZ).integrated_loudness(np.asarray(audio, float))
    )


def level_dbfs(audio: NDArray[np.floating]) -> float:
    """RMS of all samples over full scale, offset included; never below -200 dBFS."""
    rms = float(np.sqrt(np.mean(np.square(np.asarray(audio, float)))))
    return max(FLOOR_DBFS, 20.0 * math.log10(rms)) if rms > 0.0 else FLOOR_DBFS
