"""What all readers of foreign files hand over: a model in our JSON, and its origin.

Letters: I inputs, H units of a layer, F frames (samples a step), G gates.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pedal.model_fields import array_of, wrong

Array = NDArray[np.floating]
Json = dict[str, Any]
MOST_GAIN_DB = 60.0


@dataclass(frozen=True)
class Foreign:
    """One file. model: in pedal/model_file.py's layout, unchecked.

    frames: samples a step; knobs: inputs beside them. rate_hz: None where the file does
    not tell. origin: what it tells of its making, for the provenance.
    """

    kind: str
    path: Path
    model: Json
    frames: int
    knobs: int
    rate_hz: float | None = None
    origin: Mapping[str, str] = field(default_factory=dict)


def numbers(array: Array) -> list:
    """Nested lists of the shortest numbers that read back as the same float32."""
    if array.ndim > 1:
        return [numbers(row) for row in array]
    return [float(str(value)) for value in array.astype(np.float32)]


def layer(kind: str, activation: str, units: int, weights: list[Array]) -> Json:
    """One layer of our JSON."""
    arrays = [numbers(weight) for weight in weights]
    shape = [None, None, units]
    return {"type": kind, "activation": activation, "shape": shape, "weights": arrays}


def model(inputs: int, layers: list[Json], skip: float) -> Json:
    """A whole model of our JSON. skip: what the input is added to the output by."""
    gain = int(skip) if skip == int(skip) else skip
    return {"in_shape": [None, None, inputs], "layers": layers, "in_skip": gain}


def lstm(from_input: Array, from_hidden: Array, bias: Array) -> Json:
    """From PyTorch's layout: (4H, I), (4H, H), (4H), gates i, f, g, o as ours."""
    return layer("lstm", "", len(bias) // 4, [from_input.T, from_hidden.T, bias])


def gru(
    from_input: Array, from_hidden: Array, of_input: Array, of_hidden: Array
) -> Json:
    """From PyTorch's layout: (3H, I), (3H, H), (3H) twice; gates r, z, n to z, r, n.

    Both let the reset gate act after the product: h' = (1 - z) n + z h.
    """
    size = len(of_input) // 3
    order = np.concatenate([np.arange(size) + gate * size for gate in (1, 0, 2)])
    both = np.stack((of_input, of_hidden))[:, order]
    return layer("gru", "", size, [from_input[order].T, from_hidden[order].T, both])


def dense(weight: Array, bias: Array) -> Json:
    """From PyTorch's layout: (F, H), (F)."""
    return layer("dense", "", len(bias), [weight.T, bias])


def scaled_input(row: Json, frames: int, inputs: int, gain: float) -> list[Json]:
    """The first layer, fed `gain` times the audio; knobs as they are. Exact."""
    if gain == 1.0:
        return [row]
    scale = np.where(np.arange(inputs) < frames, gain, 1.0)
    if row["type"] in ("lstm", "gru", "dense"):
        kernel = np.asarray(row["weights"][0], float) * scale[:, None]
        return [row | {"weights": [numbers(kernel), *row["weights"][1:]]}]
    return [layer("dense", "", inputs, [np.diag(scale), np.zeros(inputs)]), row]


def scaled_output(row: Json, gain: float) -> list[Json]:
    """The last layer, `gain` times as loud. Exact."""
    if gain == 1.0:
        return [row]
    if row["type"] == "dense" and row["activation"] == "":
        louder = [gain * np.asarray(weight, float) for weight in row["weights"]]
        return [row | {"weights": [numbers(weight) for weight in louder]}]
    size = row["shape"][-1]
    return [row, layer("dense", "", size, [gain * np.eye(size), np.zeros(size)])]


def number(path: Path, name: str, value: object, low: float, high: float) -> float:
    """A finite number in a range. Raises BankError."""
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not low <= float(value) <= high:  # type: ignore[arg-type]
        raise wrong(path, name, f"a number {low:g} to {high:g}", value)
    return float(value)  # type: ignore[arg-type]


def count(path: Path, name: str, value: object, low: int, high: int) -> int:
    """A whole number in a range. Raises BankError."""
    if type(value) is not int or not low <= value <= high:
        raise wrong(path, name, f"a whole number {low} to {high}", value)
    return value


def rate(path: Path, name: str, value: object) -> float | None:
    """A sample rate in Hz, written as number or text; None where there is none."""
    if value is None:
        return None
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = math.nan
    if not 1000.0 <= found <= 1e6:
        raise wrong(path, name, "a sample rate in Hz", value)
    return found


def text(table: object, *names: str) -> dict[str, str]:
    """The short texts and numbers of these names, where a table has them."""
    if not isinstance(table, dict):
        return {}
    found = {name: table.get(name) for name in names}
    return {
        name: str(value)[:200]
        for name, value in found.items()
        if isinstance(value, str | int | float) and str(value).strip()
    }


def floats(path: Path, name: str, values: object) -> Array:
    """A flat list of finite numbers, (N,). Raises BankError."""
    if not isinstance(values, list) or not values:
        raise wrong(path, name, "a list of numbers", values)
    return array_of(path, name, values, (len(values),))
