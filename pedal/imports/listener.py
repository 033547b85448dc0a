"""Plays a model that is in no bank yet through the engine, from a bank of its own.

Letters: N samples.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pedal.bank_edit import New, write_new
from pedal.deployed import Deployed
from pedal.errors import BankError, EngineError
from pedal.imports.foreign import Foreign, Json
from pedal.model_cost import macs_per_sample
from pedal.model_file import Network, network_of
from pedal.protocol.protocol import PARAMS

Audio = NDArray[np.float32]
NAME = "heard"


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
        """(N,) from zero state at a knob's place 0..1.   returns: (N,), ns a sample.

        Raises BankError naming the file, where the engine refuses what is in it.
        """
        params = {name: _value(name, knob) for name in self.conditioning}
        with tempfile.TemporaryDirectory(prefix="pedal-") as name:
            folder = Path(name) / "bank"
            row = blank_row(self.foreign.frames, self.conditioning, self.network)
            write_new(folder, NAME, [New(row, as_bytes(self.model))], NO_PROVENANCE)
            played = Deployed(folder, NAME, self.foreign.frames)
            try:
                return played.play(samples, params)
            except EngineError as cause:
                why = str(cause).rpartition(f"{NAME}-{self.foreign.frames}.json: ")[2]
                raise BankError(f"{self.foreign.path}: {why}") from cause


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
