"""A slow amplifier with much gain, and a clipper behind it: a pedal that slews, fitted.

Its output runs to a rail no faster than its slew rate and turns where the sound crosses
what the feedback holds. While it stands at a rail the feedback's capacitors only creep,
so the bass that they would take away comes back, and how late it turns depends on how
steep the sound is; no filter before or behind a fixed curve does that. Source of the
model (slew = a saturated difference): Boyle et al., JSSC 1974. Letters: N samples.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.filters import RATE_HZ, rms_of

Array = NDArray[np.floating]
PARTS = 4  # explicit steps a sample
TURN = 2.0 * math.pi / RATE_HZ / PARTS  # radians a step and Hz
TRIES, STEP = 160, 1e-3  # evaluations of the search, and its step for a slope


class Slewing(NamedTuple):
    """gain: over the rms of the input, in rails; corners of its own low pass and of the
    feedback's two high passes, share: of the second; slew in rails a sample; again:
    gain of the clipper behind it. rms: that of the sound it was fitted on, 0 for that
    of the sound it plays: what is louder or softer in the mean reaches the rails else.
    """

    gain: float
    corner_hz: float
    slew: float
    again: float
    high_pass_hz: float = 1500.0
    bass_hz: float = 60.0
    share: float = 0.05
    rms: float = 0.0


SEARCHED = 7  # of the fields: all but the last
LOW = Slewing(0.3, 200.0, 0.02, 0.1, 20.0, 5.0, 0.001)
HIGH = Slewing(1000.0, 12000.0, 20.0, 30.0, 3000.0, 300.0, 0.5)
FIRST = tuple(  # around 0.3 V/us between rails of 4 V, the usual slow one
    Slewing(gain, corner_hz, 1.7, 5.0)
    for gain in (2.0, 5.0, 12.0, 30.0)
    for corner_hz in (700.0, 2200.0)
)


@njit(cache=True)
def follow(source, weight, slew, again, high_pass, bass, share):
    """Amplifier and clipper.   source: (N,) in rails; weights and slew: of a step.

    returns: (N,) in -1..1, from rest, as it is at each sample: a mean around it would
    be a filter that is not of minimum phase, 0.2 samples to causal.py.
    """
    output = np.empty_like(source)
    volt = held = low = last = 0.0  # output, the feedback's two capacitors
    for n in range(source.shape[0]):
        rise = (source[n] - last) / PARTS
        for part in range(1, PARTS + 1):
            back = volt + (1.0 - share) * held + share * low
            want = weight * (last + rise * part - back)
            volt += want / math.sqrt(1.0 + (want / slew) ** 2)
            volt = min(max(volt, -1.0), 1.0)
            apart = low - held
            held += high_pass * (volt + share * apart)
            low += bass * (volt - (1.0 - share) * apart)
        last = source[n]
        output[n] = math.tanh(again * volt)
    return output


def played(audio: Array, slewing: Slewing) -> Array:
    """The guitar behind both, (N,), in the precision it came in."""
    gain, corner_hz, slew, again, high_pass_hz, bass_hz, share, rms = slewing
    scale = gain / (rms or rms_of(audio))
    weights = 1.0 - math.exp(-TURN * corner_hz), slew / PARTS, again
    legs = TURN * high_pass_hz, TURN * bass_hz, share
    return follow(scale * audio.astype(np.float64), *weights, *legs).astype(audio.dtype)


def settled(audio: Array, slewing: Slewing) -> Slewing:
    """With the rms of the sound it was fitted on, (N,)."""
    return slewing._replace(rms=rms_of(audio))


def searched(explained: Callable[[Slewing], float], begin: Slewing) -> Slewing:
    """What explains most, from a beginning on along the slope (L-BFGS-B)."""
    found = minimize(
        lambda point: -explained(at(point)) / 100.0,
        np.log(begin[:SEARCHED]),
        method="L-BFGS-B",
        bounds=list(zip(*np.log([LOW[:SEARCHED], HIGH[:SEARCHED]]), strict=True)),
        options={"maxfun": TRIES, "eps": STEP},
    )
    return at(found.x)


def at(point: Array) -> Slewing:
    """From the logs that are searched, (7,)."""
    return Slewing(*np.exp(point).tolist())
