"""Checks the layers that RTNeural plays, as they stand in a model file.

With I inputs and H units, weights of each:
  lstm       W (I, 4H), U (H, 4H), b (4H); gates i, f, c, o
  gru        W (I, 3H), U (H, 3H), b (2, 3H); gates z, r, h; b[0] input, b[1] state
  dense      W (I, H), b (H)
  conv1d     W (kernel_size, I / groups, H), b (H); causal, the oldest tap first; its
             taps are `dilation` steps apart
  prelu      slope (1, H) below zero; gives as many values as it takes, as do
  batchnorm  gamma (H), beta (H), mean (H), variance (H), or the last two; with
             epsilon. Read as factor (H) and shift (H)
  activation none
lstm and gru may have a "recall", four weights: what a step starts from is the sum of
the layer's last states by these, newest first; none is the last state alone. Ours, for
networks of another sample rate (pedal/imports/rates.py).
dense, conv1d and activation bend by "", tanh, relu, elu, sigmoid or softmax.
Source: https://github.com/jatinchowdhury18/RTNeural, python/model_utils.py and
RTNeural/model_loader.h.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pedal.model_fields import MAX_UNITS, array_of, last_size, wrong

MAX_LAYERS = 16
MAX_TAP = 1024  # weights of one conv1d unit
MAX_HISTORY = 8192  # values that all conv1d layers of a model remember
BENDS = ("", "tanh", "relu", "elu", "sigmoid", "softmax")
ACTIVATIONS = {
    "lstm": ("",),
    "gru": ("",),
    "dense": BENDS,
    "conv1d": BENDS,
    "activation": BENDS[1:],
    "prelu": ("",),
    "batchnorm": ("",),
}
KEEP_WIDTH = ("activation", "prelu", "batchnorm")
RECALL = 4


@dataclass(frozen=True)
class Layer:
    """One layer; weights are float64 arrays, shaped as the head of this file says."""

    kind: str
    activation: str
    units: int
    weights: tuple[np.ndarray, ...]
    dilation: int = 1
    groups: int = 1
    recall: bool = False

    @property
    def history(self) -> int:
        """The values that a conv1d remembers."""
        if self.kind != "conv1d":
            return 0
        taps, wide, _ = self.weights[0].shape
        return (taps - 1) * self.dilation * wide * self.groups


def check_order(path: Path, rows: list) -> None:
    """Raises BankError for a layer of no kind, or too many."""
    for number, row in enumerate(rows):
        kind = row.get("type") if isinstance(row, dict) else None
        if not isinstance(kind, str) or kind not in ACTIVATIONS:
            raise wrong(path, f"layers[{number}].type", ", ".join(ACTIVATIONS), kind)
    if len(rows) > MAX_LAYERS:
        raise wrong(path, "layers", f"at most {MAX_LAYERS} layers", len(rows))


def check_history(path: Path, layers: list[Layer]) -> None:
    """Raises BankError where the conv1d layers remember too much."""
    found = sum(layer.history for layer in layers)
    if found > MAX_HISTORY:
        expected = f"at most {MAX_HISTORY} values remembered by all conv1d"
        raise wrong(path, "layers", expected, found)


def check(path: Path, field: str, row: dict[str, Any], inputs: int) -> Layer:
    """One layer, its weights of the shapes that its kind and sizes ask for."""
    kind, units = row["type"], last_size(path, f"{field}.shape", row.get("shape"))
    activation = row.get("activation", "")
    if activation not in ACTIVATIONS[kind]:
        names = ", ".join(name or '""' for name in ACTIVATIONS[kind])
        raise wrong(path, f"{field}.activation", names, activation)
    if kind in KEEP_WIDTH and units != inputs:
        raise wrong(path, f"{field}.shape[2]", f"{inputs}, as it takes", units)
    dilation = groups = 1
    if kind == "conv1d":
        taps = count(path, field, row, "kernel_size", MAX_TAP // inputs)
        dilation = count(path, field, row, "dilation", MAX_HISTORY)
        groups = count(path, field, row, "groups", MAX_UNITS, untold=1)
        if inputs % groups or units % groups:
            raise wrong(path, f"{field}.groups", "a divisor of both sizes", groups)
        shapes: tuple = ((taps, inputs // groups, units), (units,))
    else:
        shapes = {
            "lstm": ((inputs, 4 * units), (units, 4 * units), (4 * units,)),
            "gru": ((inputs, 3 * units), (units, 3 * units), (2, 3 * units)),
            "dense": ((inputs, units), (units,)),
            "prelu": ((1, units),),
            "batchnorm": ((units,),) * 4,
            "activation": (),
        }[kind]
    values = row.get("weights")
    if kind == "batchnorm" and isinstance(values, list) and len(values) == 2:
        shapes = shapes[2:]
    if not isinstance(values, list) or len(values) != len(shapes):
        found = len(values) if isinstance(values, list) else values
        raise wrong(path, f"{field}.weights", f"{len(shapes)} arrays", found)
    weights = tuple(
        array_of(path, f"{field}.weights[{number}]", value, shape)
        for number, (value, shape) in enumerate(zip(values, shapes, strict=True))
    )
    if kind == "batchnorm":
        weights = _factor_and_shift(path, field, row, weights)
    recall = row.get("recall") if kind in ("lstm", "gru") else None
    if recall is not None:
        array_of(path, f"{field}.recall", recall, (RECALL,))
    return Layer(kind, activation, units, weights, dilation, groups, recall is not None)


def count(
    path: Path, field: str, row: dict[str, Any], name: str, most: int, untold: int = 0
) -> int:
    """A whole number, or the last of a list of them, as Keras writes both."""
    value = row.get(name, untold or None)
    if isinstance(value, list) and value:
        value = value[-1]
    if type(value) is not int or not 1 <= value <= most:
        raise wrong(path, f"{field}.{name}", f"1..{most}", value)
    return value


def _factor_and_shift(
    path: Path, field: str, row: dict[str, Any], weights: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """What a batch normalisation does to each value: factor (H) and shift (H)."""
    epsilon = row.get("epsilon")
    if isinstance(epsilon, bool) or not isinstance(epsilon, int | float):
        raise wrong(path, f"{field}.epsilon", "a number", epsilon)
    if not 0.0 <= epsilon <= 1e6:
        raise wrong(path, f"{field}.epsilon", "0 or above", epsilon)
    mean, variance = weights[-2:]
    if not np.all(variance + epsilon > 0.0):
        place = int(np.argmin(variance))
        name = f"{field}.weights[{len(weights) - 1}][{place}]"
        raise wrong(path, name, "a variance above 0", float(variance[place]))
    gamma, beta = weights[:2] if len(weights) == 4 else (1.0, 0.0)
    factor = gamma / np.sqrt(variance + epsilon)
    return factor, beta - factor * mean
