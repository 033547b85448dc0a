"""Good and spoilt pairs of recordings, drawn by seeds: what the checks are measured on.

A pair is a guitar through a simulated circuit at a drive of 0 to 100 %, every other one
through a cabinet, at a random delay, polarity and level, 40 to 70 dB over noise. A
spoilt one has one fault of faults.py. Letters: N samples.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import audio
from training.virtual import circuits, faults, guitar
from training.virtual.faults import Case, File

Array = NDArray[np.float64]
RATE_HZ = 44100
SECONDS = 20.0  # hardly more than a pair must have
DELAYS = (-2000, 20001)
DRIVES = (0.0, 15.0, 30.0, 50.0, 75.0, 100.0)
PEAKS_VOLT = (0.1, 0.25, 0.5, 0.9)  # a weak pick-up to a strong one
TONES_HZ = (1500.0, 15000.0)  # corner of the guitar's own tone knob
GOOD, DELAY, TAKE = "good", "delay", "take"
INVERTING = ("fuzz",)  # its wet is turned over as it is
KINDS = (GOOD, DELAY, TAKE, *faults.FAULTS)  # DELAY: good, 40 dB over white noise
OVERSAMPLING = 4  # of the circuits: half the time, and 50 dB do here


@dataclass(frozen=True, order=True)
class Plan:
    """What a case is drawn from; cases of one sound sort together."""

    take: int
    pedal: str
    drive: float
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.pedal} at {self.drive:g} %"


def takes(recordings: Path | None, seed: int, count: int = 6) -> list[Array]:
    """Dry guitars of SECONDS: cut from a folder of recordings, or simulated.

    Each has a tone and a peak (in volts) of its own.
    """
    rng = np.random.default_rng((seed, len(KINDS)))
    size = int(SECONDS * RATE_HZ)
    if recordings is None:
        played = [guitar.play(SECONDS, 1000 * seed + n) for n in range(count)]
    else:
        whole = audio.gather(recordings)
        played = [whole[s : s + size] for s in starts(whole, size, count, rng)]
    toned = [
        guitar.respond(one.astype(float), np.exp(rng.uniform(*np.log(TONES_HZ))), 0.0)
        for one in played
    ]
    return [
        PEAKS_VOLT[n % len(PEAKS_VOLT)] / np.abs(one).max() * one
        for n, one in enumerate(toned)
    ]


def starts(
    whole: NDArray[np.floating], size: int, count: int, rng: np.random.Generator
) -> list[int]:
    """Beginnings of pieces that are played through at least half their time."""
    found: list[int] = []
    while len(found) < count:
        start = int(rng.integers(0, len(whole) - size + 1))
        piece = np.abs(whole[start : start + size])
        pulse = piece[: size // RATE_HZ * RATE_HZ].reshape(-1, RATE_HZ).max(axis=1)
        if np.mean(pulse > 0.05 * piece.max()) > 0.5:
            found.append(start)
    return found


def planned(kind: str, number: int, count: int, seed: int) -> Plan:
    """The number-th case of a kind on `count` takes, always the same for a seed."""
    rng = np.random.default_rng((seed, KINDS.index(kind), number))
    pedals = sorted(circuits.PEDALS)
    drive = float(rng.choice(DRIVES))
    return Plan(int(rng.integers(count)), pedals[number % 4], drive, kind, number)


def made(plans: Sequence[Plan], dry: Sequence[Array], seed: int) -> Iterator[Case]:
    """The cases of all plans, sorted, so that each sound is played but once."""
    for (take, pedal, drive), group in groupby(sorted(plans), sound):
        wet = circuits.render(pedal, dry[take], drive, oversampling=OVERSAMPLING)
        for plan in group:
            yield case(plan, dry, wet.astype(float), seed)


def sound(plan: Plan) -> tuple[int, str, float]:
    """What is played: the take, the pedal, its drive."""
    return plan.take, plan.pedal, plan.drive


def case(plan: Plan, takes: Sequence[Array], wet: Array, seed: int) -> Case:
    """One pair. wet: what the pedal makes of the plan's take, (N,)."""
    rng = np.random.default_rng((seed, KINDS.index(plan.kind), plan.number, 1))
    dry, cab = takes[plan.take], rng.random() < 0.5
    if plan.kind == TAKE:
        dry = takes[(plan.take + int(rng.integers(1, len(takes)))) % len(takes)]
    if cab:
        wet = faults.cabinet(wet, rng)
    delay, polarity = int(rng.integers(*DELAYS)), int(rng.choice([-1, 1]))
    wet = polarity * faults.late(wet, delay, len(dry))
    turned = -polarity if plan.pedal in INVERTING else polarity
    label = f"{plan}{', cabinet' if cab else ''}"
    if plan.kind == DELAY:
        sides = [File(faults.noisy(side, 40.0, rng)) for side in (dry, wet)]
        return Case(plan.kind, *sides, delay, turned, label)
    wet = wet / np.abs(wet).max() * 10 ** (-rng.uniform(1, 20) / 20)
    dry = dry / np.abs(dry).max() * rng.uniform(0.1, 0.95)
    chosen = faults.FAULTS.get(plan.kind)
    if chosen:
        fault = chosen[plan.number % len(chosen)]
        dry, wet = fault(dry, wet, rng)
        label += f", {fault.__name__}"
    recorded_sides = [recorded(side, rng, plan.kind) for side in (dry, wet)]
    return Case(plan.kind, *recorded_sides, delay, turned, label)


def recorded(side: Array | File, rng: np.random.Generator, kind: str) -> File:
    """What a converter of 24 bits makes of it, with a little noise; it never clips
    unless that is the fault."""
    file = side if isinstance(side, File) else File(side)
    sound = file.audio
    if kind != "silence":
        size = np.sqrt(np.mean(sound**2)) * 10 ** (-rng.uniform(40, 70) / 20)
        sound = sound + size * rng.standard_normal(sound.shape)
    if kind != "clipping":
        sound = sound * min(1.0, 0.97 / max(np.abs(sound).max(), 1e-9))
    return File(np.round(np.clip(sound, -1, 1) * 2**23) / 2**23, file.rate_hz)
