"""The demo guitar: 16 s of plucked strings of our own making, a loop without a seam.

Each note is a sum of a string's partials: slightly sharp by stiffness, weighted by
where it is plucked and where the pickup sits, the high ones dying first.
Source: Fletcher & Rossing, The Physics of Musical Instruments, chapters 2 and 9.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pedal.audio import RATE_HZ, write_float
from pedal.paths import BUILD

SECONDS = 16
BEAT_S = 0.5  # 120 beats a minute, 32 beats
PEAK = 0.5  # -6 dBFS, what a hot single coil gives Bela's input
PLUCK_AT, PICKUP_AT = 0.13, 0.22  # fractions of the string's length
STIFFNESS = 8e-5  # inharmonicity of a wound guitar string
SEED = 7

# Four bars of arpeggios, then four of a riff in fifths; MIDI notes, 40 is the low E.
CHORDS = ((40, 47, 52, 55, 59, 64), (43, 47, 50, 55, 59, 67), (45, 52, 57, 60, 64, 69))
ARPEGGIO = (0, 2, 3, 4, 5, 4, 3, 2)
RIFF = ((0.0, 40), (1.0, 40), (1.5, 43), (2.5, 45), (3.0, 46), (3.5, 45))


def loop() -> np.ndarray:
    """The whole loop: (705600,) float32, deterministic; takes about a second."""
    noise = np.random.default_rng(SEED)
    samples = np.zeros(SECONDS * RATE_HZ)
    for beat, note, strength, ring_s in notes():
        sound = pluck(note, strength * noise.uniform(0.9, 1.0), ring_s)
        start = round((beat * BEAT_S + noise.uniform(0.0, 0.006)) * RATE_HZ)
        places = (start + np.arange(len(sound))) % len(
            samples
        )  # what rings on wraps around
        samples[places] += sound
    return (samples * (PEAK / np.max(np.abs(samples)))).astype(np.float32)


def notes() -> Iterator[tuple[float, int, float, float]]:
    """(beat, MIDI note, strength 0..1, seconds until damped)."""
    for bar in range(4):
        chord = CHORDS[(0, 1, 2, 0)[bar]]
        for step, string in enumerate(ARPEGGIO):
            yield 4 * bar + step / 2, chord[string], 0.8 if step else 1.0, 1.2
    for bar in range(4, 8):
        for beat, root in RIFF:
            for offset, strength in ((0, 1.0), (7, 0.8), (12, 0.6)):
                yield 4 * bar + beat, root + offset, strength, 0.45
    yield 28 + 3.75, 52, 0.5, 0.4


def pluck(note: int, strength: float, ring_s: float) -> np.ndarray:
    """One note: (T,) float64; soft strokes are duller, the hand damps at ring_s."""
    pitch_hz = 440.0 * 2.0 ** ((note - 69) / 12)
    number = np.arange(1, 41)
    partial_hz = number * pitch_hz * np.sqrt(1 + STIFFNESS * number**2)
    number, partial_hz = number[partial_hz < 9000.0], partial_hz[partial_hz < 9000.0]
    level = np.sin(np.pi * number * PLUCK_AT) / number  # velocity of a plucked string
    level *= np.sin(np.pi * number * PICKUP_AT) * strength ** (1 + number / 12)
    decay_s = 2.2 / (1 + (partial_hz / 900.0) ** 1.2) * (110.0 / pitch_hz) ** 0.3
    time = np.arange(round((ring_s + 0.05) * RATE_HZ)) / RATE_HZ  # (T,)
    sound = np.zeros(len(time))
    for hz, amount, decay in zip(partial_hz, level, decay_s, strict=True):
        sound += amount * np.exp(-time / decay) * np.sin(2 * np.pi * hz * time)
    damping = np.clip((ring_s + 0.05 - time) / 0.05, 0.0, 1.0)
    attack = np.clip(time / 0.001, 0.0, 1.0)
    return sound * damping * attack


def demo_file(folder: Path = BUILD) -> Path:
    """The loop as a WAV, made once and kept under build/."""
    path = folder / "demo-guitar-1.wav"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        write_float(partial, loop())
        partial.replace(path)
    return path
