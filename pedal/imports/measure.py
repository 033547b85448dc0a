"""An imported model as it plays here: each figure through the engine, none from a file.

Rest comes first: what silence sounds like once it stands still is taken off the last
bias, each place of a frame by itself (as training/export.py does), and only then is the
model listened to. Letters: N samples, F frames (samples a step).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pedal.audio import RATE_HZ, dbfs
from pedal.errors import BankError
from pedal.imports import rates
from pedal.imports.foreign import Json, layer, numbers
from pedal.imports.listener import Audio, Listener
from pedal.model_cost import macs_per_sample

Play = Callable[[Audio], Audio]
RATE = RATE_HZ
REST_S, LISTEN_S = 4, 0.25
SILENT = 1e-6  # -120 dBFS: a rest below this is left as it is
STANDS_STILL = 10.0 ** (-90 / 20)
MOST_GAIN_DB = 60.0
KNOB_AT = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Yardstick:
    """What all models are held against; training/ has them, and only cli may reach it.

    dry: the stock clip, (N,). lufs: loudness of (N,). images_db: non-harmonic energy of
    a loud sine of so many Hz. idle_dbfs: the loudest of silence, also after a burst.
    """

    dry: Audio
    lufs: Callable[[Audio], float]
    images_db: Callable[[Play, int], float]
    idle_dbfs: Callable[[Play], float]
    tones_hz: tuple[int, ...]


@dataclass(frozen=True)
class Measured:
    """A model's figures, measured here.

    rate_error_db: against the model at its own rate, None where that is the pedal's.
    rest_s: until silence stands still to -90 dBFS, None where it never does. rest_dbfs:
    what was taken off the last bias. idle_dbfs: the worst place of the knob; an offset
    that moves with the knob is in it, but not in hum_dbfs. dc_dbfs, peak_dbfs: of loud
    sines and the stock clip, the peak with the gain. ns_per_sample: the median
    period's, on this machine.
    """

    block: int
    gain_db: float
    loudness_lufs: float
    dry_loudness_lufs: float
    rate_error_db: float | None
    rest_s: float | None
    rest_dbfs: float
    idle_dbfs: float
    hum_dbfs: float
    dc_dbfs: float
    peak_dbfs: float
    images_db: Mapping[int, float]
    cost_mac_per_sample: int
    ns_per_sample: float

    def as_row(self) -> dict[str, Any]:
        """Plain figures for JSON."""
        return asdict(self) | {
            "images_db": {str(k): v for k, v in self.images_db.items()}
        }


def rest(listener: Listener) -> tuple[NDArray[np.float64], float | None]:
    """What silence settles at, (F,), and after how many seconds, None for never."""
    frames = listener.foreign.frames
    heard, _ = listener.play(np.zeros(REST_S * RATE // 16 * 16, np.float32))
    steps = np.asarray(heard, float).reshape(-1, frames)
    settled = steps[-round(LISTEN_S * RATE / frames) :].mean(axis=0)
    moving = np.flatnonzero((np.abs(steps - settled) > STANDS_STILL).any(axis=1))
    last = int(moving[-1]) + 1 if len(moving) else 0
    still = last < len(steps) - round(LISTEN_S * RATE / frames)
    return settled, round(last * frames / RATE, 4) if still else None


def silenced(model: Json, settled: NDArray[np.float64]) -> Json:
    """The model without its rest output. Exact: a bias is behind all that bends.

    A model that ends in anything but a linear dense layer gets one.
    """
    last = model["layers"][-1]
    if last["type"] == "dense" and last["activation"] == "":
        bias = np.asarray(last["weights"][1], float) - settled
        end = [last | {"weights": [last["weights"][0], numbers(bias)]}]
    else:
        size = len(settled)
        end = [last, layer("dense", "", size, [np.eye(size), -settled])]
    return model | {"layers": [*model["layers"][:-1], *end]}


def quiet(listener: Listener) -> tuple[Listener, float, float | None]:
    """The model silent at rest, the level that was taken off (dBFS), and its rest_s."""
    settled, seconds = rest(listener)
    level = float(np.max(np.abs(settled)))
    last = listener.model["layers"][-1]["type"]
    if level < SILENT or last in ("couplers", "mix"):  # a capacitor is silent by itself
        return listener, dbfs(level), seconds
    model = silenced(listener.model, settled)
    return replace(listener, model=model), dbfs(level), seconds


def idle(listener: Listener, yardstick: Yardstick, knob: float) -> tuple[float, float]:
    """The loudest of silence at a knob's place, dBFS: all of it, and what moves."""
    kept: list[Audio] = []

    def sounding(samples: Audio) -> Audio:
        kept.append(listener.play(samples, knob)[0])
        return kept[-1]

    def moving(_: Audio) -> Audio:
        heard = kept[-1]
        return heard - np.mean(heard[-round(LISTEN_S * RATE) :])

    return yardstick.idle_dbfs(sounding), yardstick.idle_dbfs(moving)


def measure(listener: Listener, yardstick: Yardstick) -> tuple[Listener, Measured]:
    """The model as it goes into the bank, and all its figures.

    Raises BankError for one that plays silence, breaks, or cannot be matched in level.
    """
    listener, rest_dbfs, rest_s = quiet(listener)
    rate_error_db = None
    if rates.other(listener.foreign):
        listener, rate_error_db = rates.at_our_rate(listener, yardstick.dry)
    wet, ns = listener.play(yardstick.dry)
    dry_lufs, wet_lufs = yardstick.lufs(yardstick.dry), yardstick.lufs(wet)
    gain_db = dry_lufs - wet_lufs
    if not abs(gain_db) <= MOST_GAIN_DB:
        raise BankError(
            f"{listener.foreign.path}: loudness of the stock clip: expected within "
            f"{MOST_GAIN_DB:g} dB of {dry_lufs:.1f} LUFS, found {wet_lufs:.1f}; "
            "is this a model of sound?"
        )
    loud: list[Audio] = []

    def sounding(samples: Audio) -> Audio:
        loud.append(listener.play(samples)[0])
        return loud[-1]

    images = {hz: yardstick.images_db(sounding, hz) for hz in yardstick.tones_hz}
    places = KNOB_AT if listener.conditioning else KNOB_AT[2:3]
    idles = [idle(listener, yardstick, at) for at in places]
    hum = max(moving for _, moving in idles)
    if rate_error_db is not None:
        rates.check_rest(listener.foreign, hum)
    peak = max(float(np.max(np.abs(one))) for one in (wet, *loud))
    steady = [abs(float(np.mean(one[-RATE:], dtype=float))) for one in loud or [wet]]
    return listener, Measured(
        block=listener.foreign.frames,
        gain_db=round(gain_db, 3),
        loudness_lufs=round(wet_lufs, 3),
        dry_loudness_lufs=round(dry_lufs, 3),
        rate_error_db=None if rate_error_db is None else round(rate_error_db, 1),
        rest_s=rest_s,
        rest_dbfs=round(rest_dbfs, 1),
        idle_dbfs=round(max(whole for whole, _ in idles), 1),
        hum_dbfs=round(hum, 1),
        dc_dbfs=round(dbfs(max(steady)), 1),
        peak_dbfs=round(dbfs(peak) + gain_db, 1),
        images_db={hz: round(value, 1) for hz, value in images.items()},
        cost_mac_per_sample=macs_per_sample(listener.network),
        ns_per_sample=round(ns, 1),
    )
