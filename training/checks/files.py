"""Checks of one recording by itself: channels, level, silence, clipping, noise."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import stft

from training import audio
from training.checks.report import Check, State

Array = NDArray[np.float64]
RATE_HZ = 44100
LOWEST_RATE_HZ = 32000
SAME_DB = -50.0  # of the difference of two channels that are called one
SILENT, QUIET = 1e-3, 10 ** (-40 / 20)  # peaks: -60 and -40 dBFS
CLIP_RUN, CLIP_PLACES = 4, 3  # samples at the very peak, in a row, and how often
FULL_SCALE = 0.985
NOISE_SIZE = 4096
LEAST_RATIO_DB = {"dry": 27.0, "wet": 21.0}  # music over noise
LEAST_HUM_DB = 32.0
HUM_HZ = (44.0, 61.0)  # below a guitar's lowest string


@dataclass(frozen=True)
class Recording:
    """role: "dry", "wet"; channels: (N, C) as in the file; audio: (N,) at 44.1 kHz."""

    name: str
    role: str
    rate_hz: int
    channels: Array
    audio: Array

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.channels) / self.rate_hz


def recording(name: str, role: str, channels: Array, rate_hz: int) -> Recording:
    """From samples (N,) or (N, C). A channel that is silent does not count."""
    channels = channels.reshape(len(channels), -1)
    power = np.mean(channels**2, axis=0)
    loud = channels[:, power > 1e-6 * power.max()] if power.max() > 0 else channels
    mono = loud.mean(axis=1)
    if rate_hz == RATE_HZ:
        return Recording(name, role, rate_hz, channels, mono)
    resampled = soxr.resample(mono, rate_hz, RATE_HZ, "VHQ")
    return Recording(name, role, rate_hz, channels, resampled)


def read(path: Path, role: str) -> Recording:
    """Reads a file. Raises AudioError when it cannot be, is empty or not finite."""
    found, rate_hz = audio.channels(path, "float64")
    return recording(path.name, role, found, rate_hz)


def row(one: Recording, name: str, bad: bool, *texts: str) -> Check:
    """A good or bad row about one file."""
    return Check(name, State.BAD if bad else State.GOOD, *texts, file=one.name)


def stereo(one: Recording) -> Check:
    """Two channels that differ are two recordings."""
    count = one.channels.shape[1]
    if count == 1:
        return row(one, "stereo", False, f"{one.role}: mono", "mono")
    power = np.mean(one.channels**2, axis=0)
    heard = one.channels[:, power > 1e-6 * max(power.max(), 1e-30)]
    found = f"{one.role}: {count} channels"
    if heard.shape[1] <= 1:
        text = f"{found}, one of them silent: left out"
        return Check("stereo", State.NOTED, text, "mono", file=one.name)
    first = heard[:, 0]
    apart = np.max(np.mean((heard - first[:, None]) ** 2, axis=0))
    apart_db = 10.0 * np.log10(apart / (np.mean(first**2) + 1e-30) + 1e-12)
    if apart_db < SAME_DB:
        text = f"{found}, all the same"
        return Check("stereo", State.NOTED, text, "mono", file=one.name)
    advice = "export one channel, from one microphone or output"
    text = f"{found} that differ by {apart_db:.0f} dB"
    return row(one, "stereo", True, text, "mono", advice)


def rate(one: Recording) -> Check:
    """Any rate from 32 kHz up will do; others than 44.1 kHz are said."""
    found = f"{one.role}: {one.rate_hz} Hz"
    expected = f"{LOWEST_RATE_HZ} Hz or more"
    if one.rate_hz < LOWEST_RATE_HZ:
        return row(one, "rate", True, found, expected, "export it at 44100 Hz")
    if one.rate_hz == RATE_HZ:
        return row(one, "rate", False, found, expected)
    text = f"{found}, resampled"
    return Check("rate", State.NOTED, text, expected, file=one.name)


def peak(one: Recording) -> Check:
    """Silence, or a level too low to be sure of."""
    top = float(np.abs(one.audio).max())
    found = f"{one.role}: peak {20 * np.log10(max(top, 1e-10)):.0f} dBFS"
    if top < SILENT:
        return row(
            one, "silence", True, found, "a played guitar", "record that track again"
        )
    advice = "turn the recording gain up and record again"
    return row(one, "level", top < QUIET, found, "-40 dBFS or more", advice)


def clipping(one: Recording) -> Check:
    """Runs of samples that stay at the very peak: of dry at any level, of wet at full
    scale, since a pedal may clip as it likes but not the converter."""
    at, places = 0.0, 0
    for channel in one.channels.T:
        size = np.abs(channel)
        top = size.max()
        if top == 0.0 or (one.role == "wet" and top < FULL_SCALE) or top < QUIET:
            continue
        flat = (size >= top * (1.0 - 1e-5)).astype(np.int8)
        runs = np.convolve(flat, np.ones(CLIP_RUN, np.int8), mode="valid") == CLIP_RUN
        begins = np.flatnonzero(runs & ~np.concatenate(([False], runs[:-1])))
        if len(begins) > places:
            places, at = len(begins), begins[0] / one.rate_hz
    found = f"{one.role}: {places} places" + (f", from {at:.2f} s on" if places else "")
    advice = "record again with less gain"
    return row(one, "clipping", places >= CLIP_PLACES, found, "none", advice)


def ratios_db(sound: Array) -> tuple[float, float, float]:
    """Music over noise, over noise as the treble shows it, over hum, in dB.

    The noise is what every band falls to in the quietest 5 % of moments.
    """
    overlap = NOISE_SIZE // 2
    hz, _, bins = stft(
        sound, RATE_HZ, "hann", NOISE_SIZE, overlap, boundary=None, padded=False
    )
    power = np.abs(bins) ** 2
    edges = np.geomspace(50.0, 16000.0, 26)
    bands = np.stack(
        [power[(hz >= low) & (hz < high)].sum(axis=0) for low, high in pairwise(edges)]
    )
    whole = bands.sum(axis=0)
    music = whole[whole >= np.percentile(whole, 50)].mean() + 1e-20
    floor = np.percentile(bands, 5, axis=1).sum()
    treble = np.percentile(bands[-3:].sum(axis=0), 5)
    treble *= (edges[-1] - edges[0]) / (edges[-1] - edges[-4])
    hum = np.percentile(power[(hz >= HUM_HZ[0]) & (hz < HUM_HZ[1])].sum(axis=0), 5)
    return tuple(
        float(10 * np.log10(music / (x + 1e-20))) for x in (floor, treble, hum)
    )


def noise(one: Recording) -> Check:
    """Hiss or hum too near to the music.

    A pedal that sustains leaves no quiet moment, so wet is judged by treble and hum.
    """
    if len(one.audio) < 4 * NOISE_SIZE:
        return Check("noise", State.SKIPPED, f"{one.role}: too short to tell")
    floor, treble, hum = ratios_db(one.audio)
    least = LEAST_RATIO_DB[one.role]
    ratio = floor if one.role == "dry" else treble
    if hum < LEAST_HUM_DB:
        found = f"{one.role}: hum {hum:.0f} dB below the music"
        expected = f"{LEAST_HUM_DB:.0f} dB or more"
        return row(one, "noise", True, found, expected, "look for a ground loop")
    found = f"{one.role}: {ratio:.0f} dB below the music"
    advice = "record louder, or in a quieter set-up"
    return row(one, "noise", ratio < least, found, f"{least:.0f} dB or more", advice)


ALONE = (rate, stereo, peak, clipping)
