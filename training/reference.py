"""A whole model file in float64 numpy: the yardstick for every other implementation.

Letters: N samples, B lanes, F frames (samples a step), K knobs, H hidden units.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.errors import ShapeError

Array = NDArray[np.float64]
Model = dict[str, Any]


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), by tanh so that nothing overflows."""
    return 0.5 + 0.5 * np.tanh(0.5 * x)


ACTIVATIONS = {
    "": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": sigmoid,
}


class Player:
    """Steps one model, lanes side by side. Starts from zero state."""

    def __init__(self, model: Model, lanes: int = 1) -> None:
        self.layers = [
            (layer, [np.asarray(weight, np.float64) for weight in layer["weights"]])
            for layer in model["layers"]
        ]
        self.in_skip = bool(model.get("in_skip", 0))
        self.frames = int(model["layers"][-1]["shape"][-1])
        self.inputs = int(model["in_shape"][-1])
        self.state: dict[int, tuple[Array, Array]] = {}
        for place, (layer, _) in enumerate(self.layers):
            if layer["type"] in ("lstm", "gru"):
                zeros = np.zeros((lanes, int(layer["shape"][-1])))
                self.state[place] = (zeros, zeros)

    def step(self, audio: Array, knobs: Array) -> Array:
        """audio: (B, F), knobs: (B, K).   returns: (B, F)."""
        x = np.concatenate((audio, knobs), axis=1)
        for place, (layer, weights) in enumerate(self.layers):
            if layer["type"] == "dense":
                x = ACTIVATIONS[layer["activation"]](x @ weights[0] + weights[1])
            else:
                advance = lstm if layer["type"] == "lstm" else gru
                self.state[place] = advance(x, self.state[place], weights)
                x = self.state[place][0]
        return x + audio if self.in_skip else x


def lstm(
    x: Array, state: tuple[Array, Array], weights: list[Array]
) -> tuple[Array, Array]:
    """One step, gates i, f, candidate, o.   returns: the next (hidden, cell)."""
    from_input, from_hidden, bias = weights
    gates = x @ from_input + state[0] @ from_hidden + bias  # (B, 4 H)
    i, f, candidate, o = np.split(gates, 4, axis=1)
    cell = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * np.tanh(cell), cell


def gru(
    x: Array, state: tuple[Array, Array], weights: list[Array]
) -> tuple[Array, Array]:
    """One step, gates z, r, candidate, reset after.   returns: (hidden, unused)."""
    from_input, from_hidden, bias = weights
    z, r, candidate = np.split(x @ from_input + bias[0], 3, axis=1)
    z_hidden, r_hidden, recalled = np.split(state[0] @ from_hidden + bias[1], 3, axis=1)
    z = sigmoid(z + z_hidden)
    fresh = np.tanh(candidate + sigmoid(r + r_hidden) * recalled)
    return (1.0 - z) * fresh + z * state[0], state[1]


def run(model: Model, audio: ArrayLike, conditioning: ArrayLike, frames: int) -> Array:
    """Plays a model from zero state; frame k is samples F k to F k + F - 1, undelayed.

    audio: (N,); conditioning: (K,) or (N, K), 0..1, read at a frame's first sample.
    returns: (N,). Raises ShapeError when frames or K do not fit the model.
    """
    audio = np.asarray(audio, np.float64)
    player, count = Player(model), len(audio)
    check_shape(player, np.shape(conditioning)[-1], frames)
    steps = -(-count // frames)
    knobs = np.broadcast_to(
        np.asarray(conditioning, np.float64), (count, player.inputs - frames)
    )
    padded = np.pad(audio, (0, steps * frames - count)).reshape(steps, 1, frames)
    played = [player.step(padded[k], knobs[k * frames][None]) for k in range(steps)]
    return np.concatenate(played, axis=None)[:count] if played else np.zeros(0)


def check_shape(player: Player, knobs: int, frames: int) -> None:
    """Raises ShapeError when frames or the number of knobs do not fit the model."""
    if frames != player.frames:
        raise ShapeError(
            f"model: expected {player.frames} samples a step, found {frames}"
        )
    if frames + knobs != player.inputs:
        wanted = player.inputs - frames
        raise ShapeError(f"model: expected {wanted} conditioning values, found {knobs}")
