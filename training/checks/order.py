"""Is dry dry? A clipper explains the wet recording by the dry one, never the reverse.

What several clippers make of one recording is compared with the other, both ways round;
the way that leaves less unexplained is the way the music went. A pedal that does not
clip at all can't be told from its reverse, and passes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from training import causal

Array = NDArray[np.float64]
LISTEN = 16 * 44100  # samples


def explained(one: Array, two: Array) -> float:
    """How much of two a clipper explains by one."""
    heard = causal.frames(two)
    return max(
        causal.certainty(
            causal.cross_spectra(causal.frames(causal.clipped(one, clipper)), heard)[2]
        )
        for clipper in causal.PLAIN_CLIPPERS
    )


def measure(dry: Array, wet: Array) -> float:
    """Log of explained there over explained back, of an aligned pair (N,).

    0.2 to 2 for a pedal that clips, 0 for one that does not, below 0 if exchanged.
    """
    start = max(0, (len(dry) - LISTEN) // 2)
    one, two = dry[start : start + LISTEN], wet[start : start + LISTEN]
    if len(one) < causal.SIZE:
        return 0.0
    return math.log((explained(one, two) + 1e-9) / (explained(two, one) + 1e-9))
