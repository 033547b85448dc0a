"""Checks of a pair: from what any file can have to what only a pair can."""

from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from training import align
from training.checks import clocks, echo, files, motion, order, sway
from training.checks.files import RATE_HZ, Recording
from training.checks.report import Check, Report, State, pair_row
from training.clippers import Clipping

Array = NDArray[np.float64]
LEAST_SECONDS = 19.0  # what a split by time needs
MOST_APART_SECONDS = 1.0  # of the two lengths
LEAST_LIKENESS = 4.5
DELAYS = (-2000, 20000)  # samples that are searched
RATES = (48000 / 44100, 44100 / 48000, 96000 / 44100, 44100 / 96000, 2.0, 0.5)
SPEED_LEEWAY = 0.03  # of the lengths' ratio
MOST_SWAY_DB, MORE_SWAY_DB = 1.8, 1.5  # see sway; more than dry's own
MOVING, REPEATING, EXCHANGED = 15.5, 20.0, -0.07  # see motion, echo and order
SURELY_EXCHANGED = -0.4  # whatever else is wrong; above, other causes come first
EARLY_EXCHANGED = 0.05  # when wet comes before dry


def examine_files(dry: Path, wet: Path) -> tuple[Report, Array, Array]:
    """Reads and examines. Raises AudioError for a file that cannot be read."""
    return examine(files.read(dry, "dry"), files.read(wet, "wet"))


def examine(
    dry: Recording,
    wet: Recording,
    least_seconds: float = LEAST_SECONDS,
    note: int | None = None,
    excused: frozenset[str] = frozenset(),
) -> tuple[Report, Array, Array]:
    """All checks of a pair. note: samples of each where both are single notes, joined;
    excused: names of checks that only note what they find, and hide nothing.

    returns: the report, and dry and wet aligned, (N,) each, wet with dry's polarity;
    where the report is bad they are as far as the checks came.
    """
    report = Report(dry.name, wet.name, excused)
    alone = [report.add(check(one)) for check in files.ALONE for one in (dry, wet)]
    if any(alone) or report.add(length(dry, wet, least_seconds)):
        return report, dry.audio, wet.audio
    noisy = [files.noise(one) for one in (dry, wet)]
    found = report.alignment = align.align(dry.audio, wet.audio)
    same = take(dry, wet, found)
    if same.state is State.BAD:
        for row in (*noisy, same):
            report.add(row)
        return report, dry.audio, wet.audio
    report.delay, report.polarity = round(found.samples), found.polarity
    one, two = align.shifted(dry.audio, wet.audio, report.delay)
    two = found.polarity * two
    lead = order.measure(one, two, found.fit.once)
    early = report.delay < DELAYS[0]  # nothing is heard before it is played
    surely = lead < (EARLY_EXCHANGED if early else SURELY_EXCHANGED)
    if surely:
        report.add(exchanged(lead))
    steady = clocks.steady(found, one, two)
    for row in (noisy[0], same, late(found), polarity(found), steady):
        report.add(row)
    if report.verdict:
        return report, one, two
    report.add(moving(one, two) if note is None else swaying(one, two, note))
    report.add(repeating(one, two, found.fit.clipper))
    report.add(noisy[1])  # behind what fills the pauses of wet too
    if not surely:
        report.add(exchanged(lead))
    return report, one, two


def length(dry: Recording, wet: Recording, least_seconds: float) -> Check:
    """At another speed, too short to split, or one much longer than the other."""
    apart = abs(dry.seconds - wet.seconds)
    bad = apart > MOST_APART_SECONDS
    speed = other_speed(dry, wet, dry.seconds / wet.seconds) if bad else None
    if speed:
        return speed
    short = min((dry, wet), key=lambda one: one.seconds)
    if short.seconds < least_seconds:
        expected = f"{least_seconds:.0f} s or more"
        found = f"{short.role}: {short.seconds:.1f} s"
        advice = "record longer; two minutes are good"
        return files.row(short, "length", True, found, expected, advice)
    return pair_row(
        "length",
        bad,
        f"dry {dry.seconds:.2f} s, wet {wet.seconds:.2f} s",
        f"at most {MOST_APART_SECONDS:g} s apart",
        "export both from the same start to the same end",
    )


def take(dry: Recording, wet: Recording, found: align.Alignment) -> Check:
    """Are they the same take at all? If not: at another speed?"""
    text = f"likeness {found.likeness:.1f}"
    expected = f"{LEAST_LIKENESS:g} or more"
    if found.likeness >= LEAST_LIKENESS:
        return pair_row("take", False, text, expected)
    return other_speed(dry, wet) or pair_row(
        "take", True, text, expected, "these are two performances; pair them anew"
    )


def other_speed(dry: Recording, wet: Recording, near: float = 0.0) -> Check | None:
    """A bad row when wet becomes like dry at another speed, near one if it is given."""
    for ratio in RATES:
        if near and abs(near / ratio - 1.0) > SPEED_LEEWAY:
            continue
        found = align.listen(dry.audio, stretched(wet.audio, ratio)).contrast
        if found >= LEAST_LIKENESS:
            advice = (
                f"its samples are of {wet.rate_hz * ratio:.0f} Hz"
                if wet.rate_hz == RATE_HZ
                else "its header says another rate than its samples are of"
            )
            text = f"wet plays {1 / ratio:.4f} times as long as dry"
            return pair_row(
                "rate", True, text, "the same speed", f"{advice}; export it again"
            )
    return None


def stretched(audio: Array, ratio: float) -> Array:
    """Played slower by a ratio, (N,) -> (N * ratio,)."""
    return soxr.resample(audio, RATE_HZ, RATE_HZ * ratio, "HQ")


def late(found: align.Alignment) -> Check:
    """The delay, undone."""
    samples = round(found.samples)
    bad = not DELAYS[0] <= samples <= DELAYS[1]
    text = f"wet is {samples} samples late ({1000 * samples / RATE_HZ:.1f} ms)"
    state = State.BAD if bad else State.NOTED if samples else State.GOOD
    expected = f"{DELAYS[0]} to {DELAYS[1]}, undone"
    return Check("delay", state, text, expected, "cut both to the same start")


def polarity(found: align.Alignment) -> Check:
    """The polarity, undone."""
    if found.polarity > 0:
        return Check("polarity", State.GOOD, "the same", "either, undone")
    return Check("polarity", State.NOTED, "wet is turned over", "either, undone")


def moving(dry: Array, wet: Array) -> Check:
    """Chorus, phaser, tremolo."""
    found = motion.measure(dry, wet)
    bad = found.strength > MOVING
    text = f"strength {found.strength:.1f}"
    if bad:
        text = f"an effect that moves {found.hz:.2f} times a second ({text})"
    expected = f"strength {MOVING:g} or less"
    advice = "a model cannot learn chorus, phaser or tremolo; switch it off"
    return pair_row("modulation", bad, text, expected, advice)


def swaying(dry: Array, wet: Array, note: int) -> Check:
    """Chorus, phaser, tremolo, of joined notes."""
    played, heard = (sway.measure(side, note) for side in (dry, wet))
    most = max(MOST_SWAY_DB, played + MORE_SWAY_DB)
    text = f"partials that sway by {heard:.1f} dB, dry by {played:.1f} dB"
    advice = "a model cannot learn chorus, phaser or tremolo; take another effect"
    return pair_row("modulation", heard > most, text, f"{most:.1f} dB or less", advice)


def repeating(dry: Array, wet: Array, clipper: Clipping) -> Check:
    """Echo and room."""
    found = echo.measure(dry, wet, clipper)
    bad = found.strength > REPEATING
    text = f"strength {found.strength:.1f}"
    if bad:
        text = f"a repeat after {1000 * found.seconds:.0f} ms ({text})"
    expected = f"strength {REPEATING:g} or less"
    advice = "a model cannot learn delay or reverb; switch it off"
    return pair_row("echo", bad, text, expected, advice)


def exchanged(lead: float) -> Check:
    """Dry and wet in the wrong order, by what `order.measure` says."""
    text = f"dry explains wet, not the reverse, by {lead:+.2f}"
    advice = "dry and wet look exchanged: name the dry one first"
    return pair_row("swapped", lead < EXCHANGED, text, f"{EXCHANGED:g} or more", advice)
