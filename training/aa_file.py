"""The cascade (training/aa.py) as a model file: layer types of our own, and back.

The file is laid out as RTNeural's, one row a layer, weights as (inputs, outputs); the
types are none of its. With K knobs, J hints, H units of a layer, N features of all:

  hints    weights [(K, J), (J)], only where there are knobs: h = c(knobs W + b),
           c(x) = x / sqrt(1 + x^2)
  taps     "taps": T; weights [poles (P)], with hints also [stretch (J, P)]; gives the
           input, its T - 1 past samples, then its one-pole low-passes: shape T + P
  cascade  activation "algebraic"; weights [W (I, H), bias (H), pole (H), slew (H)],
           with hints also [lift (J, H), shift (J, H), stretch (J, H), reweight
           (J I, H)]: gain = p + sqrt(1 + p^2) of p = max(h lift, -4), bias + h shift,
           W + the sum of h_j reweight_j; gives [u, s] as training/aa.py says: shape 2H
  mix      weights [mix (N), pole (Q), depth (Q)], with hints also [remix (J, N)]: w
           is the sum of all features before with mix + h remix, the output w
           and its one-pole low-passes by their depths; shape 16, a value a sample

Poles a are in [0, 1), slews 0 (a linear one-pole) or above. Where h stretch is given, a
is g a / (1 - a + g a) instead, which is a time constant a / (1 - a) made longer by
g = p + sqrt(1 + p^2) of p = h stretch kept within +-4; 1 - a falls no lower than to
0.0002 by that. The engine reads the knobs once in 16 samples, at the first of them.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.aa import Cascade, longer, pole, stretched
from training.aa_play import Weights, play_on, root

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
    wide, poles = shape.taps + shape.poles, [pole(network.input_time)]
    poles += [network.input_stretch] if shape.knobs else []
    layers.append(layer("taps", wide, poles, taps=shape.taps))
    unit_pole, slew = pole(network.unit_time), network.slew
    for place, matrix in enumerate(network.weight):
        units = slice(first, first := first + len(matrix))
        weights = [matrix.T, network.bias[units], unit_pole[units], slew[units]]
        if shape.knobs:
            weights += [network.lift[:, units], network.shift[:, units]]
            more = network.reweight[place].view(-1, *matrix.shape)  # (J, H, I)
            weights += [network.stretch[:, units], more.transpose(1, 2).flatten(0, 1)]
        layers.append(
            layer("cascade", 2 * len(matrix), weights, activation="algebraic")
        )
    mix = [network.mix[0], pole(network.coupler_time), network.depth]
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
    units = [weights_of(row, hints) for row in rows["cascade"]]
    columns = zip(*units, strict=True)
    weight, gain, bias, unit_pole, slew = (torch.cat(column) for column in columns)
    input_pole, *stretch = rows["taps"][0]
    mix, coupler_pole, depth, *remix = rows["mix"][0]
    return Weights(
        input_pole=stretched(input_pole, hinted(hints, stretch, input_pole)),
        sizes=tuple(len(row[1]) for row in rows["cascade"]),
        weight=weight,
        gain=gain,
        bias=bias,
        pole=unit_pole,
        slew=slew,
        mix=mix[:, None] + hinted(hints, remix, mix),
        coupler_pole=coupler_pole,
        depth=depth,
    )


def hinted(hints: Tensor, rows: list[Tensor], like: Tensor) -> Tensor:
    """What hints (B, J) add: rows [(J, N)], or none; like: (N,).   returns: (N, B)."""
    return (hints @ rows[0]).T if rows else torch.zeros(len(like), len(hints))


def weights_of(row: list[Tensor], hints: Tensor) -> tuple[Tensor, ...]:
    """A cascade at hints (B, J): weight (H I, B); gain, bias, pole, slew (H, B)."""
    weight, bias, held, slew, *knobbed = row
    lift, shift, stretch, more = ([part] for part in knobbed) if knobbed else [[]] * 4
    added = [part.view(hints.shape[1], -1) for part in more]  # (J, I * H)
    moved = hinted(hints, added, weight.flatten()).view(*weight.shape, -1)
    return (
        (weight[:, :, None] + moved).transpose(0, 1).flatten(0, 1),
        longer(hinted(hints, lift, bias)),
        bias[:, None] + hinted(hints, shift, bias),
        stretched(held, hinted(hints, stretch, held)),
        slew[:, None].expand(-1, len(hints)),
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
    return play_on(audio, weights, state)[0].T.double().numpy()


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
            at_knobs += sum(sizes[1:])
        elif row["type"] == "cascade":
            total += sizes[0] + 2 * sizes[1]
            at_knobs += sum(sizes[4:])
        elif row["type"] == "mix":
            total += sizes[0] + 3 * sizes[1]
            at_knobs += sum(sizes[3:])
    return total - (-at_knobs // BLOCK)
