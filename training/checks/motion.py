"""Does the pedal itself move? A chorus, phaser or tremolo has a clock of its own.

The transfer from dry to wet is taken bin by bin through time; what a slow oscillator
does to it repeats strictly, in every bin and through every note, and so stands as a
line in the spectrum of that course. A pedal that only distorts follows the playing; to
tell a steady rhythm from an oscillator, the same is measured on clippers that cannot
move. Letters: N samples, F bins, T frames, M modulation frequencies.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, median_filter
from scipy.signal import stft

from training.clippers import BASS_CUT_HZ, Clipper, clipped

Array = NDArray[np.float64]
RATE_HZ = 44100
SIZE, HOP = 2048, 512
BAND_HZ = (90.0, 5000.0)
SLOWEST_HZ, FASTEST_HZ = 0.12, 12.0
NEIGHBOURS_HZ = 0.8  # a line is measured against the median this far around
OVERTONES, CHANCE = 8, 0.6  # of an oscillation; what the best of three bins has anyway
LOUDEST = 3.0  # log of the strength that counts at most, so that one line is not all
LEAST_SECONDS = 8.0
LEAST_TURNS = 4.0  # in a recording: fewer happen by chance, in any music
STILL = (  # to compare with
    Clipper(2.0, BASS_CUT_HZ),
    Clipper(10.0, BASS_CUT_HZ),
    Clipper(10.0),
)
QUIET = 1e-3  # of the loudest frames' power in a bin: below, nothing is played there


@dataclass(frozen=True)
class Motion:
    """hz: of the oscillator; strength: 3 to 9 for pedals that stand still, 17 and more
    for those that move, in 24 s of music."""

    hz: float
    strength: float


def spectra(audio: Array) -> NDArray[np.complex128]:
    """The bins of the band, (N,) -> (T, F)."""
    hz, _, found = stft(
        audio, RATE_HZ, "hann", SIZE, SIZE - HOP, boundary=None, padded=False
    )
    return found[(hz > BAND_HZ[0]) & (hz < BAND_HZ[1])].T


def courses(dry: NDArray[np.complex128], wet: NDArray[np.complex128]) -> list[Array]:
    """Level and turn of the transfer through time, what the level explains taken out.

    returns: (T, F) twice, real and complex; 0 where nothing is played.
    """
    power = np.abs(dry) ** 2
    level, total = np.log(power + 1e-20), np.log(power.sum(axis=1) + 1e-20)
    played = power > QUIET * np.percentile(power, 98, axis=0)
    played &= np.abs(wet) ** 2 > 1e-12
    transfer = wet * dry.conj()
    turn = np.where(played, transfer / (np.abs(transfer) + 1e-20), 0.0)
    ratio = np.log(np.abs(wet) + 1e-12) - 0.5 * level
    turn = np.where(played, turn - centred_mean(turn, played), 0.0)
    found = [unexplained(ratio, played, level, total), turn]
    return [
        course / (np.sqrt(np.sum(np.abs(course) ** 2, 0)) + 1e-12) for course in found
    ]


def centred_mean(course: Array, played: NDArray[np.bool_]) -> Array:
    """The mean of each bin, where it is played."""
    return np.sum(course * played, 0) / np.maximum(played.sum(0), 1)


def unexplained(
    course: Array, played: NDArray[np.bool_], level: Array, total: Array
) -> Array:
    """Less what each bin's own level and the whole level explain, squares included."""
    whole = np.broadcast_to((total - total.mean())[:, None], level.shape)
    own = level - centred_mean(level, played)
    one = np.ones_like(own)
    known = np.stack((one, own, whole, own**2, whole**2, own * whole), axis=-1)
    known *= played[:, :, None]  # (T, F, 6)
    columns = known.transpose(1, 2, 0)  # (F, 6, T)
    square = columns @ columns.transpose(0, 2, 1) + 1e-6 * np.eye(6)
    target = (course * played).T[:, :, None]  # (F, T, 1)
    weights = np.linalg.solve(square, columns @ target)
    left = course - (columns.transpose(0, 2, 1) @ weights)[:, :, 0].T
    return np.where(played, np.clip(left, -3.0, 3.0), 0.0)


def lines(
    dry: NDArray[np.complex128], wet: NDArray[np.complex128]
) -> tuple[Array, Array]:
    """Modulation spectra over their neighbours, of level and of turn.

    returns: frequencies (M,), strength (2, M).
    """
    size = 1 << int(np.ceil(np.log2(len(dry)))) + 1
    hz = np.fft.fftfreq(size, HOP / RATE_HZ)
    slowest_hz = max(SLOWEST_HZ, LEAST_TURNS * RATE_HZ / HOP / len(dry))
    use = (hz > slowest_hz) & (hz < FASTEST_HZ)
    wide = int(NEIGHBOURS_HZ / (hz[1] - hz[0])) * 2 + 1
    found = []
    for course in courses(dry, wet):
        power = (np.abs(np.fft.fft(course, size, axis=0)) ** 2).sum(axis=1)
        around = median_filter(power, wide, mode="wrap")
        found.append((power / (around + 1e-20))[use])
    return hz[use], np.stack(found)


def comb(hz: Array, level: Array) -> tuple[float, float]:
    """The fundamental whose overtones stand out most.

    hz: (M,); level: (2, M), log strengths.   returns: its frequency and its score, a
    mean over overtones in robust standard deviations times the root of their number.
    """
    middle = np.median(level, axis=1, keepdims=True)
    spread = 1.4826 * np.median(np.abs(level - middle), axis=1, keepdims=True)
    score = maximum_filter1d((level - middle) / (spread + 1e-12), 3, axis=1)
    best, at = 0.0, 0.0
    for start, low in enumerate(hz):
        tones = np.arange(1, OVERTONES + 1) * low
        index = start + np.round((tones - low) / (hz[1] - hz[0])).astype(int)
        index = index[index < len(hz)]
        run = np.cumsum(score[:, index] - CHANCE, axis=1)
        found = float((run / np.sqrt(np.arange(1, len(index) + 1))).max())
        best, at = max((best, at), (found, float(low)))
    return at, best


def measure(dry: Array, wet: Array) -> Motion:
    """The strongest oscillation of an aligned pair, (N,) each; strength 0 if short."""
    if min(len(dry), len(wet)) < LEAST_SECONDS * RATE_HZ:
        return Motion(0.0, 0.0)
    played = spectra(dry)
    hz, moving = lines(played, spectra(wet))
    still = np.max(
        [lines(played, spectra(clipped(dry, one)))[1] for one in STILL], axis=0
    )
    beyond = moving / np.maximum(1.0, still)
    low, score = comb(hz, np.minimum(np.log(beyond + 1e-12), LOUDEST))
    return Motion(low, score * float(np.sqrt(beyond.max())))
