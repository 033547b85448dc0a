"""A plucked-string guitar: riffs, chords and palm mutes from a seed, numpy only.

Each string is a delay line whose loop filter damps it (Karplus and Strong, Computer
Music Journal 1983; tuning and pick position after Jaffe and Smith, same issue). The
loop filter is a short FIR, so that a whole period is computed at a time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float64]
RATE_HZ = 44100
OPEN_STRINGS_HZ = (82.41, 110.0, 146.83, 196.0, 246.94, 329.63)
CHORDS = (  # frets from the lowest string on; None is a string that is not played
    (0, 2, 2, 1, 0, 0),
    (0, 2, 2, 0, 0, 0),
    (None, 0, 2, 2, 2, 0),
    (None, 3, 2, 0, 1, 0),
    (3, 2, 0, 0, 0, 3),
    (None, None, 0, 2, 3, 2),
    (1, 3, 3, 2, 1, 1),
)
SCALE = (0, 3, 5, 6, 7, 10, 12, 15, 17)  # blues scale, semitones
STOCK_SECONDS = 12.0
STOCK_SEED = 20


@dataclass(frozen=True)
class Pluck:
    """One note: pitch, length, how hard (0..1), how bright (0..1), palm-muted."""

    hz: float
    seconds: float
    force: float
    bright: float
    palm: bool


def pluck(note: Pluck, rng: np.random.Generator) -> Audio:
    """The pick-up's signal of one note.   returns: (N,), about +-1 at full force."""
    count = int(note.seconds * RATE_HZ)
    damping = 0.24 - 0.2 * note.bright + (0.06 if note.palm else 0.0)
    ring_s = 0.35 if note.palm else 4.5 * (110.0 / note.hz) ** 0.4
    period = RATE_HZ / note.hz
    whole = int(period)
    late = period - whole
    keep = 10.0 ** (-3.0 * period / (RATE_HZ * ring_s))
    tune = np.array([1.0 - late, late])
    loop = keep * np.convolve([damping, 1.0 - 2.0 * damping, damping], tune)  # (4,)

    noise = rng.standard_normal(whole) * 0.4
    place = max(1, int(whole * rng.uniform(0.09, 0.25)))  # pick position, samples
    shape = np.where(np.arange(whole) < place, 1.0, -place / (whole - place))
    burst = smooth(noise + shape, 0.25 + 0.7 * note.force * note.bright)
    burst -= burst.mean()

    string = np.zeros(count + whole + 2)
    string[whole + 2 : 2 * whole + 2] = burst[: max(0, count)][
        : len(string) - whole - 2
    ]
    hop = whole - 1
    for start in range(2 * whole + 2, len(string), hop):
        stop = min(start + hop, len(string))
        heard = string[start - whole - 2 : stop - whole + 1]
        string[start:stop] = np.convolve(heard, loop, mode="valid")[: stop - start]
    string = string[whole + 2 :]
    pickup = max(1, int(whole * 0.22))
    string[pickup:] -= 0.6 * string[:-pickup].copy()
    fade = min(len(string), int(0.015 * RATE_HZ))
    string[len(string) - fade :] *= np.linspace(1.0, 0.0, fade)
    return string * note.force


def smooth(audio: Audio, openness: float) -> Audio:
    """One-pole low-pass by FFT; openness 0..1 moves its corner from 0.4 to 9 kHz."""
    return respond(audio, 400.0 * 22.0 ** min(openness, 1.0), 0.0)


def respond(audio: Audio, corner_hz: float, resonance: float) -> Audio:
    """Low-pass at corner_hz: one pole, or two with a resonance (Q)."""
    size = 1 << int(np.ceil(np.log2(len(audio) + 2048)))
    ratio = 1j * np.fft.rfftfreq(size, 1.0 / RATE_HZ) / corner_hz
    bottom = 1.0 + ratio if resonance == 0.0 else 1.0 + ratio / resonance + ratio**2
    return np.fft.irfft(np.fft.rfft(audio, size) / bottom, size)[: len(audio)]


def riff(rng: np.random.Generator, force: float) -> list[tuple[float, Pluck]]:
    """Single notes of a blues scale.   returns: (start in seconds, note) pairs."""
    root = rng.choice(OPEN_STRINGS_HZ[:4]) * 2.0 ** (rng.integers(0, 6) / 12.0)
    beat, now, notes = rng.uniform(0.1, 0.26), 0.0, []
    for _ in range(rng.integers(5, 13)):
        length = beat * rng.choice([1, 1, 2, 3])
        hz = root * 2.0 ** (rng.choice(SCALE) / 12.0)
        hard = force * rng.uniform(0.5, 1.0)
        ring = length + rng.uniform(0.0, 0.2)
        notes.append((now, Pluck(hz, ring, hard, rng.uniform(0.4, 0.95), palm=False)))
        now += length
    return notes


def chords(rng: np.random.Generator, force: float) -> list[tuple[float, Pluck]]:
    """Strummed or picked open chords.   returns: (start in seconds, note) pairs."""
    shape, shift = CHORDS[rng.integers(len(CHORDS))], rng.integers(0, 5)
    gap = rng.uniform(0.006, 0.02) if rng.random() < 0.6 else rng.uniform(0.1, 0.24)
    now, notes = 0.0, []
    for _ in range(rng.integers(1, 4)):
        length = rng.uniform(0.5, 1.5)
        for hz, fret in zip(OPEN_STRINGS_HZ, shape, strict=True):
            if fret is None:
                continue
            pitch = hz * 2.0 ** ((fret + shift) / 12.0)
            hard = force * rng.uniform(0.25, 0.5)
            note = Pluck(pitch, length + 0.8, hard, rng.uniform(0.4, 0.85), palm=False)
            notes.append((now, note))
            now += gap
        now += length
    return notes


def palm_mutes(rng: np.random.Generator, force: float) -> list[tuple[float, Pluck]]:
    """Power chords, most of them damped.   returns: (start in seconds, note) pairs."""
    root = OPEN_STRINGS_HZ[0] * 2.0 ** (rng.integers(0, 8) / 12.0)
    beat, now, notes = rng.uniform(0.11, 0.2), 0.0, []
    for _ in range(rng.integers(6, 14)):
        palm = bool(rng.random() < 0.65)
        length = beat * (1 if palm else rng.choice([2, 4]))
        for ratio in (1.0, 1.4983, 2.0):
            hard = force * rng.uniform(0.4, 0.65)
            ring = length + (0.1 if palm else 0.3)
            note = Pluck(root * ratio, ring, hard, rng.uniform(0.3, 0.7), palm)
            notes.append((now + rng.uniform(0.0, 0.004), note))
        now += length
        if rng.random() < 0.25:
            root = OPEN_STRINGS_HZ[0] * 2.0 ** (rng.integers(0, 8) / 12.0)
    return notes


def play(seconds: float, seed: int) -> NDArray[np.float32]:
    """Music on one guitar, loud and soft, with rests.

    returns: (seconds * 44100,), peak 0.9, 1.0 = 1 V; always the same for a seed.
    """
    rng = np.random.default_rng(seed)
    total = int(seconds * RATE_HZ)
    audio, now = np.zeros(total), 0.05
    while now < seconds:
        phrase = (riff, chords, palm_mutes)[rng.integers(3)]
        force = rng.choice([0.2, 0.45, 0.8, 1.0])
        last = now
        for offset, note in phrase(rng, force):
            start = int((now + offset) * RATE_HZ)
            if start >= total:
                continue
            heard = pluck(note, rng)[: total - start]
            audio[start : start + len(heard)] += heard
            last = max(last, now + offset + note.seconds)
        now = last - 0.1 if rng.random() < 0.8 else last + rng.uniform(0.2, 0.6)
    audio = respond(audio, 3600.0, 1.5)  # a pick-up's coil and its cable
    return (0.9 / max(np.abs(audio).max(), 1e-9) * audio).astype(np.float32)


def stock_clip() -> NDArray[np.float32]:
    """The dry clip that loudness is matched on: 12 s, always the same."""
    return play(STOCK_SECONDS, STOCK_SEED)
