"""A recurrent network of another sample rate, played at the pedal's.

A network's time is its state, fed back a sample later. At another rate "a sample later"
lies between the pedal's samples, or, for a faster network, a little after the newest of
them: the state is interpolated, or extrapolated, by the cubic through its last four
values. Source: Carson, Wright, Valimaki and Bilbao, Sample rate independent recurrent
neural networks for audio effects processing, DAFx 2024; for going down in rate, where a
state has to be foreseen and a network may become unstable, the same authors'
Interpolation filter design for sample rate independent audio effect RNNs, 2025.

It is not exact, and how well it goes is up to the network. So it is measured on the
stock clip, against the very network at its own rate between two resamplers, and refused
where the error is above ERROR_DB, or where the network no longer rests.
"""

from dataclasses import replace

import numpy as np
import soxr
from numpy.typing import NDArray

from pedal.audio import RATE_HZ
from pedal.errors import BankError
from pedal.imports.foreign import Foreign, Json
from pedal.imports.listener import Audio, Listener
from pedal.layer_file import RECALL

ERROR_DB = -30.0  # energy of the error over the sound's: 0.1 %
IDLE_DBFS = -90.0  # design decision 14
RATES_HZ = (32000, 192000)
EDGE = 2048  # samples at both ends that the resamplers do not know
RECURRENT = ("lstm", "gru")


def cubic(delay: float) -> list[float]:
    """Weights by which values 1 to 4 samples old give the value `delay` samples old.

    Lagrange's polynomial: exact for a state that moves as a cubic.
    """
    ages = np.arange(1, RECALL + 1)
    return [
        float(
            np.prod([(delay - other) / (age - other) for other in ages if other != age])
        )
        for age in ages
    ]


def retimed(model: Json, rate_hz: float) -> Json:
    """The network with its state a sample of its own rate late."""
    weights = cubic(RATE_HZ / rate_hz)
    layers = [
        row | {"recall": weights} if row["type"] in RECURRENT else row
        for row in model["layers"]
    ]
    return model | {"layers": layers}


def other(foreign: Foreign) -> bool:
    """True of a model that tells another rate than the pedal's."""
    return foreign.rate_hz not in (None, float(RATE_HZ))


def check(foreign: Foreign) -> None:
    """Raises BankError for a model of another rate whose time cannot be moved."""
    if not other(foreign):
        return
    kinds = {row["type"] for row in foreign.model["layers"]}
    found = ", ".join(sorted(kinds & {"conv1d", "couplers", "mix"}))
    if foreign.frames != 1:
        found = f"frames of {foreign.frames}"
    if found:
        why = f"only the state of recurrent layers can be moved to it, found {found}"
        raise wrong_rate(foreign, why)
    low, high = RATES_HZ
    if not low <= (foreign.rate_hz or 0) <= high:
        raise wrong_rate(foreign, f"it may be {low} to {high} Hz")


def check_rest(foreign: Foreign, idle_dbfs: float) -> None:
    """Raises BankError where a model that was moved does not rest any more."""
    if idle_dbfs > IDLE_DBFS:
        line = f"played at {RATE_HZ} it sounds by itself at {idle_dbfs:.0f} dBFS"
        raise wrong_rate(foreign, f"{line}: train it at {RATE_HZ}")


def wrong_rate(foreign: Foreign, why: str) -> BankError:
    """The line of all that cannot be played for its rate."""
    return BankError(
        f"{foreign.path}: sample rate: expected {RATE_HZ} Hz, found "
        f"{foreign.rate_hz:g}; {why}"
    )


def at_our_rate(listener: Listener, dry: Audio) -> tuple[Listener, float]:
    """The network at the pedal's rate, and its error on (N,) in dB.

    Raises BankError where that is too large.
    """
    rate_hz = float(listener.foreign.rate_hz or RATE_HZ)
    moved = replace(listener, model=retimed(listener.model, rate_hz))
    wish = at_its_own(listener, dry, rate_hz)
    try:
        error_db = difference_db(moved.play(dry)[0], wish)
    except BankError as cause:  # it plays at its own rate, so the move has broken it
        line = f"played at {RATE_HZ} it breaks: train it at {RATE_HZ}"
        raise wrong_rate(listener.foreign, line) from cause
    if not error_db <= ERROR_DB:
        line = f"played at {RATE_HZ} its error is {error_db:.0f} dB, expected below"
        raise wrong_rate(
            listener.foreign, f"{line} {ERROR_DB:g}: train it at {RATE_HZ}"
        )
    return moved, error_db


def at_its_own(listener: Listener, dry: Audio, rate_hz: float) -> Audio:
    """What the network makes of (N,) at its own rate, between two resamplers."""
    faster = soxr.resample(dry, RATE_HZ, rate_hz, quality="VHQ")
    heard, _ = listener.play(np.ascontiguousarray(faster, np.float32))
    back = soxr.resample(heard, rate_hz, RATE_HZ, quality="VHQ")
    return np.asarray(back[: len(dry)], np.float32)


def difference_db(found: Audio, wish: Audio) -> float:
    """Energy of the error over the wish's, their steady parts left out."""
    count = min(len(found), len(wish))
    both = [np.asarray(x[EDGE : count - EDGE], float) for x in (found, wish)]
    heard, wanted = (x - x.mean() for x in both)
    ratio = energy(heard - wanted) / max(energy(wanted), 1e-20)
    return float(10.0 * np.log10(max(ratio, 1e-20)))


def energy(x: NDArray[np.float64]) -> float:
    """Sum of squares."""
    return float(x @ x)
