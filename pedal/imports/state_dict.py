"""PyTorch's state dictionaries as JSON: GuitarML's (Proteus, NeuralPi) and the paper's.

GuitarML: {"model_data": {...}, "state_dict": {"rec.weight_ih_l0": ..., "lin.weight":
..., ...}}; the network adds the first `skip` inputs to its output. Source:
https://github.com/GuitarML/Proteus, src/RTNeuralLSTM.cpp, and CoreAudioML's SimpleRNN,
which trained them, at 44,100 Hz.
The paper's: the same keys with lstm. and dense., flat, and nothing else; the dense
layer's rows are the samples of a step. Source: Colombo and Superbo 2023,
SeletectedTopics2023ForgerNFX, model_weights.
"""

from pathlib import Path

import numpy as np

from pedal.imports import foreign
from pedal.imports.foreign import Array, Foreign, Json
from pedal.model_fields import MAX_UNITS, array_of, wrong

TRAINED_AT_HZ = 44100.0
MOST_LAYERS = 8
PAPER = {
    "lstm.weight_ih_l0",
    "lstm.weight_hh_l0",
    "lstm.bias_ih_l0",
    "lstm.bias_hh_l0",
    "dense.weight",
    "dense.bias",
}


def is_guitarml(table: Json) -> bool:
    """Told by its two tables."""
    return "state_dict" in table and "model_data" in table


def is_paper(table: Json) -> bool:
    """Told by any of its keys."""
    return any(name in table for name in PAPER)


def guitarml(path: Path, table: Json) -> Foreign:
    """A GuitarML file. Raises BankError naming file, field, found and expected."""
    data, state = table["model_data"], table["state_dict"]
    if not isinstance(data, dict) or not isinstance(state, dict):
        raise wrong(path, "model_data, state_dict", "two objects", type(data).__name__)
    if data.get("model", "SimpleRNN") != "SimpleRNN":
        raise wrong(path, "model_data.model", "SimpleRNN", data["model"])
    unit = data.get("unit_type")
    if unit not in ("LSTM", "GRU"):
        raise wrong(path, "model_data.unit_type", "LSTM or GRU", unit)
    inputs = foreign.count(
        path, "model_data.input_size", data.get("input_size"), 1, 1 + 4
    )
    units = foreign.count(
        path, "model_data.hidden_size", data.get("hidden_size"), 1, MAX_UNITS
    )
    depth = foreign.count(
        path, "model_data.num_layers", data.get("num_layers", 1), 1, MOST_LAYERS
    )
    foreign.count(path, "model_data.output_size", data.get("output_size", 1), 1, 1)
    skip = foreign.count(path, "model_data.skip", data.get("skip", 0), 0, 1)
    reader = State(path, state, "state_dict.")
    wide, layers = inputs, []
    for number in range(depth):
        layers.append(reader.recurrent("rec", unit, number, wide, units))
        wide = units
    layers.append(reader.dense("lin", 1, units))
    model = foreign.model(inputs, layers, skip)
    return Foreign("GuitarML", path, model, 1, inputs - 1, TRAINED_AT_HZ)


def paper(path: Path, table: Json) -> Foreign:
    """A model of the paper's; block and width follow from the shapes."""
    strange = sorted(set(table) - PAPER)
    if strange:
        raise wrong(path, "top level", "lstm.* and dense.* alone", strange[0])
    reader = State(path, table, "")
    frames, units = reader.shape("dense.weight")
    if frames not in (1, 16):
        raise wrong(path, "dense.weight", "1 or 16 rows", f"{frames} rows")
    layers = [
        reader.recurrent("lstm", "LSTM", 0, frames, units),
        reader.dense("dense", frames, units),
    ]
    model = foreign.model(frames, layers, 0)
    return Foreign("paper", path, model, frames, 0, TRAINED_AT_HZ)


class State:
    """Reads arrays of a state dictionary by name."""

    def __init__(self, path: Path, table: Json, where: str) -> None:
        self.path, self.table, self.where = path, table, where

    def shape(self, name: str) -> tuple[int, int]:
        """Rows and columns of a matrix. Raises BankError for anything else."""
        rows = self.table.get(name)
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], list):
            found = "nothing" if rows is None else type(rows).__name__
            raise wrong(self.path, f"{self.where}{name}", "a matrix", found)
        return len(rows), len(rows[0])

    def array(self, name: str, *shape: int, optional: bool = False) -> Array:
        """An array of this shape; zeros where it may be absent."""
        if optional and name not in self.table:
            return np.zeros(shape)
        if name not in self.table:
            raise wrong(self.path, f"{self.where}{name}", "an array", "nothing")
        return array_of(self.path, f"{self.where}{name}", self.table[name], shape)

    def recurrent(
        self, prefix: str, unit: str, number: int, wide: int, units: int
    ) -> Json:
        """Layer `number` of an nn.LSTM or nn.GRU; a bias may be absent."""
        rows = {"LSTM": 4, "GRU": 3}[unit] * units
        kernel = self.array(f"{prefix}.weight_ih_l{number}", rows, wide)
        recall = self.array(f"{prefix}.weight_hh_l{number}", rows, units)
        of_input, of_hidden = (
            self.array(f"{prefix}.bias_{side}_l{number}", rows, optional=True)
            for side in ("ih", "hh")
        )
        if unit == "LSTM":
            return foreign.lstm(kernel, recall, of_input + of_hidden)
        return foreign.gru(kernel, recall, of_input, of_hidden)

    def dense(self, prefix: str, rows: int, wide: int) -> Json:
        """An nn.Linear; its bias may be absent."""
        weight = self.array(f"{prefix}.weight", rows, wide)
        return foreign.dense(weight, self.array(f"{prefix}.bias", rows, optional=True))
