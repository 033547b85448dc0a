"""Two clippers with capacitors behind a low pass: a pedal that distorts most, fitted.

A capacitor beside the diodes of a clipper makes it a one-pole that leaks the more, the
louder it is, w (x - y - LEAK sinh y) = dy/dt, so its corner climbs while it clips. No
filter before or behind a fixed curve does that, and two such stages delay the sound by
many samples. Source: Yeh, Abel and Smith, Simplified, physically-informed models of
distortion and overdrive guitar effects pedals, DAFx 2007; by the trapezoidal rule and
Newton. Letters: N samples.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import minimize

from training.filters import RATE_HZ, high_passed, low_passed, rms_of

Array = NDArray[np.floating]
LEAK = 0.01  # where the knee is; of diodes behind 1 kohm to 470 kohm 0.0001 to 0.05
TRIES, STEP = 200, 1e-3  # evaluations of the search, and its step for a slope
TOLERANCE = 1e-4  # of the last move, in knees; Newton squares it
HIGHEST_HZ = 15000.0  # the trapezoidal rule rings where a corner is higher


class Diodes(NamedTuple):
    """Gain over the rms of what a stage clips, corners of the high pass before it and
    of its own; again of the second. bias: of the first; input_hz: low pass in front.
    rms, again_rms: what each clips in the sound it was fitted on, see `settled`; 0 for
    what it clips in the sound it plays.
    """

    gain: float
    high_pass_hz: float
    corner_hz: float
    bias: float
    again: float
    again_high_pass_hz: float
    again_corner_hz: float
    input_hz: float = 8000.0
    rms: float = 0.0
    again_rms: float = 0.0


SEARCHED = 8  # of the fields: all but the rms
BIAS = Diodes._fields.index("bias")  # searched as it is, all others by their logs
LOW = Diodes(0.3, 10.0, 200.0, -3.0, 0.3, 10.0, 200.0, 1000.0)
HIGH = Diodes(300.0, 2000.0, HIGHEST_HZ, 3.0, 300.0, 2000.0, HIGHEST_HZ, 20000.0)
FIRST = tuple(
    Diodes(gain, 100.0, corner_hz, 0.05, again, 150.0, 900.0)
    for gain in (3.0, 20.0)
    for corner_hz in (900.0, 4000.0)
    for again in (5.0, 40.0)
)


@njit(cache=True)
def clip(source, half_step, leak):
    """One clipper.   source: (N,) in knees; half_step: half a sample in time constants.

    returns: (N,), as large as the source where it does not clip.
    """
    output = np.empty_like(source)
    known, now, last = 0.0, 0.0, 0.0
    for n in range(source.shape[0]):
        # known = now + half_step (now + leak sinh now), which gives the last leak
        known = 2.0 * now - known + half_step * (source[n] + last)
        last = source[n]
        # Two bounds, both from above, from where Newton comes straight down.
        size = abs(known)
        start = math.log1p(2.0 * size / (half_step * leak)) if leak else size
        now = math.copysign(min(start, size / (1.0 + half_step)), known)
        for _ in range(30):
            up = math.exp(now)
            down = 1.0 / up
            residual = now * (1.0 + half_step) - known
            residual += half_step * leak * 0.5 * (up - down)
            slope = 1.0 + half_step + half_step * leak * 0.5 * (up + down)
            move = residual / slope
            now -= move
            if abs(move) < TOLERANCE:
                break
        output[n] = now
    return output


def clipped(
    audio: Array, gain: float, rms: float, corner_hz: float, bias: float = 0.0
) -> Array:
    """What a clipper makes of what a high pass lets through, (N,) float64."""
    half_step = math.tan(math.pi * min(corner_hz, HIGHEST_HZ) / RATE_HZ)
    return clip(gain / rms * audio + bias, half_step, LEAK)


def played(audio: Array, diodes: Diodes) -> Array:
    """The guitar behind both, (N,), in the precision it came in."""
    return both(audio, diodes)[0].astype(audio.dtype)


def settled(audio: Array, diodes: Diodes) -> Diodes:
    """With the rms that each stage clips of the sound it was fitted on, (N,): its gains
    are the same then where it plays what is louder or softer in the mean."""
    _, rms, again_rms = both(audio, diodes)
    return diodes._replace(rms=rms, again_rms=again_rms)


def both(audio: Array, diodes: Diodes) -> tuple[Array, float, float]:
    """The guitar behind both, (N,) float64, and what rms is theirs."""
    heard = low_passed(audio.astype(np.float64), diodes.input_hz)
    heard = high_passed(heard, diodes.high_pass_hz)
    rms = diodes.rms or rms_of(heard)
    heard = clipped(heard, diodes.gain, rms, diodes.corner_hz, diodes.bias)
    heard = high_passed(heard, diodes.again_high_pass_hz)
    again_rms = diodes.again_rms or rms_of(heard)
    heard = clipped(heard, diodes.again, again_rms, diodes.again_corner_hz)
    return heard, rms, again_rms


def searched(explained: Callable[[Diodes], float], begin: Diodes) -> Diodes:
    """What explains most, from a beginning on along the slope (L-BFGS-B)."""
    found = minimize(
        lambda point: -explained(at(point)) / 100.0,
        point_of(begin),
        method="L-BFGS-B",
        bounds=list(zip(point_of(LOW), point_of(HIGH), strict=True)),
        options={"maxfun": TRIES, "eps": STEP},
    )
    return at(found.x)


def point_of(diodes: Diodes) -> Array:
    """As what is searched, (8,)."""
    point = np.array(diodes[:SEARCHED])
    logs = np.arange(len(point)) != BIAS
    point[logs] = np.log(point[logs])
    return point


def at(point: Array) -> Diodes:
    """The reverse."""
    values = np.exp(point)
    values[BIAS] = point[BIAS]
    return Diodes(*values.tolist())
