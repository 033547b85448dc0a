"""Checks of a pair: from what any file can have to what only a pair can."""

from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from training import align, causal
from training.checks import echo, files, motion, order, sway
from training.checks.files import RATE_HZ, Recording
from training.checks.report import Check, Report, State
from training.clippers import Clipper

Array = NDArray[np.float64]
LEAST_SECONDS = 19.0  # what a split by time needs
MOST_APART_SECONDS = 1.0  # of the two lengths
LEAST_LIKENESS = 4.5
DELAYS = (-2000, 20000)  # samples that are searched
RATES = (48000 / 44100, 44100 / 48000, 96000 / 44100, 44100 / 96000, 2.0, 0.5)
SPEED_LEEWAY = 0.03  # of the lengths' ratio
MOST_DRIFT = 4.0  # samples over the whole recording
SMALL = 60.0  # samples of drift or jump that are measured again
END_SHARE, END_SECONDS = 0.4, 20  # of a recording that is called an end
LEAST_WINDOWS = 6
JUMP = 24.0  # samples that delays step by when a buffer is lost
SURE = 6.0  # certainty of a window that counts
MOST_SWAY_DB, MORE_SWAY_DB = 1.8, 1.5  # see sway; more than dry's own
MOVING, REPEATING, EXCHANGED = 12.0, 20.0, -0.07  # see motion, echo and order
SURELY_EXCHANGED = -0.4  # whatever else is wrong; above, other causes come first


def examine_files(dry: Path, wet: Path) -> tuple[Report, Array, Array]:
    """Reads and examines. Raises AudioError for a file that cannot be read."""
    return examine(files.read(dry, "dry"), files.read(wet, "wet"))


def examine(
    dry: Recording,
    wet: Recording,
    least_seconds: float = LEAST_SECONDS,
    note: int | None = None,
) -> tuple[Report, Array, Array]:
    """All checks of a pair. note: samples of each where both are single notes, joined.

    returns: the report, and dry and wet aligned, (N,) each, wet with dry's polarity;
    where the report is bad they are as far as the checks came.
    """
    report = Report(dry.name, wet.name)
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
    surely = lead < SURELY_EXCHANGED
    if surely:
        report.add(exchanged(lead))
    steady = clocks(found, one, two)
    for row in (*noisy, same, late(found), polarity(found), steady):
        report.add(row)
    if report.verdict:
        return report, one, two
    report.add(moving(one, two) if note is None else swaying(one, two, note))
    report.add(repeating(one, two, found.fit.clipper))
    if not surely:
        report.add(exchanged(lead))
    return report, one, two


def pair_row(name: str, bad: bool, *texts: str) -> Check:
    """A good or bad row about both files."""
    return Check(name, State.BAD if bad else State.GOOD, *texts)


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


def clocks(found: align.Alignment, dry: Array, wet: Array) -> Check:
    """Two clocks let the delay drift, a lost buffer lets it jump.

    A pedal's own delay changes by some samples with how hard it is played, so what the
    windows say of a small drift is looked at again on both ends of the aligned pair.
    """
    track = found.track
    sure = track.certainty >= SURE
    seconds, delays = track.seconds[sure], track.delays[sure]
    if len(delays) < LEAST_WINDOWS:
        return Check("drift", State.SKIPPED, "too few sure moments")
    slope, spread = robust_slope(seconds, delays)
    span = float(seconds[-1] - seconds[0])
    drift = slope * span
    step, at = jump(seconds, delays)
    if max(abs(drift), abs(step)) < SMALL:
        apart = ends_apart(dry, wet, found.fit.clipper)
        step = step if abs(apart) > abs(step) / 2 else 0.0
        ends = apart / (1.0 - END_SHARE)
        drift = min(drift, ends, key=abs) if drift * ends > 0 else 0.0
        spread = 0.0
    if abs(step) >= JUMP and abs(step) > 3 * spread:
        return pair_row(
            "dropout",
            True,
            f"{abs(step):.0f} samples {'lost' if step < 0 else 'added'} at {at:.1f} s",
            "none",
            "a buffer was lost; record again with longer buffers",
        )
    parts = 1e6 * drift / (span * RATE_HZ)
    text = f"{drift:+.1f} samples in {span:.0f} s ({parts:+.0f} ppm)"
    bad = abs(drift) > MOST_DRIFT + 2 * spread
    advice = "two clocks: play and record on one interface"
    return pair_row("drift", bad, text, f"at most {MOST_DRIFT:g} samples", advice)


def ends_apart(dry: Array, wet: Array, clipper: Clipper) -> float:
    """Samples that the delay grows from the first to the last 40 % of a pair."""
    size = min(int(END_SHARE * len(dry)), END_SECONDS * RATE_HZ)
    ends = (slice(0, size), slice(len(dry) - size, len(dry)))
    one, two = (causal.behind(dry[end], wet[end], clipper)[0] for end in ends)
    return two - one


def robust_slope(seconds: Array, delays: Array) -> tuple[float, float]:
    """Median of the slopes of far pairs (Theil and Sen), and the spread around it."""
    i, j = np.triu_indices(len(seconds), max(1, len(seconds) // 3))
    slope = float(np.median((delays[j] - delays[i]) / (seconds[j] - seconds[i])))
    left = delays - slope * seconds
    return slope, float(np.median(np.abs(left - np.median(left))))


def jump(seconds: Array, delays: Array) -> tuple[float, float]:
    """The largest step between the medians before and behind a moment, and when."""
    best, at = 0.0, 0.0
    for cut in range(3, len(delays) - 2):
        before, behind = delays[:cut], delays[cut:]
        step = float(np.median(behind) - np.median(before))
        left = np.concatenate((before - np.median(before), behind - np.median(behind)))
        if abs(step) > abs(best) and np.mean(np.abs(left)) < 0.1 * abs(step):
            best, at = step, float(seconds[cut - 1] + seconds[cut]) / 2
    return best, at


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


def repeating(dry: Array, wet: Array, clipper: Clipper) -> Check:
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
