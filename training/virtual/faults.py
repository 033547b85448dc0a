"""Recordings gone wrong on purpose: what the checks must name, from a good pair.

Each fault takes a dry and a wet recording, (N,) each at 44,100 Hz, and a random
generator, and returns the two files as a careless player would have made them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, iirpeak, lfilter, sosfilt

Array = NDArray[np.float64]
RATE_HZ = 44100


@dataclass(frozen=True)
class File:
    """audio: (N,) or (N, channels); rate_hz: what its header says."""

    audio: Array
    rate_hz: int = RATE_HZ


@dataclass(frozen=True)
class Case:
    """Two files and what is wrong with them: a kind of pairs.py.

    delay: samples that wet is late by; label: what the case was drawn from.
    """

    kind: str
    dry: File
    wet: File
    delay: int = 0
    polarity: int = 1
    label: str = ""


Fault = Callable[[Array, Array, np.random.Generator], tuple[Array | File, Array | File]]


def cabinet(audio: Array, rng: np.random.Generator) -> Array:
    """A loudspeaker's band and three of its resonances, causal and of minimum phase."""
    low_pass = butter(
        rng.integers(2, 5), rng.uniform(3500, 6000), fs=RATE_HZ, output="sos"
    )
    high_pass = butter(2, rng.uniform(60, 130), "high", fs=RATE_HZ, output="sos")
    audio = sosfilt(high_pass, sosfilt(low_pass, audio))
    for _ in range(3):
        peak = iirpeak(rng.uniform(150, 5000), rng.uniform(1, 4), fs=RATE_HZ)
        audio = audio + (10 ** rng.uniform(-0.4, 0.4) - 1) * lfilter(*peak, audio)
    return audio


def late(audio: Array, samples: int, length: int) -> Array:
    """The same some samples later (earlier if below 0), cut to a length."""
    if samples >= 0:
        audio = np.concatenate((np.zeros(samples), audio))
    else:
        audio = audio[-samples:]
    return audio[:length]


def noisy(audio: Array, ratio_db: float, rng: np.random.Generator) -> Array:
    """With white noise that much below the audio's own rms."""
    size = np.sqrt(np.mean(audio**2)) * 10 ** (-ratio_db / 20)
    return audio + size * rng.standard_normal(len(audio))


def read_at(audio: Array, places: Array) -> Array:
    """Audio between its samples, by straight lines over eight times the rate."""
    fine = soxr.resample(audio, RATE_HZ, 8 * RATE_HZ, "HQ")
    return np.interp(places * 8.0, np.arange(len(fine)), fine)


def sway(length: int, hz: float, rng: np.random.Generator) -> Array:
    """A slow sine of -1..1 from a random phase, (length,)."""
    time_s = np.arange(length) / RATE_HZ
    return np.sin(2 * np.pi * (hz * time_s + rng.random()))


def on(side: str, spoil: Callable[[Array, np.random.Generator], Array]) -> Fault:
    """What spoils one recording, as a fault of dry or of wet."""

    def fault(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
        return (spoil(dry, rng), wet) if side == "dry" else (dry, spoil(wet, rng))

    fault.__name__ = f"{side} {spoil.__name__}"
    return fault


def seconds_of(rng: np.random.Generator) -> int:
    """Samples of 2 to 8 seconds."""
    return int(rng.uniform(2.0, 8.0) * RATE_HZ)


def goes_on(audio: Array, rng: np.random.Generator) -> Array:
    """Seconds longer than the other."""
    return np.concatenate((audio, audio[: seconds_of(rng)]))


def ends_early(audio: Array, rng: np.random.Generator) -> Array:
    """Seconds before the other."""
    return audio[: len(audio) - seconds_of(rng)]


def starts_late(audio: Array, rng: np.random.Generator) -> Array:
    """Seconds behind the other."""
    return audio[seconds_of(rng) :]


def called_slower(dry: Array, wet: Array, _: np.random.Generator) -> tuple:
    """Samples of 48 kHz in a file that says 44.1."""
    return dry, soxr.resample(wet, RATE_HZ, 48000)


def called_faster(dry: Array, wet: Array, _: np.random.Generator) -> tuple:
    """The other way round."""
    return dry, File(wet, 48000)


def two_sides(dry: Array, wet: Array, _: np.random.Generator) -> tuple:
    """Dry left and wet right."""
    length = min(len(dry), len(wet))
    return dry, File(np.stack((dry[:length], wet[:length]), axis=1))


def two_microphones(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """A wet room of two that are unlike and stand apart."""
    other = 0.7 * cabinet(late(wet, int(rng.integers(20, 400)), len(wet)), rng)
    return dry, File(np.stack((wet, other), axis=1))


def clipped(audio: Array, rng: np.random.Generator) -> Array:
    """A converter driven 3 to 15 dB beyond full scale."""
    over = 10 ** (rng.uniform(3.0, 15.0) / 20)
    return np.clip(over * audio / np.abs(audio).max(), -1.0, 1.0)


def muted(audio: Array, rng: np.random.Generator) -> Array:
    """Zeros, or a converter's own noise."""
    return rng.choice([0.0, 2e-5]) * rng.standard_normal(len(audio))


def quiet(audio: Array, rng: np.random.Generator) -> Array:
    """Recorded at a peak of -42 to -56 dBFS."""
    return audio * 10 ** (-rng.uniform(42.0, 56.0) / 20) / np.abs(audio).max()


def hissing(audio: Array, rng: np.random.Generator) -> Array:
    """Noise at 8 to 20 dB below the music."""
    return noisy(audio, rng.uniform(8.0, 20.0), rng)


def humming(audio: Array, rng: np.random.Generator) -> Array:
    """Mains and its overtones, at 8 to 20 dB below the music."""
    time_s, mains_hz = np.arange(len(audio)) / RATE_HZ, rng.choice([50, 60])
    hum = sum(np.sin(2 * np.pi * mains_hz * k * time_s) / k for k in (1, 2, 3, 5))
    size = np.sqrt(np.mean(audio**2)) * 10 ** (-rng.uniform(8.0, 20.0) / 20)
    return audio + size / np.sqrt(np.mean(hum**2)) * hum


def drifting(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """Two clocks, 20 to 300 parts in a million apart."""
    ratio = 1.0 + rng.choice([-1, 1]) * rng.uniform(20e-6, 300e-6)
    return dry, read_at(wet, np.arange(len(wet)) * ratio)


def dropout(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """A buffer of 64 to 4096 samples lost on the way."""
    at, lost = int(rng.uniform(0.25, 0.75) * len(wet)), int(2 ** rng.uniform(6, 12))
    return dry, np.concatenate((wet[:at], wet[at + lost :]))


def tremolo(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """Loudness that sways 3 to 9 times a second."""
    depth = rng.uniform(0.3, 0.9)
    return dry, wet * (
        1 - depth / 2 + depth / 2 * sway(len(wet), rng.uniform(3, 9), rng)
    )


def chorus(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """With a copy 8 to 20 ms late that sways by milliseconds; alone, a vibrato."""
    base, depth = rng.uniform(8, 20) * 44.1, rng.uniform(1.0, 3.0) * 44.1
    places = np.arange(len(wet)) - base
    places -= depth * sway(len(wet), rng.uniform(0.3, 3.0), rng)
    mix = 1.0 if rng.random() < 0.25 else rng.uniform(0.4, 0.5)
    return dry, (1 - mix) * wet + mix * read_at(wet, np.maximum(places, 0.0))


def flanger(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """With a copy up to 5 ms late, swaying slowly."""
    depth = rng.uniform(1.0, 2.5) * 44.1
    places = np.arange(len(wet)) - depth - 20.0
    places -= depth * sway(len(wet), rng.uniform(0.15, 1.0), rng)
    return dry, 0.5 * wet + 0.5 * read_at(wet, np.maximum(places, 0.0))


def phaser(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """Four all-passes that sway between 200 and 2000 Hz, mixed with the straight."""
    hz = 632.0 * 10 ** (0.5 * sway(len(wet), rng.uniform(0.2, 2.0), rng))
    turn = np.tan(np.pi * hz / RATE_HZ)
    return dry, 0.5 * wet + 0.5 * all_passes(wet, (turn - 1) / (turn + 1))


def all_passes(audio: Array, factor: Array) -> Array:
    """Four first-order all-passes whose factor changes each sample, (N,) each."""
    from numba import njit

    @njit
    def run(audio: Array, factor: Array) -> Array:
        state, heard = np.zeros(5), np.empty_like(audio)
        before = np.zeros(5)
        for n in range(len(audio)):
            now = audio[n]
            for stage in range(4):
                out = factor[n] * (now - state[stage]) + before[stage]
                before[stage], state[stage] = now, out
                now = out
            heard[n] = now
        return heard

    return run(audio, factor)


def echo(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """Repeats after 80 to 600 ms, the first at -14 to -3 dB."""
    gap = int(rng.uniform(0.08, 0.6) * RATE_HZ)
    level, heard = 10 ** (-rng.uniform(3, 14) / 20), wet.copy()
    again = rng.uniform(0.2, 0.6)
    for repeat in range(1, 6):
        heard += level * again ** (repeat - 1) * late(wet, gap * repeat, len(wet))
    return dry, heard


def reverb(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:
    """A room of 0.8 to 2.5 s, as loud as the straight sound or 10 dB below."""
    size = int(2.0 * RATE_HZ)
    fall = 10 ** (-3.0 * np.arange(size) / (rng.uniform(0.8, 2.5) * RATE_HZ))
    room = rng.standard_normal(size) * fall
    room[: int(0.01 * RATE_HZ)] = 0.0
    room *= 10 ** (-rng.uniform(0, 10) / 20) / np.sqrt(np.sum(room**2))
    from scipy.signal import fftconvolve

    return dry, wet + fftconvolve(wet, room)[: len(wet)]


def exchanged(dry: Array, wet: Array, rng: np.random.Generator) -> tuple:  # noqa: ARG001
    """The files in the wrong order."""
    return wet, dry


SIDES = ("dry", "wet")
FAULTS: dict[str, list[Fault]] = {
    "length": [on(s, f) for s in SIDES for f in (goes_on, ends_early, starts_late)],
    "rate": [called_slower, called_faster],
    "stereo": [two_sides, two_microphones],
    "clipping": [on(side, clipped) for side in SIDES],
    "silence": [on(side, muted) for side in SIDES],
    "level": [on(side, quiet) for side in SIDES],
    "noise": [on(s, f) for s in SIDES for f in (hissing, humming)],
    "drift": [drifting],
    "dropout": [dropout],
    "modulation": [tremolo, chorus, flanger, phaser],
    "echo": [echo, reverb],
    "swapped": [exchanged],
}
