"""Does the delay stay? Two clocks let it drift, a lost buffer lets it jump.

Letters: N samples, W windows of an alignment.
"""

import numpy as np
from numpy.typing import NDArray

from training import align, causal
from training.checks.report import Check, State, pair_row
from training.clippers import Clipping

Array = NDArray[np.float64]
RATE_HZ = 44100
MOST_DRIFT = 4.0  # samples over the whole recording
SMALL_STEP, SMALL = 60.0, 150.0  # samples of jump, drift that are measured again
END_SHARE, END_SECONDS = 0.4, 20  # of a recording that is called an end
LEAST_WINDOWS = 6
JUMP = 24.0  # samples that delays step by when a buffer is lost
MOST_LEFT, BETTER = 200.0, 0.5  # samples a window counts at most; of a line's misfit
SURE = 6.0  # certainty of a window that counts


def steady(found: align.Alignment, dry: Array, wet: Array) -> Check:
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
    step, at, left = jump(seconds, delays)
    jumps = left < BETTER * misfit(delays - slope * seconds)
    if abs(drift) < SMALL:
        apart = ends_apart(dry, wet, found.fit.clipper)
        if abs(step) < SMALL_STEP and abs(apart) < abs(step) / 2:
            step = 0.0
        ends = apart / (1.0 - END_SHARE)
        drift = min(drift, ends, key=abs) if drift * ends > 0 else 0.0
        spread = 0.0
    if abs(step) >= JUMP and jumps:
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


def ends_apart(dry: Array, wet: Array, clipper: Clipping) -> float:
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


def misfit(left: Array) -> float:
    """What is left of delays around their median, one stray window counted little."""
    return float(np.mean(np.minimum(np.abs(left - np.median(left)), MOST_LEFT)))


def jump(seconds: Array, delays: Array) -> tuple[float, float, float]:
    """The step that delays fit best, when, and the misfit that it leaves."""
    best = (0.0, 0.0, misfit(delays))
    for cut in range(3, len(delays) - 2):
        before, behind = delays[:cut], delays[cut:]
        left = (misfit(before) * len(before) + misfit(behind) * len(behind)) / len(
            delays
        )
        if left < best[2]:
            step = float(np.median(behind) - np.median(before))
            best = step, float(seconds[cut - 1] + seconds[cut]) / 2, left
    return best
