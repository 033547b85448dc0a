"""Figures of a model from what goes in and what comes out: errors, images, idle.

A model is a function from audio (N,) to audio (N,) at 44,100 Hz, however it is played.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training import loudness

Array = NDArray[np.floating]
Play = Callable[[Array], Array]

RATE_HZ = 44100
TONES_HZ = (220, 1244, 4186)
TONE_LEVEL = 0.5
LISTEN_S = 4  # bins of 0.25 Hz: tones and the images of frames of 16 fall on bins
SETTLE_S = 1.0
FLOOR_DB = -150.0
STEP_S = 0.05  # windows that a level is told of
TRACKED_HZ, TRACKED_S = 220, 0.5  # a sine, and how long it is listened to at a level
TRACKED_DBFS = (-60, -48, -36, -24, -18, -12, -6, 0)  # its peaks
LEVELS_DBFS = (-60, -48, -36, -24, -18, -12, -6, 0)  # edges


def error_to_signal(heard: Array, wanted: Array) -> float:
    """Energy of the error over the target's: ESR, 0 is perfect. (N,) each."""
    error = np.asarray(heard, float) - wanted
    return float(np.sum(error**2) / max(np.sum(np.asarray(wanted, float) ** 2), 1e-12))


def mean_square(heard: Array, wanted: Array) -> float:
    """Mean square error, full scale squared."""
    return float(np.mean((np.asarray(heard, float) - wanted) ** 2))


def offset(heard: Array, wanted: Array) -> float:
    """Square of the mean error over the target's mean square: DC in the ESR."""
    mean = float(np.mean(np.asarray(heard, float) - wanted))
    return mean**2 / max(float(np.mean(np.asarray(wanted, float) ** 2)), 1e-12)


def spectral_distance(heard: Array, wanted: Array) -> float:
    """Multi-resolution STFT loss, by the library auraloss with its own settings.

    Source: Steinmetz and Reiss, auraloss: audio focused loss functions in PyTorch.
    Raises ModuleNotFoundError where auraloss is not installed.
    """
    import torch
    from auraloss.freq import MultiResolutionSTFTLoss

    signals = [
        torch.tensor(np.asarray(x, np.float32))[None, None] for x in (heard, wanted)
    ]
    with torch.no_grad():
        return float(MultiResolutionSTFTLoss()(*signals))


def images_db(play: Play, hz: int, level: float = TONE_LEVEL) -> float:
    """Non-harmonic over harmonic energy of a steady sine, in dB; offset left out.

    hz: a whole number. What aliases or repeats a frame falls between the harmonics.
    """
    count = round((SETTLE_S + LISTEN_S) * RATE_HZ)
    tone = level * np.sin(2.0 * np.pi * hz * np.arange(count) / RATE_HZ)
    heard = np.asarray(play(tone.astype(np.float32)), float)[-LISTEN_S * RATE_HZ :]
    power = np.abs(np.fft.rfft(heard)) ** 2
    power[0] = 0.0
    harmonics = np.arange(hz, RATE_HZ // 2, hz) * LISTEN_S
    harmonic = float(power[harmonics].sum())
    ratio = max(float(power.sum()) - harmonic, 0.0) / max(harmonic, 1e-20)
    return max(FLOOR_DB, 10.0 * float(np.log10(max(ratio, 1e-20))))


def idle_dbfs(play: Play) -> float:
    """The loudest of a second of silence, from rest and 3 s after a loud burst."""
    rng, count = np.random.default_rng(0), round(0.5 * RATE_HZ)
    burst = np.clip(0.5 * rng.standard_normal(count), -1.0, 1.0)
    pause = np.zeros(4 * RATE_HZ)
    heard = play(np.concatenate((pause, burst, pause)).astype(np.float32))
    rest, after = heard[3 * RATE_HZ : 4 * RATE_HZ], heard[-RATE_HZ:]
    return max(loudness.level_dbfs(rest), loudness.level_dbfs(after))


def errors_by_level(
    dry: Array, heard: Array, wanted: Array
) -> list[tuple[float, float, float]]:
    """ESR where the input is so loud: (from dBFS, seconds, ESR) a level played."""
    size = round(STEP_S * RATE_HZ)
    count = len(dry) // size
    rows = [
        np.asarray(x[: count * size], float).reshape(count, size)
        for x in (dry, heard, wanted)
    ]
    level = np.array([loudness.level_dbfs(window) for window in rows[0]])
    found = []
    for low, high in pairwise(LEVELS_DBFS):
        chosen = (level >= low) & (level < high)
        if chosen.any():
            error = error_to_signal(rows[1][chosen].ravel(), rows[2][chosen].ravel())
            found.append((float(low), float(chosen.sum() * STEP_S), error))
    return found


def levels_through(play: Play) -> list[float]:
    """RMS in dBFS behind a sine of 220 Hz at each level of TRACKED_DBFS, soft first.

    Half a second of each settles, as long is listened to; offset included.
    """
    half = round(TRACKED_S * RATE_HZ)
    sine = np.sin(2.0 * np.pi * TRACKED_HZ * np.arange(2 * half) / RATE_HZ)
    tones = np.concatenate([10.0 ** (level / 20.0) * sine for level in TRACKED_DBFS])
    heard = np.asarray(play(tones.astype(np.float32))).reshape(-1, 2 * half)
    return [loudness.level_dbfs(tone[half:]) for tone in heard]


def transfer(dry: Array, wet: Array, points: int = 4000) -> tuple[Array, Array]:
    """Input against output, sample by sample, for a picture, the lowest input first.

    Returns (P,) twice, P at most `points`: levels that are often played are seen often.
    """
    order = np.argsort(np.asarray(dry))
    chosen = order[np.linspace(0, len(order) - 1, min(points, len(order))).astype(int)]
    return np.asarray(dry)[chosen], np.asarray(wet)[chosen]
