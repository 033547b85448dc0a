"""Hundreds of good and spoilt pairs: python -m training.bench_checks.

Good pairs are a guitar through the simulated circuits at drives from 10 to 100 %, every
other one through a cabinet, at a random delay and polarity, 40 to 65 dB over noise.
Spoilt ones have one fault of training/virtual/faults.py. Printed: how many are named
rightly, how many good pairs are refused, and how many samples delays are off.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training import align, audio
from training.checks import examine, files
from training.virtual import circuits, faults, guitar
from training.virtual.faults import Case, File

Array = NDArray[np.float64]
RATE_HZ = 44100
SECONDS = 24.0
HALF = int(SECONDS / 2 * RATE_HZ)  # what delays are found on
DELAYS = (-2000, 20001)
TAKE = "take"
KINDS = ("good", TAKE, *faults.FAULTS)
PLAYED_KEPT = 24  # pedals played, kept in memory while cases draw on them


@dataclass
class Player:
    """Dry guitar and what pedals make of it, drawn by seeds."""

    dry: list[Array]
    seed: int

    def __post_init__(self) -> None:
        self.played: dict[tuple[int, str, float], Array] = {}

    def wet(self, which: int, rng: np.random.Generator) -> Array:
        """One of the dry takes through a pedal."""
        pedal = sorted(circuits.PEDALS)[rng.integers(len(circuits.PEDALS))]
        drive = float(rng.choice([10.0, 30.0, 50.0, 75.0, 100.0]))
        key = (which, pedal, drive)
        if key not in self.played:
            while len(self.played) >= PLAYED_KEPT:
                self.played.pop(next(iter(self.played)))
            self.played[key] = circuits.render(pedal, self.dry[which], drive)
        return self.played[key].astype(float)

    def case(self, kind: str, number: int) -> Case:
        """The number-th case of a kind, always the same for a seed."""
        rng = np.random.default_rng((self.seed, KINDS.index(kind), number))
        which = int(rng.integers(len(self.dry)))
        dry, wet = self.dry[which], self.wet(which, rng)
        if kind == TAKE:
            other = (which + int(rng.integers(1, len(self.dry)))) % len(self.dry)
            wet = self.wet(other, rng)
        if rng.random() < 0.5:
            wet = faults.cabinet(wet, rng)
        delay, polarity = int(rng.integers(*DELAYS)), int(rng.choice([-1, 1]))
        wet = polarity * faults.late(wet, delay, len(dry))
        wet = wet / np.abs(wet).max() * 10 ** (-rng.uniform(1, 20) / 20)
        dry = dry / np.abs(dry).max() * rng.uniform(0.1, 0.95)
        chosen = faults.FAULTS.get(kind)
        if chosen:
            dry, wet = chosen[rng.integers(len(chosen))](dry, wet, rng)
        sides = [recorded(side, rng, kind) for side in (dry, wet)]
        return Case(kind, *sides, delay, polarity)


def recorded(side: Array | File, rng: np.random.Generator, kind: str) -> File:
    """What a converter of 24 bits makes of it, with a little noise; it never clips
    unless that is the fault."""
    file = side if isinstance(side, File) else File(side)
    sound = file.audio
    if kind != "silence":
        size = np.sqrt(np.mean(sound**2)) * 10 ** (-rng.uniform(40, 65) / 20)
        sound = sound + size * rng.standard_normal(sound.shape)
    if kind != "clipping":
        sound = sound * min(1.0, 0.97 / max(np.abs(sound).max(), 1e-9))
    return File(np.round(np.clip(sound, -1, 1) * 2**23) / 2**23, file.rate_hz)


def takes(recordings: Path | None, seed: int, count: int = 6) -> list[Array]:
    """Dry takes of SECONDS: of the recordings' folder, or of the simulated guitar."""
    size = int(SECONDS * RATE_HZ)
    if recordings is None:
        return [
            guitar.play(SECONDS, 1000 * seed + n).astype(float) for n in range(count)
        ]
    whole = audio.gather(recordings).astype(float)
    count = min(2 * count, len(whole) // size)
    starts = np.linspace(0, len(whole) - size, count).astype(int)
    return [whole[start : start + size] for start in starts]


def examined(case: Case) -> tuple[str, int]:
    """What the checks call a case, and how many samples its delay is off."""
    one, two = case.dry, case.wet
    report, _, _ = examine(
        files.recording("dry.wav", "dry", one.audio, one.rate_hz),
        files.recording("wet.wav", "wet", two.audio, two.rate_hz),
    )
    named = report.verdict.name if report.verdict else "good"
    if case.polarity != report.polarity and named == "good":
        named = "polarity missed"
    return named, report.delay - case.delay


def delay_errors(player: Player, count: int) -> Iterator[tuple[float, bool]]:
    """Samples off, and polarity right, of `count` pairs with 40 dB over noise."""
    for number in range(count):
        rng = np.random.default_rng((player.seed, 99, number))
        which = int(rng.integers(len(player.dry)))
        dry, wet = player.dry[which][:HALF], player.wet(which, rng)[:HALF]
        if number % 2:
            wet = faults.cabinet(wet, rng)
        delay, polarity = int(rng.integers(*DELAYS)), int(rng.choice([-1, 1]))
        wet = polarity * faults.late(wet, delay, len(dry))
        found = align.align(*(faults.noisy(side, 40.0, rng) for side in (dry, wet)))
        yield found.samples - delay, found.polarity == polarity


def main() -> int:
    """Prints both benchmarks.   returns: 0 if the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, help="folder of dry guitar")
    parser.add_argument("--cases", type=int, default=20, help="of each kind")
    parser.add_argument("--good", type=int, default=100, help="good pairs")
    parser.add_argument("--only", nargs="*", choices=KINDS, help="kinds")
    parser.add_argument("--delays", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen, console = parser.parse_args(), Console()
    player = Player(takes(chosen.recordings, chosen.seed), chosen.seed)

    kinds = chosen.only or KINDS
    if chosen.cases == 0:
        kinds = ()
    right = cases = alarms = 0
    for kind in kinds:
        count = chosen.good if kind == "good" else chosen.cases
        named = Counter(examined(player.case(kind, n))[0] for n in range(count))
        others = ", ".join(f"{k} {v}" for k, v in named.items() if k != kind)
        console.print(f"{kind}: {named[kind]} of {count} {others}", highlight=False)
        if kind == "good":
            alarms = count - named[kind]
        else:
            right, cases = right + named[kind], cases + count
    met = True
    if kinds:
        met = right >= 0.95 * cases
        met = met and (alarms < 0.02 * chosen.good or not chosen.good)
        console.print(
            f"named rightly: {right} of {cases} ({100 * right / cases:.1f} %), goal 95 "
            f"%; good pairs refused: {alarms} of {chosen.good}, goal under 2 %"
        )
    if chosen.delays:
        errors = list(delay_errors(player, chosen.delays))
        off = np.abs(np.round([error for error, _ in errors]))
        met = met and bool(off.max() <= 1)
        console.print(
            f"delays: {np.sum(off <= 1)} of {len(off)} at most 1 sample off, at most "
            f"{off.max():.0f}; polarity right in {sum(p for _, p in errors)}"
        )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
