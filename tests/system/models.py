"""Random networks of every shape that the engine promises to play."""

from typing import Any

import numpy as np


def dense(random: np.random.Generator, wide: int, out: int, activation: str) -> dict:
    """A dense layer whose sums stay near 1."""
    return {
        "type": "dense",
        "activation": activation,
        "shape": [None, None, out],
        "weights": [
            (random.uniform(-1, 1, (wide, out)) / np.sqrt(wide)).tolist(),
            random.uniform(-0.1, 0.1, out).tolist(),
        ],
    }


def recurrent(random: np.random.Generator, kind: str, wide: int, units: int) -> dict:
    """An LSTM or GRU, lively but not chaotic."""
    gates = 4 if kind == "lstm" else 3
    bias = (gates * units,) if kind == "lstm" else (2, gates * units)
    scale = 1.6 / np.sqrt(units)
    return {
        "type": kind,
        "activation": "",
        "shape": [None, None, units],
        "weights": [
            (random.uniform(-2, 2, (wide, gates * units)) / np.sqrt(wide)).tolist(),
            random.uniform(-scale, scale, (units, gates * units)).tolist(),
            random.uniform(-0.5, 0.5, bias).tolist(),
        ],
    }


def network(
    random: np.random.Generator, kind: str, units: int, frames: int, knobs: int
) -> dict[str, Any]:
    """Dense layers before and after as the dice fall, and the skip too."""
    wide = frames + knobs
    layers = []
    if random.random() < 0.5:
        layers.append(dense(random, wide, int(random.integers(1, 40)), "tanh"))
        wide = layers[-1]["shape"][-1]
    layers.append(recurrent(random, kind, wide, units))
    wide = units
    if random.random() < 0.5:
        activation = str(random.choice(["", "tanh", "relu", "sigmoid"]))
        layers.append(dense(random, wide, int(random.integers(1, 40)), activation))
        wide = layers[-1]["shape"][-1]
    layers.append(dense(random, wide, frames, ""))
    return {
        "in_shape": [None, None, frames + knobs],
        "layers": layers,
        "in_skip": int(random.integers(0, 2)),
    }
