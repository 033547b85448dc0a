"""Reads and checks one model in RTNeural's JSON (the layout of Keras weights).

Its layers are described in pedal/layer_file.py.
in_skip is what the input frame is multiplied by and added to the last layer's output; 0
where there is none. AIDA-X knows 0 and 1; others come of its gains at import.
One layer is ours, and may come last, a pedal's output capacitor with Q one-poles:
  couplers  weights pole (Q), depth (Q); y = w + sum of depth low(w), where w is what
            comes before with the skip, low += (1 - pole) (w - low), and poles are in
            [0, 1)
Layers hints, taps, cascade and mix are ours: pedal/cascade_file.py.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pedal import cascade_file, layer_file
from pedal.errors import BankError
from pedal.layer_file import Layer
from pedal.model_fields import array_of, last_size, wrong

MAX_MODEL_BYTES = 16 * 1024 * 1024
MAX_COUPLERS = 8
MAX_SKIP = 1e6


@dataclass(frozen=True)
class Network:
    """A whole model: values in and out per frame; skip times x is added to y."""

    inputs: int
    outputs: int
    skip: float
    layers: tuple[Layer, ...]

    @property
    def is_cascade(self) -> bool:
        """True where frames may be cut anywhere, so that it has no delay."""
        return self.layers[-1].kind == "mix"

    @property
    def units(self) -> int:
        """Of the widest layer; of a cascade those of all layers, as all are mixed."""
        if not self.is_cascade:
            return max(layer.units for layer in self.layers)
        return sum(layer.units for layer in self.layers if layer.kind == "cascade") // 2


def read_bytes(path: Path, most: int) -> bytes:
    """A file's bytes. Raises BankError when missing, empty, no file or above `most`."""
    try:
        if not path.is_file():
            found = "something else" if path.exists() else "nothing"
            raise BankError(f"{path}: expected a file, found {found}")
        size = path.stat().st_size
        if size == 0:
            raise BankError(f"{path}: the file is empty; copy or export it again")
        if size > most:
            raise BankError(f"{path}: expected at most {most} bytes, found {size}")
        return path.read_bytes()
    except OSError as cause:
        raise BankError(f"{path}: cannot be read: {cause.strerror}") from cause


def parse_json(path: Path, content: bytes) -> object:
    """Strict JSON of UTF-8. Raises BankError naming file, line and column."""

    def refuse(word: str) -> float:
        raise BankError(f"{path}: expected finite numbers, found {word}")

    try:
        return json.loads(content.decode("utf-8"), parse_constant=refuse)
    except json.JSONDecodeError as cause:
        where = f"line {cause.lineno}, column {cause.colno}"
        raise BankError(
            f"{path}: not JSON at {where} ({cause.msg.lower()}); cut short?"
        ) from cause
    except (UnicodeDecodeError, RecursionError, ValueError) as cause:
        raise BankError(
            f"{path}: not JSON ({type(cause).__name__}); export it again"
        ) from cause


def parse_network(
    path: Path, content: bytes, frames: int, conditioning: Sequence[str]
) -> Network:
    """The model in `content`, checked.

    frames: audio samples in and out per step. conditioning: parameter ids after them.
    Raises BankError naming file, field, found and expected.
    """
    return network_of(path, parse_json(path, content), frames, len(conditioning))


def network_of(path: Path, table: object, frames: int, knobs: int) -> Network:
    """The model of a file's JSON, checked as parse_network does.

    knobs: how many inputs there are beside the frame's.
    """
    if not isinstance(table, dict):
        raise wrong(path, "top level", "an object", type(table).__name__)
    inputs = last_size(path, "in_shape", table.get("in_shape"))
    if inputs != frames + knobs:
        expected = f"{frames} + {knobs} inputs"
        raise wrong(path, "in_shape[2]", expected, inputs)
    skip = table.get("in_skip", 0)
    if not isinstance(skip, int | float) or isinstance(skip, bool):
        raise wrong(path, "in_skip", "a number", skip)
    if not abs(skip) <= MAX_SKIP:
        raise wrong(path, "in_skip", f"at most {MAX_SKIP:g}", skip)
    rows = table.get("layers")
    if not isinstance(rows, list) or not rows:
        raise wrong(path, "layers", "a list of layers", rows)
    if cascade_file.is_cascade(rows):
        return _cascade(path, rows, frames, knobs, skip)
    last = rows[-1]
    coupled = isinstance(last, dict) and last.get("type") == "couplers"
    rows = rows[:-1] if coupled else rows
    layer_file.check_order(path, rows)
    layers, size = [], inputs
    for number, row in enumerate(rows):
        layers.append(layer_file.check(path, f"layers[{number}]", row, size))
        size = layers[-1].units
    layer_file.check_history(path, layers)
    if size != frames:
        raise wrong(
            path, f"layers[{len(rows) - 1}].shape[2]", f"{frames} outputs", size
        )
    if coupled:
        layers.append(_couplers(path, f"layers[{len(rows)}]", last, frames))
    return Network(inputs, size, float(skip), tuple(layers))


def _cascade(path: Path, rows: list, frames: int, knobs: int, skip: float) -> Network:
    """A time-invariant network, its layers checked by themselves."""
    if frames != cascade_file.BLOCK or skip:
        found = f"{frames} frames, in_skip {skip}"
        raise wrong(path, "layers", "a cascade of 16 frames, in_skip 0", found)
    weights = cascade_file.check(path, rows, knobs)
    layers = tuple(
        Layer(row["type"], row.get("activation", ""), row["shape"][2], arrays)
        for row, arrays in zip(rows, weights, strict=True)
    )
    return Network(frames + knobs, frames, 0.0, layers)


def _couplers(path: Path, field: str, row: dict, frames: int) -> Layer:
    """The output capacitor, its poles within their range."""
    if last_size(path, f"{field}.shape", row.get("shape")) != frames:
        raise wrong(path, f"{field}.shape[2]", frames, row["shape"][2])
    values = row.get("weights")
    if not (isinstance(values, list) and len(values) == 2):
        count = len(values) if isinstance(values, list) else values
        raise wrong(path, f"{field}.weights", "2 arrays", count)
    count = len(values[0]) if isinstance(values[0], list) else 0
    if not 1 <= count <= MAX_COUPLERS:
        raise wrong(path, f"{field}.weights[0]", f"1 to {MAX_COUPLERS} poles", count)
    pole, depth = (
        array_of(path, f"{field}.weights[{number}]", value, (count,))
        for number, value in enumerate(values)
    )
    outside = (pole < 0.0) | (pole.astype(np.float32) >= 1.0)
    if outside.any():
        found = float(pole[outside][0])
        raise wrong(path, f"{field}.weights[0]", "poles in 0..1, 1 excluded", found)
    return Layer("couplers", "", frames, (pole, depth))
