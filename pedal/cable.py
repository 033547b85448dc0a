"""Plays and records at once through a sound card with a cable from output to input.

The library is sounddevice (PortAudio), an optional extra: `pip install pedal[latency]`.
"""

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from pedal.arrival import RATE_HZ, Array
from pedal.errors import LatencyError


@dataclass(frozen=True)
class Card:
    """Devices by number or name, as `python -m sounddevice` lists them; None: default.

    channel: of the input that the cable is in, from 1.
    """

    output: str | None = None
    input: str | None = None
    channel: int = 1


def through_cable(card: Card, samples: Array) -> Array:
    """samples: (N,).   returns: (N,), what came in while they were played.

    Raises LatencyError where the library or a card is missing, or samples were lost.
    """
    library = _library()
    try:
        heard = library.playrec(
            samples.astype(np.float32)[:, None],
            samplerate=RATE_HZ,
            input_mapping=[card.channel],
            output_mapping=[1],
            device=(_device(card.input), _device(card.output)),
            latency="low",
            blocking=True,
        )
        status = library.get_status()
    except (library.PortAudioError, ValueError) as cause:
        raise LatencyError(
            f"sound card: cannot play and record at {RATE_HZ} Hz: {cause}; "
            "`python -m sounddevice` lists what there is"
        ) from cause
    if status:
        raise LatencyError(
            f"sound card: lost samples while measuring ({status}); stop what else runs"
        )
    return np.asarray(heard, dtype=float)[:, 0]


def _library() -> ModuleType:
    """sounddevice. It needs PortAudio, which its wheel for Linux does not bring."""
    try:
        import sounddevice
    except ModuleNotFoundError as cause:
        raise LatencyError(
            "--card needs the package sounddevice, found none; run "
            "`.venv/bin/pip install -e '.[latency]'`"
        ) from cause
    except OSError as cause:
        raise LatencyError(
            f"--card needs PortAudio: {cause}; install libportaudio2"
        ) from cause
    return sounddevice


def _device(name: str | None) -> int | str | None:
    """A number as a number."""
    return int(name) if name is not None and name.isdecimal() else name
