"""What a plan left of its recordings: no training and no choice has heard it."""

from pathlib import Path
from typing import Any

import numpy as np

from training import audio
from training.errors import TrainingError
from training.material import GUARD_SECONDS

LEAST_S = 10.0  # of a file; what is left of a single note is its tail


def beyond(folder: Path, seconds: float | None, peak: float) -> audio.Audio:
    """What `audio.gather` leaves of long files, from a second on, as loud.

    The arguments are gather's.   returns: (N,), nothing where it takes all.
    """
    files = [audio.read(path) for path in audio.files(folder)]
    taken = audio.each(seconds, len(files))
    if taken is None:
        return np.zeros(0, np.float32)
    heard = [np.abs(audio.faded(file[:taken])) for file in files]
    loudest = max(float(one.max(initial=0.0)) for one in heard)
    start = taken + int(GUARD_SECONDS * audio.RATE_HZ)
    left = [audio.faded(file[start:]) for file in files]
    long = [one for one in left if len(one) >= LEAST_S * audio.RATE_HZ]
    joined = np.concatenate([np.zeros(0, np.float32), *long])
    return joined * np.float32(peak / max(loudest, audio.SILENCE))


def rest(plan: dict[str, Any], recordings: Path) -> tuple[str, audio.Audio]:
    """Its source in words, and (N,). Raises TrainingError where nothing is left."""
    left = {
        row["folder"]: beyond(
            recordings / row["folder"], row["seconds"], float(row["peak"])
        )
        for row in plan["recordings"]
    }
    names = [name for name, one in left.items() if len(one)]
    if not names:
        raise TrainingError(
            f"--unheard: found no {LEAST_S:g} s of a file in {recordings} that the "
            f"plan {plan['name']} leaves; take other recordings"
        )
    words = f"{', '.join(names)}, which the plan {plan['name']} took no part of"
    return words, np.concatenate([left[name] for name in names])
