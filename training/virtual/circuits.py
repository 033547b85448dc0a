"""Four simulated pedals as lists of parts, solved at eight times the sample rate.

They are circuits of the textbook kind behind well-known sounds, with typical part
values; no unit was measured. 0 dBFS is 1 V at input and output. Names are ours.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly

from training.errors import TrainingError
from training.virtual.parts import (
    Amplifier,
    FeedbackClipper,
    Gain,
    HighPass,
    LowPass,
    Part,
    ScoopTone,
    ShuntClipper,
    TiltTone,
)

OVERSAMPLING = 8
# Long audio is played in pieces, as eight times the rate in float64 takes much memory.
# Run in, the slowest capacitors (0.1 s) are within 2e-9 of where they would have been.
PIECE_SECONDS, RUN_IN_SECONDS = 20.0, 2.0
FILTER_SAMPLES = 128  # more than what the resampling filters look ahead
Pedal = Sequence[Part]


def audio_taper(position: float, base: float = 81.0) -> float:
    """Share of a logarithmic pot at a position 0..1: 10 % at the middle (of 16, 20)."""
    return float((base**position - 1.0) / (base - 1.0))


def s_taper(position: float) -> float:
    """Share of a pot that is slow at both ends: logarithmic from either."""
    if position <= 0.5:
        return 0.5 * audio_taper(2.0 * position)
    return 1.0 - 0.5 * audio_taper(2.0 - 2.0 * position)


def screamer(drive: float, tone: float = 0.5) -> Pedal:
    """Overdrive: diodes in the feedback of an op-amp that leaves the bass alone."""
    feedback_ohm = 51e3 + 500e3 * audio_taper(drive)
    return (
        HighPass(510e3, 20e-9),
        HighPass(10e3, 1e-6),
        FeedbackClipper(feedback_ohm, 51e-12, 4.7e3, 47e-9),
        TiltTone(s_taper(tone)),
        HighPass(100e3, 1e-6),
        Gain(0.8),
    )


def rodent(drive: float, tone: float = 0.5) -> Pedal:
    """Distortion: a slow op-amp with much gain, then diodes to ground.

    Its filter pot lies behind the diodes; the other way round it would darken.
    """
    feedback_ohm = 200.0 + 60e3 * audio_taper(drive)
    filter_ohm = 1.5e3 + 100e3 * audio_taper(1.0 - tone, 16.0)
    return (
        HighPass(1e6, 22e-9),
        Amplifier(
            (1.0e6, 0.3e6, 3e5, 3.9, 3.8, 0.05),
            (feedback_ohm, 100e-12, 47.0, 2.2e-6, 560.0, 4.7e-6),
        ),
        ShuntClipper(1e3, 4.7e-6, filter_ohm, 3.3e-9, 1),
        HighPass(1e6, 22e-9),
        Gain(0.8),
    )


def blues(drive: float) -> Pedal:
    """Overdrive: two soft, lopsided transistor amplifiers with diodes between them."""
    share = audio_taper(drive)
    return (
        HighPass(1e6, 47e-9),
        Amplifier(
            (4e6, 3e6, 350.0, 3.4, 2.4, 0.3),
            (40e3 + 200e3 * share, 47e-12, 3.3e3, 100e-9, 1e9, 1e-6),
        ),
        HighPass(33e3, 47e-9),
        Gain(0.35),  # the passive tone network
        ShuntClipper(10e3, 100e-9, 10e3, 470e-12, 2),
        Amplifier(
            (4e6, 3e6, 350.0, 2.2, 3.0, 0.3),
            (25e3 + 100e3 * share, 100e-12, 4.7e3, 220e-9, 1e9, 1e-6),
        ),
        LowPass(2.2e3, 18e-9),
        HighPass(47e3, 1e-6),
        Gain(0.3),
    )


def fuzz(drive: float, tone: float = 0.5) -> Pedal:
    """Fuzz: a booster, two clipping stages one after the other, a scooped tone."""
    clipper = FeedbackClipper(470e3, 470e-12, 10e3, 100e-9, inverting=True)
    return (
        HighPass(39e3, 1e-6),
        LowPass(390e3, 100e-12),
        Gain(-10.0 * (0.02 + 0.98 * audio_taper(drive))),  # 390k over 39k; sustain
        clipper,
        clipper,
        ScoopTone(tone),
        HighPass(100e3, 100e-9),
        Gain(1.5),
    )


def solve(pedal: Pedal, volts: NDArray[np.float64], rate_hz: float) -> NDArray:
    """Plays (N,) volts through all parts in turn.   returns: (N,) volts."""
    for part in pedal:
        volts = part.play(volts, rate_hz)
    return volts


PEDALS: dict[str, Callable[..., Pedal]] = {  # of drive and, where TONED, tone, 0..1
    "screamer": screamer,
    "blues": blues,
    "rodent": rodent,
    "fuzz": fuzz,
}
TONED = ("screamer", "rodent", "fuzz")
MIDDLE = 50.0  # %; where a pot stands unless somebody turns it
CIRCUITS = {
    "screamer": "simulated overdrive: op-amp with a diode pair in its feedback",
    "blues": "simulated two-stage transistor overdrive with diodes between the stages",
    "rodent": "simulated distortion: slewing op-amp and a diode pair to ground",
    "fuzz": "simulated fuzz: two clipping transistor stages and a scooped tone",
}


def at(name: str, drive: float, tone: float = MIDDLE) -> Pedal:
    """The parts of a simulated pedal, its pots at 0..100 %.

    Raises TrainingError for a name that is not in PEDALS, a pot out of range, or a tone
    where the pedal has no such pot.
    """
    if name not in PEDALS:
        known = ", ".join(PEDALS)
        raise TrainingError(f'simulated pedal "{name}": not known; take one of {known}')
    for pot, percent in (("drive", drive), ("tone", tone)):
        if not 0.0 <= percent <= 100.0:
            raise TrainingError(f"{pot}: found {percent:g} %, expected 0 to 100 %")
    if name in TONED:
        return PEDALS[name](drive / 100.0, tone / 100.0)
    if tone != MIDDLE:
        raise TrainingError(
            f'simulated pedal "{name}": found a tone of {tone:g} %, but it has no tone '
            f"pot; those with one are {', '.join(TONED)}"
        )
    return PEDALS[name](drive / 100.0)


def render(
    name: str,
    audio: NDArray[np.floating],
    drive: float,
    tone: float = MIDDLE,
    rate_hz: int = 44100,
    oversampling: int = OVERSAMPLING,
) -> NDArray[np.float32]:
    """Plays audio through a simulated pedal, without delay.

    audio: (N,), 1.0 = 1 V.   drive, tone: 0..100 %.   returns: (N,), 1.0 = 1 V.
    Raises TrainingError as `at` does.
    """
    pedal = at(name, drive, tone)
    if len(audio) == 0:
        return np.zeros(0, np.float32)
    # Linear phase, flat to 19 kHz, -90 dB from 22 kHz on: aliases stay out of the data.
    taps = firwin(
        64 * oversampling + 1, 1.0 / oversampling * 0.93, window=("kaiser", 9.0)
    )
    played = np.empty(len(audio), np.float32)
    size, run_in = int(PIECE_SECONDS * rate_hz), int(RUN_IN_SECONDS * rate_hz)
    for begin in range(0, len(audio), size):
        first = max(0, begin - run_in)
        piece = np.asarray(audio[first : begin + size + FILTER_SAMPLES], np.float64)
        volts = resample_poly(piece, oversampling, 1, window=taps)
        volts = solve(pedal, volts, float(rate_hz * oversampling))
        heard = resample_poly(volts, 1, oversampling, window=taps)[begin - first :]
        played[begin : begin + size] = heard[:size]
    return played
