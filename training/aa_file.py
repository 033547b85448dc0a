"""The cascade (training/aa.py) as a model file: layer types of our own, and back.

The file is laid out as RTNeural's, one row a layer, weights as (inputs, outputs); the
types are none of its. With K knobs, J hints, H units of a layer, N features of all:

  hints    weights [(K, J), (J)], only where there are knobs: h = c(knobs W + b),
           c(x) = x / sqrt(1 + x^2)
  taps     "taps": T; weights [poles (P)]; gives the input, its T - 1 past samples, then
           its one-pole low-passes: shape T + P
  cascade  activation "algebraic"; weights [W (I, H), bias (H), pole (H), slew (H)],
           with hints also [lift (J, H), shift (J, H)]: gain = p + sqrt(1 + p^2) of
           p = max(h lift, -4), bias + h shift; gives [u, s] as training/aa.py says:
           shape 2H
  mix      weights [mix (N), pole (Q), depth (Q)], with hints also [remix (J, N)]: w
           is the sum of all features before with mix + h remix, the output w
           and its one-pole low-passes by their depths; shape 16, a value a sample

Poles are in [0, 1), slews 0 (a linear one-pole) or above. The engine reads the knobs
once in 16 samples, at the first of them.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.aa import LEAST_LIFT, Cascade, Weights, play, root

Model = dict[str, Any]
BLOCK = 16


def is_cascade(model: Model) -> bool:
    """True for a file of this kind."""
    return model["layers"][-1]["type"] == "mix"


def numbers(tensor: Tensor) -> list:
    """Nested lists of the shortest numbers that read back as the same float32."""
    array = tensor.detach().numpy().astype(np.float32)
    if array.ndim > 1:
        return [numbers(torch.from_numpy(row)) for row in array]
    return [float(str(value)) for value in array]


def layer(kind: str, size: int, weights: list[Tensor], **more: Any) -> Model:
    """One layer of the file."""
    shape = [None, None, size]
    row = {"type": kind, "activation": "", "shape": shape, **more}
    return row | {"weights": [numbers(weight) for weight in weights]}


@torch.no_grad()
def to_model(network: Cascade) -> Model:
    """The whole network as a model file."""
    shape, layers, first = network.shape, [], 0
    if shape.knobs:
        hints = [network.hint_weight, network.hint_bias]
        layers.append(layer("hints", len(network.hint_bias), hints))
    at_rest = network.weights(torch.zeros(1, shape.knobs))
    wide = shape.taps + shape.poles
    layers.append(layer("taps", wide, [at_rest.input_pole], taps=shape.taps))
    for matrix in network.weight:
        units = slice(first, first := first + len(matrix))
        weights = [matrix.T, network.bias[units], at_rest.pole[units]]
        weights.append(at_rest.slew[units])
        if shape.knobs:
            weights += [network.lift[:, units], network.shift[:, units]]
        layers.append(
            layer("cascade", 2 * len(matrix), weights, activation="algebraic")
        )
    mix = [network.mix[0], at_rest.coupler_pole, network.depth]
    mix += [network.remix] if shape.knobs else []
    layers.append(layer("mix", BLOCK, mix))
    inputs = [None, None, BLOCK + shape.knobs]
    return {"in_shape": inputs, "layers": layers, "in_skip": 0}


def weights_at(model: Model, knobs: Tensor) -> Weights:
    """What a file says at the knobs (B, K) of the lanes."""
    rows = {kind: [] for kind in ("hints", "taps", "cascade", "mix")}
    for row in model["layers"]:
        tensors = [torch.tensor(part, dtype=torch.float32) for part in row["weights"]]
        rows[row["type"]].append(tensors)
    hints = torch.zeros(len(knobs), 0)
    if rows["hints"]:
        weight, bias = rows["hints"][0]
        bent = knobs @ weight + bias
        hints = bent / root(bent)  # (B, J)
    gains, biases = [], []
    for _, bias, _, _, *knobbed in rows["cascade"]:
        lift, shift = knobbed or [torch.zeros(hints.shape[1], len(bias))] * 2
        p = (hints @ lift).T.clamp_min(LEAST_LIFT)
        gains.append(p + root(p))
        biases.append(bias[:, None] + (hints @ shift).T)
    mix, coupler_pole, depth, *remix = rows["mix"][0]
    moved = (hints @ remix[0]).T if remix else torch.zeros(len(mix), len(knobs))
    return Weights(
        input_pole=rows["taps"][0][0],
        weight=tuple(row[0].T.contiguous() for row in rows["cascade"]),
        gain=torch.cat(gains),
        bias=torch.cat(biases),
        pole=torch.cat([row[2] for row in rows["cascade"]]),
        slew=torch.cat([row[3] for row in rows["cascade"]]),
        mix=mix[:, None] + moved,
        coupler_pole=coupler_pole,
        depth=depth,
    )


@torch.no_grad()
def play_lanes(
    model: Model, lanes: NDArray[np.floating], knobs: NDArray[np.floating]
) -> NDArray[np.float64]:
    """From rest. lanes: (B, N); knobs: (B, K).   returns: (B, N)."""
    held = torch.tensor(np.asarray(knobs), dtype=torch.float32)
    audio = torch.tensor(np.asarray(lanes).T, dtype=torch.float32)
    weights, taps = weights_at(model, held), taps_of(model)
    units = len(weights.pole)
    sizes = (taps - 1, len(weights.input_pole), units, units, len(weights.depth))
    state = tuple(torch.zeros(size, len(held)) for size in sizes)
    played = []
    for window in audio.split(512):
        y, state = play(window, weights, state)
        played.append(y)
    return torch.cat(played).T.double().numpy()


def taps_of(model: Model) -> int:
    """How many samples of the input are heard at once."""
    return next(row["taps"] for row in model["layers"] if row["type"] == "taps")


def cost(model: Model) -> int:
    """Multiplications a sample, rounded up; a one-pole counts two, knobs a block's."""
    total, at_knobs = 0, 0
    for row in model["layers"]:
        sizes = [np.size(part) for part in row["weights"]]
        if row["type"] == "taps":
            total += 2 * sizes[0]
        elif row["type"] == "cascade":
            total += sizes[0] + 2 * sizes[1]
            at_knobs += sum(sizes[4:])
        elif row["type"] == "mix":
            total += sizes[0] + 3 * sizes[1]
            at_knobs += sum(sizes[3:])
    return total - (-at_knobs // BLOCK)
