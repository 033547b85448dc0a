"""RTNeural's JSON as its Python tools write it, and AIDA-X's, which adds three fields.

AIDA-X: y = out_gain (f(in_gain x) + in_gain x), the sum only where in_skip is 1; gains
in dB, knobs without gain. Source: https://github.com/AidaDSP/AIDA-X,
src/aidadsp-plugin.cpp, applyModel; RTNeural's python/model_utils.py, model_loader.h.
"""

from pathlib import Path

import numpy as np

from pedal.imports import foreign
from pedal.imports.foreign import Foreign, Json
from pedal.model_fields import MAX_UNITS, wrong
from pedal.model_file import MAX_SKIP, network_of

MOST_INPUTS = 16 + 4
MOST_LAYERS = 32
OF_AIDA = ("in_gain", "out_gain", "metadata", "input_batch")
TELLS = ("name", "author", "based", "style", "source", "license", "esr")
PLAIN = {"time-distributed-dense": "dense", "linear": "", None: ""}


def is_keras(table: Json) -> bool:
    """Told by its layers."""
    return "layers" in table


def read(path: Path, table: Json) -> Foreign:
    """Raises BankError naming file, layer, found and expected."""
    rows = table["layers"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_LAYERS:
        found = f"{len(rows)}" if isinstance(rows, list) else rows
        raise wrong(path, "layers", f"1 to {MOST_LAYERS} layers", found)
    layers = [plain(path, f"layers[{n}]", row) for n, row in enumerate(rows)]
    inputs = last(path, "in_shape", table.get("in_shape"), MOST_INPUTS)
    frames = int(layers[-1]["shape"][-1])
    if frames not in (1, 16) or inputs < frames:
        expected = "1 or 16 samples out, as many or more inputs"
        raise wrong(path, "layers", expected, f"{frames} out, {inputs} in")
    before, after = (gain(path, name, table) for name in ("in_gain", "out_gain"))
    most = MAX_SKIP
    skip = foreign.number(path, "in_skip", table.get("in_skip") or 0, -most, most)
    network_of(path, foreign.model(inputs, layers, skip), frames, inputs - frames)
    layers[:1] = foreign.scaled_input(layers[0], frames, inputs, before)
    layers[-1:] = foreign.scaled_output(layers[-1], after)
    skip = float(np.float32(skip * before * after))
    about = table.get("metadata")
    told = about.get("samplerate") if isinstance(about, dict) else None
    return Foreign(
        "AIDA-X" if any(name in table for name in OF_AIDA) else "RTNeural",
        path,
        foreign.model(inputs, layers, skip),
        frames,
        inputs - frames,
        foreign.rate(path, "metadata.samplerate", told),
        foreign.text(about, *TELLS),
    )


def plain(path: Path, field: str, row: object) -> Json:
    """A layer by our names. What its arrays hold is checked by pedal/model_file.py."""
    if not isinstance(row, dict) or not isinstance(row.get("type"), str):
        raise wrong(path, field, "a layer with a type", row)
    kind = PLAIN.get(row["type"], row["type"])
    activation = row.get("activation")
    named = activation is None or isinstance(activation, str)
    if not named or not isinstance(row.get("weights", []), list):
        raise wrong(path, field, "an activation's name and lists of weights", row)
    kept = row | {"type": kind, "activation": PLAIN.get(activation, activation)}
    if kind in ("lstm", "gru") and activation == "tanh":  # Keras names what they are
        kept["activation"] = ""
    size = last(path, f"{field}.shape", row.get("shape"), MAX_UNITS)
    kept["shape"] = [None, None, size]
    weights = kept.get("weights", [])
    if kind in ("dense", "conv1d") and len(weights) == 1:  # use_bias=False
        kept["weights"] = [*weights, [0.0] * size]
    if kind == "prelu" and one_slope(weights):
        kept["weights"] = [[weights[0][0] * size]]
    if kind == "conv1d" and last_of(row.get("strides", 1)) != 1:
        raise wrong(path, f"{field}.strides", 1, row["strides"])
    return kept


def one_slope(weights: list) -> bool:
    """True of a prelu whose units share one slope."""
    rows = weights[0] if weights and isinstance(weights[0], list) else []
    return len(rows) == 1 and isinstance(rows[0], list) and len(rows[0]) == 1


def last_of(value: object) -> object:
    """A number, or the last of those that Keras writes."""
    return value[-1] if isinstance(value, list) and value else value


def last(path: Path, field: str, shape: object, most: int) -> int:
    """The last entry of a shape."""
    if isinstance(shape, list) and shape:
        return foreign.count(path, f"{field}[-1]", shape[-1], 1, most)
    raise wrong(path, field, "a shape", shape)


def gain(path: Path, name: str, table: Json) -> float:
    """A gain in dB as a factor; 1 where there is none."""
    value = table.get(name)
    if value is None:
        return 1.0
    most = foreign.MOST_GAIN_DB
    return 10.0 ** (foreign.number(path, name, value, -most, most) / 20.0)
