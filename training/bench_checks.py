"""Measures the checks on good and spoilt pairs: python -m training.bench_checks.

The pairs are those of training/virtual/pairs.py, simulated ones or with --recordings
from real guitar. Printed: how many faults are named rightly, how many good pairs are
refused, how many samples delays are off, and each miss by name. Two hours of one core,
shared out among all there are.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.console import Console

from pedal.errors import PedalError
from training import align
from training.checks import examine, files
from training.plan import Message, Task, cores, side_by_side
from training.plan import Plan as Went
from training.train import Watch
from training.virtual import pairs
from training.virtual.faults import Case
from training.virtual.pairs import DELAY, GOOD, KINDS, Array, Plan

STEPS = 40  # tasks, each a line of progress
NAMED_GOAL, ALARM_GOAL = 0.95, 0.02
FAULTS = tuple(kind for kind in KINDS if kind not in (GOOD, DELAY))


@dataclass(frozen=True)
class Result:
    """right: named rightly, or the delay at most 1 sample off; told: what was said.

    A delay is undone by whole samples, so the whole number is what is compared; off:
    the samples that were found before rounding, less the truth.
    """

    kind: str
    label: str
    right: bool
    told: str
    off: float = 0.0


def judged(case: Case) -> Result:
    """What the checks say of a case."""
    one, two = case.dry, case.wet
    if case.kind == DELAY:
        found = align.align(one.audio, two.audio)
        off = found.samples - case.delay
        right = abs(round(found.samples) - case.delay) <= 1
        right = right and found.polarity == case.polarity
        told = f"{off:+.1f} samples" + (
            "" if found.polarity == case.polarity else ", polarity wrong"
        )
        return Result(case.kind, case.label, right, told, off)
    report, _, _ = examine(
        files.recording("dry.wav", "dry", one.audio, one.rate_hz),
        files.recording("wet.wav", "wet", two.audio, two.rate_hz),
    )
    named = report.verdict.name if report.verdict else GOOD
    if named == GOOD and case.kind == GOOD and case.polarity != report.polarity:
        named = "polarity missed"
    return Result(case.kind, case.label, named == case.kind, report.line())


def shared_out(
    counts: dict[str, int], recordings: Path | None, seed: int
) -> Iterator[Task]:
    """Every case, those of one sound in one task.   counts: how many of a kind."""
    dry = pairs.takes(recordings, seed)
    plans = sorted(
        pairs.planned(kind, number, len(dry), seed)
        for kind, count in counts.items()
        for number in range(count)
    )
    share: list[Plan] = []
    for _, group in groupby(plans, pairs.sound):
        share += group
        if STEPS * len(share) >= len(plans) or share[-1] is plans[-1]:
            yield Task(f"pairs up to {share[-1]}", judged_all, (share, dry, seed))
            share = []


def judged_all(
    plans: Sequence[Plan], dry: Sequence[Array], seed: int, watch: Watch
) -> list[Result]:
    """The work of a process. Nothing is told before its end."""
    del watch
    return list(map(judged, pairs.made(plans, dry, seed)))


def missed_line(result: Result) -> str:
    """A miss, by name."""
    return f"  missed {result.label}: {result.told}"


def lines(found: list[Result]) -> Iterator[str]:
    """The summary, misses by name."""
    for kind in KINDS:
        of_kind = [result for result in found if result.kind == kind]
        missed = [result for result in of_kind if not result.right]
        if of_kind:
            yield f"{kind}: {len(of_kind) - len(missed)} of {len(of_kind)}"
        yield from (missed_line(result) for result in missed)


def goals(found: list[Result]) -> Iterator[tuple[bool, str]]:
    """Whether each goal is met, and in words."""
    faults, good, delays = (
        [result.right for result in found if result.kind in kinds]
        for kinds in (FAULTS, (GOOD,), (DELAY,))
    )
    offs = [abs(result.off) for result in found if result.kind == DELAY]
    if faults:
        share = sum(faults) / len(faults)
        text = f"named rightly: {sum(faults)} of {len(faults)} ({100 * share:.1f} %)"
        yield share >= NAMED_GOAL, f"{text}, goal {100 * NAMED_GOAL:.0f} %"
    if good:
        refused = len(good) - sum(good)
        text = f"good pairs refused: {refused} of {len(good)}"
        goal = f"goal under {100 * ALARM_GOAL:.0f} %"
        yield refused < ALARM_GOAL * len(good), f"{text}, {goal}"
    if delays:
        near = (
            f"{sum(off <= 1.0 for off in offs)} before rounding, {max(offs):.2f} most"
        )
        text = f"delays at most 1 sample off: {sum(delays)} of {len(delays)} ({near})"
        yield all(delays), f"{text}, goal all"


def results(chosen: argparse.Namespace, console: Console) -> tuple[list[Result], Went]:
    """Every case judged, misses told as they come, and how that went."""
    counts = dict.fromkeys(FAULTS, chosen.cases)
    counts |= {GOOD: chosen.good, DELAY: chosen.delays}
    counts = {k: v for k, v in counts.items() if k in (chosen.only or KINDS)}
    found: list[Result] = []
    began = time.monotonic()

    def heed(message: Message) -> None:
        if message.error:
            console.print(str(message.error), highlight=False, markup=False)
        for result in message.result or []:
            found.append(result)
            if not result.right:
                console.print(missed_line(result), highlight=False, markup=False)
        if message.result:
            told = f"{len(found)} of {sum(counts.values())} pairs"
            console.print(f"{time.monotonic() - began:4.0f} s: {told}", highlight=False)

    tasks = list(shared_out(counts, chosen.recordings, chosen.seed))
    return found, side_by_side(tasks, chosen.workers, heed)


def main() -> int:
    """Prints the benchmark.   returns: 0 if its goals are met and no task failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=Path, help="folder of dry guitar")
    parser.add_argument("--cases", type=int, default=16, help="of each fault")
    parser.add_argument("--good", type=int, default=150, help="good pairs")
    parser.add_argument("--delays", type=int, default=200)
    parser.add_argument("--only", nargs="*", choices=KINDS, help="kinds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=cores(), help="one a core")
    console = Console()
    try:
        found, went = results(parser.parse_args(), console)
    except PedalError as error:
        print(f"checks: {error}", file=sys.stderr)
        return 1
    found.sort(key=lambda result: result.label)
    for line in lines(found):
        console.print(line, highlight=False, markup=False)
    met = not went.errors and not went.stopped
    for reached, line in goals(found):
        console.print(line, highlight=False)
        met = met and reached
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
