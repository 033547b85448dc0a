"""How late the wet recording is against the dry one, moment by moment and in all.

First a correlation of windows of a second and a half whose spectra are made flat
(Knapp and Carter, IEEE Trans. ASSP 1976), so that a delay shows as a spike however
tonal the music is; then the fraction of a sample, by causal.py.

Letters: N samples, W windows, L lags.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.ndimage import maximum_filter1d

from training import causal, clippers

Array = NDArray[np.float64]
RATE_HZ = 44100
WINDOW = 65536  # samples of dry
REACH = 44100  # lags to either side: a second
MOST_WINDOWS = 48  # more do not make it surer
FLATNESS = 0.85  # power of the spectra that is taken away
BAND_HZ = (80.0, 8000.0)
SPREAD = 24  # samples that windows may differ and still speak for the same delay
DRIFT = 2000  # samples that windows may wander from the delay of most
FINE_SECONDS = 40  # as much as the last step listens to


@dataclass(frozen=True)
class Track:
    """What each window says: moment (s), delay (samples) and certainty, (W,) each.

    certainty: the spike over the rms of the correlation. curve: (L,), mean of all.
    """

    seconds: Array
    delays: Array
    certainty: Array
    curve: Array

    @property
    def contrast(self) -> float:
        """The spike of the mean curve over its median."""
        return float(self.curve.max() / (np.median(self.curve) + 1e-30))


@dataclass(frozen=True)
class Alignment:
    """samples: delay of wet; polarity: 1 or -1; likeness: spike over rms, all windows.

    Two performances have a likeness of 2 to 3, a pair has 8 or more. fit: the
    clipper that explains wet best.
    """

    samples: float
    polarity: int
    likeness: float
    track: Track
    fit: clippers.Fit


def correlation(dry: Array, wet: Array) -> Array:
    """Flat correlation of WINDOW samples with WINDOW + 2 REACH around them, (L,)."""
    size = next_fast_len(len(wet), real=True)
    one, two = rfft(dry * np.hanning(len(dry)), size), rfft(wet, size)
    cross = one.conj() * two
    hz = rfftfreq(size, 1.0 / RATE_HZ)
    flat = np.abs(cross)
    floor = 1e-3 * flat.max() + 1e-30
    cross *= ((hz > BAND_HZ[0]) & (hz < BAND_HZ[1])) / (flat + floor) ** FLATNESS
    return irfft(cross, size)[: 2 * REACH + 1]


def windows(dry: Array, reach: int = WINDOW) -> Array:
    """Starts of windows spread over the recording, the quiet ones left out, (W,)."""
    last = max(0, len(dry) - reach)
    count = min(MOST_WINDOWS, 2 * last // reach + 1)
    starts = np.linspace(0, last, count).astype(int)
    power = np.array([np.mean(dry[s : s + reach] ** 2) for s in starts])
    return starts[power > 1e-3 * power.max()]


def listen(dry: Array, wet: Array) -> Track:
    """The delay in each window, near the one that most windows agree on."""
    starts = windows(dry)
    rest = max(0, len(dry) - len(wet)) + REACH + WINDOW
    padded = np.concatenate((np.zeros(REACH), wet, np.zeros(rest)))
    stack = np.array(
        [
            spikes(dry[start : start + WINDOW], padded[start:][: WINDOW + 2 * REACH])
            for start in starts
        ]
    )  # (W, L)
    curve = maximum_filter1d(stack, SPREAD + 1, axis=1).mean(axis=0)
    middle = int(curve.argmax())
    low, high = max(0, middle - DRIFT), middle + DRIFT + 1
    best = stack[:, low:high].argmax(axis=1) + low
    certainty = stack[np.arange(len(starts)), best]
    seconds = (starts + WINDOW / 2) / RATE_HZ
    return Track(seconds, best - float(REACH), certainty, curve)


def spikes(dry: Array, wet: Array) -> Array:
    """Size of the flat correlation at each lag, its rms is 1, (L,)."""
    curve = np.abs(correlation(dry, wet))
    return curve / (np.sqrt(np.mean(curve**2)) + 1e-30)


def shifted(dry: Array, wet: Array, delay: int) -> tuple[Array, Array]:
    """Both cut to the moments that both hold when wet is `delay` samples late."""
    dry, wet = (dry, wet[delay:]) if delay >= 0 else (dry[-delay:], wet)
    length = min(len(dry), len(wet))
    return dry[:length], wet[:length]


def align(dry: Array, wet: Array) -> Alignment:
    """The delay of wet behind dry, (N,) each, from -44,100 to 44,100 samples."""
    dry, wet = np.asarray(dry, np.float64), np.asarray(wet, np.float64)
    size = max(len(dry), WINDOW)
    track = listen(np.pad(dry, (0, size - len(dry))), wet)
    middle = int(track.curve.argmax()) - REACH
    one, two = shifted(dry, wet, middle)
    size = min(len(one), FINE_SECONDS * RATE_HZ)
    if size < clippers.SIZE:
        nothing = clippers.Fit(clippers.PLAIN, 0.0, 0.0)
        return Alignment(float(middle), 1, 0.0, track, nothing)
    start = (len(one) - size) // 2
    found = causal.delay(one[start : start + size], two[start : start + size])
    delay = middle + found.samples
    return Alignment(delay, found.polarity, track.contrast, track, found.fit)
