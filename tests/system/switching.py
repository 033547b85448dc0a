"""Judges a switch by the ideal: a 10 ms raised-cosine crossfade of two sounds that
both ran all the time.

Letters: N samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FADE = 441  # samples: 10 ms
AROUND = 882  # samples on both sides of the switch: 20 ms
WINDOW = 220  # samples: 5 ms
QUIET = 1e-4  # -80 dBFS: below it a window's level is not compared

Array = np.ndarray


@dataclass(frozen=True)
class Verdict:
    """The worst of many switches, in dB against the ideal.

    click: by how much the largest second difference exceeds the ideal's.
    gap: by how much a 5 ms window falls below the same window of the ideal.
    """

    click_db: float
    gap_db: float
    switches: int


def ideal(before: Array, after: Array, start: int) -> Array:
    """The crossfade whose first sample is `start`. before, after: (N,)."""
    share = 0.5 - 0.5 * np.cos(np.pi * (np.arange(FADE) + 0.5) / FADE)
    mix = before.copy()
    end = start + FADE
    mix[start:end] += share * (after[start:end] - before[start:end])
    mix[end:] = after[end:]
    return mix


def second_difference(x: Array) -> float:
    """The largest step of the slope: what is heard as a click."""
    return float(np.abs(np.diff(x, 2)).max())


def levels(x: Array) -> Array:
    """RMS of every 5 ms window, one a quarter window."""
    power = np.convolve(x.astype(np.float64) ** 2, np.ones(WINDOW) / WINDOW, "valid")
    return np.sqrt(np.maximum(power[:: WINDOW // 4], 0.0))


def judge(
    heard: Array, sounds: Sequence[Array], starts: Sequence[int], first: int = 0
) -> Verdict:
    """heard: (N,); sounds: the two that alternate, running all the time, (N,) each.

    starts: the first sample of each fade; `first` is the sound that plays before.
    """
    click_db = gap_db = -np.inf
    for turn, start in enumerate(starts):
        begin, end = start - AROUND, start + AROUND
        before, after = sounds[(turn + first) % 2], sounds[(turn + first + 1) % 2]
        wish = ideal(before[begin : end + FADE], after[begin : end + FADE], AROUND)
        wish, found = wish[: end - begin], heard[begin:end]
        step, allowed = second_difference(found), second_difference(wish)
        click_db = max(click_db, 20 * np.log10(max(step, 1e-7) / max(allowed, 1e-7)))
        want, got = levels(wish), levels(found)
        loud = want > QUIET
        if loud.any():
            drop = np.maximum(got[loud], 1e-9) / want[loud]
            gap_db = max(gap_db, float(-20 * np.log10(drop.min())))
    return Verdict(float(click_db), float(gap_db), len(starts))
