"""Does the pedal itself move, as single notes tell it? Their partials then sway.

A plucked note's partials fall evenly, through a clipper too; a chorus, flanger, phaser
or tremolo makes them swell and fall by decibels. Notes are recorded one by one, so no
oscillator runs through them all and motion.py has nothing to hold on to.
Letters: N samples, F bins, T frames.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks, stft

Array = NDArray[np.float64]
RATE_HZ = 44100
SIZE, HOP = 4096, 512
BAND_HZ = (70.0, 6000.0)
ATTACK_SECONDS, END_SECONDS = 0.25, 0.3  # of a note that are not looked at
STRONG_DB = 20.0  # below the strongest partial, at most
APART = 4  # bins between partials
LEAST_FRAMES = 40


def of_note(note: Array) -> float:
    """How many dB rms a note's partials leave an even fall, (N,); the median partial's.

    0 for a note that is too short or silent.
    """
    hz, seconds, bins = stft(
        note, RATE_HZ, "hann", SIZE, SIZE - HOP, boundary=None, padded=False
    )
    inside = (hz > BAND_HZ[0]) & (hz < BAND_HZ[1])
    use = (seconds > ATTACK_SECONDS) & (seconds < len(note) / RATE_HZ - END_SECONDS)
    if use.sum() < LEAST_FRAMES:
        return 0.0
    level = 20.0 * np.log10(np.abs(bins[inside][:, use]) + 1e-9)  # (F, T)
    mean = level.mean(axis=1)
    partials, _ = find_peaks(mean, distance=APART, height=mean.max() - STRONG_DB)
    if len(partials) == 0:
        return 0.0
    even = np.polynomial.legendre.legvander(np.linspace(-1, 1, use.sum()), 3)  # (T, 4)
    course = level[partials].T
    left = course - even @ np.linalg.lstsq(even, course, rcond=None)[0]
    return float(np.median(left.std(axis=0)))


def measure(joined: Array, piece: int) -> float:
    """The median note's sway in dB, of joined notes of `piece` samples each, (N,).

    0.1 to 1.1 for notes and clipped notes, 2 to 7 behind what moves.
    """
    starts = range(0, len(joined) - piece + 1, piece)
    return float(np.median([of_note(joined[s : s + piece]) for s in starts] or [0.0]))
