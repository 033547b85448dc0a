"""An imported model as it plays here: each figure through the engine, none from a file.

Rest comes first: what silence sounds like once it stands still is taken off the last
bias, each place of a frame by itself (as training/export.py does), and only then is the
model listened to. Letters: N samples, F frames (samples a step).
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pedal.audio import RATE_HZ, dbfs
from pedal.bank_edit import New, write_new
from pedal.deployed import Deployed
from pedal.errors import BankError
from pedal.imports.foreign import Foreign, Json, layer, numbers
from pedal.model_cost import macs_per_sample
from pedal.model_file import Network, network_of
from pedal.protocol.protocol import PARAMS

Audio = NDArray[np.float32]
Play = Callable[[Audio], Audio]
RATE = RATE_HZ
REST_S, LISTEN_S = 4, 0.25
SILENT = 1e-6  # -120 dBFS: a rest below this is left as it is
STANDS_STILL = 10.0 ** (-90 / 20)
MOST_GAIN_DB = 60.0
KNOB_AT = (0.0, 0.25, 0.5, 0.75, 1.0)
NAME = "heard"


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

    rest_s: until silence stands still to -90 dBFS, None where it never does. rest_dbfs:
    what was taken off the last bias. dc_dbfs, peak_dbfs: of loud sines and the stock
    clip, the peak with the gain. ns_per_sample: the median period's, on this machine.
    """

    block: int
    gain_db: float
    loudness_lufs: float
    dry_loudness_lufs: float
    rest_s: float | None
    rest_dbfs: float
    idle_dbfs: float
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


@dataclass(frozen=True)
class Listener:
    """Plays one model through the engine, from a bank of its own."""

    foreign: Foreign
    model: Json
    conditioning: tuple[str, ...]

    @property
    def network(self) -> Network:
        """The model, checked. Raises BankError naming the file and the layer."""
        made = self.foreign
        return network_of(made.path, self.model, made.frames, made.knobs)

    def play(self, samples: Audio, knob: float = 0.5) -> tuple[Audio, float]:
        """(N,) from zero state at a knob's place 0..1.   returns: (N,), ns a sample."""
        params = {name: _value(name, knob) for name in self.conditioning}
        with tempfile.TemporaryDirectory(prefix="pedal-") as name:
            folder = Path(name) / "bank"
            row = blank_row(self.foreign.frames, self.conditioning, self.network)
            write_new(folder, NAME, [New(row, as_bytes(self.model))], NO_PROVENANCE)
            played = Deployed(folder, NAME, self.foreign.frames)
            return played.play(samples, params)

    def heard(self, knob: float, samples: Audio) -> Audio:
        """What `play` gives, without its time."""
        return self.play(samples, knob)[0]


NO_PROVENANCE: Json = {"circuit": "unknown", "recordings": [], "seed": 0}


def as_bytes(model: Json) -> bytes:
    """A model file; the same model always gives the same bytes."""
    return (json.dumps(model, separators=(",", ":"), allow_nan=False) + "\n").encode()


def blank_row(frames: int, conditioning: tuple[str, ...], network: Network) -> Json:
    """A manifest's row, before anything has been measured."""
    levels = ("gain_db", "loudness_lufs", "dry_loudness_lufs", "idle_dbfs")
    return {
        "block": frames,
        "frames": frames,
        "conditioning": list(conditioning),
        **dict.fromkeys(levels, 0.0),
        "delay_samples": 0 if network.is_cascade else frames - 1,
        "cost_mac_per_sample": macs_per_sample(network),
        "quality": {"data": "none: the model is from elsewhere, its target unknown"},
    }


def _value(name: str, place: float) -> float:
    """A parameter's value at a place 0..1 of its range."""
    param = PARAMS[name]
    return float(param.min + place * (param.max - param.min))


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
    return (
        Listener(listener.foreign, model, listener.conditioning),
        dbfs(level),
        seconds,
    )


def measure(listener: Listener, yardstick: Yardstick) -> tuple[Listener, Measured]:
    """The model as it goes into the bank, and all its figures.

    Raises BankError for one that plays silence, breaks, or cannot be matched in level.
    """
    listener, rest_dbfs, rest_s = quiet(listener)
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
    idle = max(yardstick.idle_dbfs(partial(listener.heard, at)) for at in places)
    peak = max(float(np.max(np.abs(one))) for one in (wet, *loud))
    steady = [abs(float(np.mean(one[-RATE:], dtype=float))) for one in loud or [wet]]
    return listener, Measured(
        block=listener.foreign.frames,
        gain_db=round(gain_db, 3),
        loudness_lufs=round(wet_lufs, 3),
        dry_loudness_lufs=round(dry_lufs, 3),
        rest_s=rest_s,
        rest_dbfs=round(rest_dbfs, 1),
        idle_dbfs=round(idle, 1),
        dc_dbfs=round(dbfs(max(steady)), 1),
        peak_dbfs=round(dbfs(peak) + gain_db, 1),
        images_db={hz: round(value, 1) for hz, value in images.items()},
        cost_mac_per_sample=macs_per_sample(listener.network),
        ns_per_sample=round(ns, 1),
    )
