"""Neural Amp Modeler's LSTM: one flat list of weights behind a small head.

A layer of H units and I inputs is (4H, I + H) row by row, inputs first, gates i, f, g,
o, then the bias (4H), then the state to start from: hidden (H), cell (H). Behind the
layers come the head's weights (1, H) and its bias. A file without a rate is of 48 kHz.
Source: https://github.com/sdatkinson/NeuralAmpModelerCore, NAM/lstm.cpp; for the rate
NeuralAmpModelerPlugin.
The start state is not kept. Its player runs half a second of silence through the model
before the first note, and this engine runs silence until the model stands still: both
play from rest, and a model that has but one rest is the same from there on.
"""

from pathlib import Path

from pedal.imports import foreign
from pedal.imports.foreign import Array, Foreign, Json
from pedal.model_fields import MAX_UNITS, wrong

UNTOLD_HZ = 48000.0
MOST_LAYERS = 8
TELLS = ("name", "modeled_by", "gear_make", "gear_model", "gear_type", "tone_type")


def is_nam(table: Json) -> bool:
    """Told by its architecture, whichever it is."""
    return "architecture" in table and "weights" in table


def read(path: Path, table: Json) -> Foreign:
    """A .nam file. Raises BankError naming file, field, found and expected."""
    if table["architecture"] != "LSTM":
        raise wrong(path, "architecture", "LSTM", table["architecture"])
    config = table.get("config")
    if not isinstance(config, dict):
        raise wrong(path, "config", "an object", config)
    for name in ("input_size", "in_channels", "out_channels"):
        foreign.count(path, f"config.{name}", config.get(name, 1), 1, 1)
    units = foreign.count(
        path, "config.hidden_size", config.get("hidden_size"), 1, MAX_UNITS
    )
    depth = foreign.count(
        path, "config.num_layers", config.get("num_layers"), 1, MOST_LAYERS
    )
    weights = foreign.floats(path, "weights", table["weights"])
    expected = size_of(depth, units)
    if len(weights) != expected:
        raise wrong(path, "weights", f"{expected} numbers", f"{len(weights)}")
    rate_hz = foreign.rate(path, "sample_rate", table.get("sample_rate"))
    layers = unpack(weights, depth, units)
    return Foreign(
        "NAM",
        path,
        foreign.model(1, layers, 0),
        1,
        0,
        rate_hz or UNTOLD_HZ,
        foreign.text(table.get("metadata"), *TELLS),
    )


def size_of(depth: int, units: int) -> int:
    """How many numbers such a file has."""
    first, others = 4 * units * (units + 1), 4 * units * 2 * units
    return first + (depth - 1) * others + depth * 6 * units + units + 1


def unpack(weights: Array, depth: int, units: int) -> list[Json]:
    """The layers in our JSON."""
    layers, at, wide = [], 0, 1
    for _ in range(depth):
        end = at + 4 * units * (wide + units)
        matrix = weights[at:end].reshape(4 * units, wide + units)
        bias = weights[end : end + 4 * units]
        layers.append(foreign.lstm(matrix[:, :wide], matrix[:, wide:], bias))
        at, wide = end + 6 * units, units  # the start state is passed over
    head = weights[at : at + units].reshape(1, units)
    return [*layers, foreign.dense(head, weights[at + units :])]
