"""How late a path is: test signals, and delays from recordings of them. Pure; numpy.

A path is probed by one-sample pulses, or by exponential sweeps that are deconvolved
(Farina, AES 108, 2000), which puts the harmonics of a distortion before time zero.

Letters: N samples, R samples of a response, K probes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from statistics import median

import numpy as np

from pedal.arrival import RATE_HZ, Array, arrival, onset
from pedal.errors import LatencyError

__all__ = ["RATE_HZ", "Budget", "Delays", "Kind", "Probe", "measure", "to_ms"]

LEAST = 20  # times that a delay is measured
PULSE_LEVEL = 0.5  # of full scale: -6 dBFS
SWEEP_LEVEL = 0.25
SWEEP_S = 0.5
SWEEP_HZ = (20.0, 21500.0)
EDGE_S = 0.005  # a sweep's fade in; a quarter of it out
ROOM_S = 0.5  # the longest delay that is looked for
LEAD_S = 0.6  # before the first: the pedal's fade at its start is over
QUIET = 512  # samples before a pulse that tell the noise
FRAME = 16  # the largest model block
DRIFT_LEAST = 0.5  # samples over the run, below which no drift is told
DRIFT_SURE = 0.9  # share of the spread that a straight line must explain
CONVERTERS = 38.0  # samples, of a classic Bela: DAC 21, ADC 17 (TLV320AIC3104)


class Kind(StrEnum):
    """What is sent, and what is looked for."""

    PULSE = "pulse"  # and its shape
    TRACE = "first trace"  # of a pulse; exact behind a distortion, in a noiseless loop
    SWEEP = "sweep"
    FOOT = "foot"

    def sent(self) -> str:
        """What is sent, in a word."""
        return Kind.PULSE.value if self is Kind.TRACE else self.value


@dataclass(frozen=True)
class Probe:
    """A test signal. samples: (N,) with `shape` at each of `starts`.

    room: samples after a start in which its answer is looked for.
    """

    kind: Kind
    samples: Array
    shape: Array
    starts: tuple[int, ...]
    room: int


@dataclass(frozen=True)
class Delays:
    """What was measured. samples: one delay for each probe.

    inverted: the polarity. drift_ppm: how much faster the recorder's clock runs than
    the player's; where it is not 0 it is taken out of the delays.
    """

    kind: Kind
    samples: tuple[float, ...]
    inverted: bool = False
    drift_ppm: float = 0.0

    def spread(self) -> tuple[float, float, float]:
        """Least, median and most, in samples."""
        return min(self.samples), median(self.samples), max(self.samples)


@dataclass(frozen=True)
class Budget:
    """Where a round trip goes, in samples. converters: None where nobody knows them."""

    period: int
    model: int
    converters: float | None = None

    def total(self) -> float:
        """All parts that are known: Bela plays in block n + 2 what came in block n."""
        return 2 * self.period + self.model + (self.converters or 0.0)


def to_ms(samples: float) -> float:
    """Samples of 44.1 kHz as milliseconds."""
    return 1000.0 * samples / RATE_HZ


def pulses(times: int = LEAST, room_s: float = ROOM_S) -> Probe:
    """One-sample pulses at every place in a frame of 16 samples."""
    return _probe(Kind.PULSE, np.array([PULSE_LEVEL]), times, room_s)


def traces(times: int = LEAST, room_s: float = ROOM_S) -> Probe:
    """Pulses that are the first sample of a frame, which waits longest for the rest.

    A model of block 16 answers with the whole frame, so a later sample of the frame
    leaves its first trace earlier than its sound.
    """
    return _probe(Kind.TRACE, np.array([PULSE_LEVEL]), times, room_s)


def sweeps(times: int = LEAST, room_s: float = ROOM_S) -> Probe:
    """Exponential sweeps over the whole band."""
    count, edge = round(SWEEP_S * RATE_HZ), round(EDGE_S * RATE_HZ)
    low, high = SWEEP_HZ
    growth = np.log(high / low)
    turns = low * SWEEP_S / growth * np.expm1(np.arange(count) / count * growth)
    fade = np.ones(count)
    fade[:edge] = np.sin(np.linspace(0.0, np.pi / 2, edge)) ** 2
    fade[-edge // 4 :] = np.cos(np.linspace(0.0, np.pi / 2, -(-edge // 4))) ** 2
    shape = SWEEP_LEVEL * fade * np.sin(2 * np.pi * turns)
    return _probe(Kind.SWEEP, shape, times, room_s)


def measure(probe: Probe, recording: Array) -> Delays:
    """recording: (N,) at the probe's rate, from the moment that playing began.

    Raises LatencyError where not all of the probes came back.
    """
    found = []
    for start, answer in zip(probe.starts, responses(probe, recording), strict=True):
        if probe.kind is Kind.TRACE:
            came = onset(recording[start - QUIET : start], answer)
        else:
            came = arrival(answer)
        if came is not None:
            found.append((start, *came))
    sent, what = len(probe.starts), probe.kind.sent()
    if not found:
        raise LatencyError(f"no {what} came back; check the cable from output to input")
    if len(found) < sent:
        raise LatencyError(
            f"{len(found)} of {sent} times a {what} came back over the noise, expected "
            f"{sent}; turn the output or the input up"
        )
    starts, late, signs = (list(column) for column in zip(*found, strict=True))
    drift = _drift(starts, late)
    pairs = zip(starts, late, strict=True)
    straight = tuple(delay - drift * (start - starts[0]) for start, delay in pairs)
    return Delays(probe.kind, straight, sum(signs) < 0, round(1e6 * drift, 1))


def responses(probe: Probe, recording: Array) -> Array:
    """(K, R): the impulse response after each start."""
    span = len(probe.shape) + probe.room
    padded = np.zeros(max(probe.starts) + span)
    heard = recording[: len(padded)]
    padded[: len(heard)] = heard
    pieces = np.stack([padded[start : start + span] for start in probe.starts])
    if probe.kind is not Kind.SWEEP:
        return pieces[:, : probe.room] / probe.shape[0]
    size = 1 << (2 * span - 1).bit_length()  # room for the harmonics before zero
    sent = np.fft.rfft(probe.shape, size)
    power = np.abs(sent) ** 2
    inverse = np.conj(sent) / (power + 1e-4 * np.max(power) * _outside(size))
    answers = np.fft.irfft(np.fft.rfft(pieces, size) * inverse, size)
    return answers[:, : probe.room]


def _probe(kind: Kind, shape: Array, times: int, room_s: float) -> Probe:
    """The shape `times` times, each with room for its answer."""
    if times < LEAST:
        raise LatencyError(f"times: expected {LEAST} or more, found {times}")
    room = round(room_s * RATE_HZ)
    step = (len(shape) + room) // FRAME * FRAME + FRAME
    if kind is not Kind.TRACE:
        step += 1  # so that every place in a frame is met
    lead = round(LEAD_S * RATE_HZ) // FRAME * FRAME
    starts = tuple(lead + step * number for number in range(times))
    samples = np.zeros(lead + step * times)
    for start in starts:
        samples[start : start + len(shape)] = shape
    return Probe(kind, samples, shape, starts, room)


def _outside(size: int) -> Array:
    """1 at the frequencies that a sweep doesn't reach, nearly 0 where it does."""
    hertz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    low, high = SWEEP_HZ
    return np.where((hertz > 1.1 * low) & (hertz < 0.99 * high), 1e-6, 1.0)


def _drift(starts: Sequence[int], late: Sequence[float]) -> float:
    """Samples a sample by which the delays grow, 0 where they do not.

    The median of all slopes (Theil, Sen), so that a lost block does not bend it.
    """
    slope = median(
        (late[b] - late[a]) / (starts[b] - starts[a])
        for a, b in combinations(range(len(starts)), 2)
    )
    if abs(slope) * (starts[-1] - starts[0]) < DRIFT_LEAST:
        return 0.0
    straight = np.array(late) - slope * np.array(starts)
    sure = np.var(straight) < (1 - DRIFT_SURE) * np.var(late)
    return slope if sure else 0.0
