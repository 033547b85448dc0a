"""Is dry dry? A clipper explains the wet recording by the dry one, never the reverse.

What the best clipper makes of one recording is compared with the other, both ways
round; the way that leaves less unexplained is the way the music went. A pedal that does
not clip at all can't be told from its reverse, and passes.
"""

import math

import numpy as np
from numpy.typing import NDArray

from training import clippers

Array = NDArray[np.float64]


def measure(dry: Array, wet: Array, once: float) -> float:
    """Log of explained there over explained back, of an aligned pair (N,).

    once: what one clipper explains of wet by dry, of `clippers.fitted`.
    returns: 0.1 to 2 for a pedal that clips, 0 for one that does not, below 0 if
    exchanged.
    """
    if min(len(dry), len(wet)) < clippers.SIZE:
        return 0.0
    back = clippers.fitted(wet, dry, unsure=0.0).once
    return math.log((once + 1e-9) / (back + 1e-9))
