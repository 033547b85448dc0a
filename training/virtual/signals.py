"""Test signals that teach what a guitar seldom plays: sweeps, tones, noise."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44100
PIECE_SECONDS = 1.5


def sweep(
    rng: np.random.Generator, seconds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Exponential sweep, up or down, between two random pitches of 40 to 9000 Hz."""
    low, high = np.sort(np.exp(rng.uniform(np.log(40.0), np.log(9000.0), 2)))
    rate = np.log(high / low + 1e-3) / seconds[-1]
    wave = np.sin(2.0 * np.pi * low / rate * np.expm1(rate * seconds))
    return wave if rng.random() < 0.5 else wave[::-1]


def tone(rng: np.random.Generator, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """One to three sines of 60 to 6000 Hz, steady or decaying."""
    wave = np.zeros_like(seconds)
    for _ in range(rng.integers(1, 4)):
        hz = np.exp(rng.uniform(np.log(60.0), np.log(6000.0)))
        wave += np.sin(2.0 * np.pi * (hz * seconds + rng.random()))
    return wave * np.exp(-seconds * rng.choice([0.0, 1.0, 4.0]))


def noise(
    rng: np.random.Generator, seconds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Noise that falls by 6 dB an octave above a random corner."""
    hz = np.fft.rfftfreq(len(seconds), 1.0 / RATE_HZ)
    corner_hz = np.exp(rng.uniform(np.log(200.0), np.log(8000.0)))
    bins = rng.standard_normal((2, len(hz)))
    return np.fft.irfft(
        (bins[0] + 1j * bins[1]) / (1.0 + 1j * hz / corner_hz), len(seconds)
    )


def synthetic(seconds: float, seed: int) -> NDArray[np.float32]:
    """A run of random pieces with short silences between.

    returns: (seconds * 44100,), peaks of 0.002 to 1.0. The same seed, the same audio.
    """
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(PIECE_SECONDS * RATE_HZ)) / RATE_HZ
    fade = np.minimum(1.0, np.minimum(time_s, time_s[::-1]) / 0.005)
    total, pieces = int(seconds * RATE_HZ), []
    while sum(map(len, pieces)) < total:
        wave = (sweep, tone, noise)[rng.integers(3)](rng, time_s) * fade
        level = 10.0 ** (
            -(rng.uniform(0.0, 2.7) ** 1.5) / 1.65
        )  # most are loud, 0..-54 dB
        pieces.append(level * wave / max(np.abs(wave).max(), 1e-9))
        pieces.append(np.zeros(int(rng.uniform(0.0, 0.3) * RATE_HZ)))
    return (
        np.concatenate(pieces)[:total].astype(np.float32)
        if pieces
        else np.zeros(0, np.float32)
    )
