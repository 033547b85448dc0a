"""A dry and a wet recording as a pair: faults named, delay and polarity undone."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate

from training.errors import AlignmentError, AudioError

Audio = NDArray[np.float32]
RATE_HZ = 44100
LONGEST_DELAY_SECONDS = 1.0
LEAST_LIKENESS = 0.2  # peak of the normalised correlation of a pair
CLIP_LEVEL, CLIP_RUN = 0.999, 4
SILENCE = 1e-3  # peak, -60 dBFS


def check(name: str, audio: Audio) -> None:
    """Raises AudioError when a recording is silent or clipped."""
    peak = float(np.abs(audio).max()) if len(audio) else 0.0
    if peak < SILENCE:
        raise AudioError(
            f"{name}: found a peak of {peak:.5f}, expected a played guitar"
        )
    over = (np.abs(audio) >= CLIP_LEVEL).astype(np.int8)
    runs = np.convolve(over, np.ones(CLIP_RUN, np.int8), mode="valid") == CLIP_RUN
    if runs.any():
        at = float(runs.argmax()) / RATE_HZ
        raise AudioError(f"{name}: clipped at {at:.2f} s; record again with less gain")


def align(dry: Audio, wet: Audio) -> tuple[Audio, Audio]:
    """The two cut to the moments that both hold, wet with dry's polarity.

    dry, wet: (N,) and (M,).   returns: (L,) twice.
    Raises AlignmentError when they do not resemble each other.
    """
    window = min(len(dry), len(wet), 30 * RATE_HZ)
    one, two = dry[:window].astype(float), wet[:window].astype(float)
    likeness = correlate(two, one, mode="full", method="fft")
    likeness /= np.sqrt(np.sum(one**2) * np.sum(two**2)) + 1e-12
    delays = np.arange(-window + 1, window)
    near = np.abs(delays) <= LONGEST_DELAY_SECONDS * RATE_HZ
    best = np.abs(likeness * near).argmax()
    if abs(likeness[best]) < LEAST_LIKENESS:
        raise AlignmentError(
            f"dry and wet: found a likeness of {abs(likeness[best]):.2f}, expected "
            f"{LEAST_LIKENESS} or more; are they the same take"
        )
    delay = int(delays[best])
    dry, wet = (dry, wet[delay:]) if delay >= 0 else (dry[-delay:], wet)
    length = min(len(dry), len(wet))
    return dry[:length], wet[:length] * np.float32(np.sign(likeness[best]))
