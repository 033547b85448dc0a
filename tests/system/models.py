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


def cascade(random: np.random.Generator, sizes: list[int], knobs: int) -> dict:
    """A time-invariant network; its poles slew as the dice fall."""
    hints, taps, poles = 4 * knobs, int(random.integers(1, 9)), [0.5, 0.95, 0.9995]
    wide = features = taps + len(poles)

    def layer(kind: str, size: int, weights: list, **more: Any) -> dict:
        shape = [None, None, size]
        kept = [np.float32(weight).tolist() for weight in weights]
        return {"type": kind, "shape": shape, "weights": kept, **more}

    heard = [poles, random.normal(0, 0.3, (hints, len(poles)))]
    layers = [layer("taps", wide, heard if knobs else [poles], taps=taps)]
    if knobs:
        slopes, offsets = (
            random.normal(0, 3, (knobs, hints)),
            random.normal(0, 1, hints),
        )
        layers.insert(0, layer("hints", hints, [slopes, offsets]))
    for size in sizes:
        weights = [
            random.normal(0, 2, (wide, size)) / np.sqrt(wide),
            random.normal(0, 0.3, size),
            1 - np.exp(random.uniform(np.log(0.001), np.log(0.7), size)),
            random.uniform(0, 1, size) * random.integers(0, 2),
        ]
        if knobs:
            weights += [random.normal(0, 0.5, (hints, size)) for _ in range(3)]
            spread = 0.3 / np.sqrt(wide * hints)
            weights.append(random.normal(0, spread, (hints * wide, size)))
        layers.append(layer("cascade", 2 * size, weights, activation="algebraic"))
        wide, features = 2 * size, features + 2 * size
    couplers = int(random.integers(1, 10))
    mix = [
        random.normal(0, 0.3, features),
        1 - np.exp(random.uniform(np.log(0.0005), np.log(0.1), couplers)),
        random.normal(0, 0.3, couplers),
    ]
    if knobs:
        mix.append(random.normal(0, 0.1, (hints, features)))
    layers.append(layer("mix", 16, mix))
    return {"in_shape": [None, None, 16 + knobs], "layers": layers, "in_skip": 0}


def network(
    random: np.random.Generator, kind: str, units: int, frames: int, knobs: int
) -> dict[str, Any]:
    """Dense layers before and after as the dice fall, the skip and couplers too."""
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
    skip = int(random.integers(0, 2))
    if random.random() < 0.5:
        layers.append(couplers(random, frames))
    return {
        "in_shape": [None, None, frames + knobs],
        "layers": layers,
        "in_skip": skip,
    }


def every_layer(random: np.random.Generator, frames: int, knobs: int) -> dict[str, Any]:
    """A model of all layers that RTNeural plays, in an order as the dice fall.

    Few of them squash, or nothing would be left of the sound for the next.
    """
    wide, layers = frames + knobs, []
    bends = ["softmax", "sigmoid", "relu", "elu", "tanh", ""]
    kinds = ["conv1d", "conv1d", "lstm", "gru", "dense", "prelu", "batchnorm"]
    kinds += ["activation", "activation", "dense"]
    for kind in map(str, random.permutation(kinds)):
        units = int(random.integers(2, 6)) * 3
        if kind in ("lstm", "gru"):
            layers.append(recurrent(random, kind, wide, units))
            if random.random() < 0.5:
                layers[-1]["recall"] = [1.2, -0.3, 0.12, -0.02]
        elif kind == "dense":
            layers.append(dense(random, wide, units, bends[int(random.integers(0, 6))]))
        elif kind == "conv1d":
            layers.append(conv1d(random, wide, units))
        else:
            layers.append(of_each_value(random, kind, wide))
        wide = layers[-1]["shape"][-1]
    layers.append(dense(random, wide, frames, ""))
    return {
        "in_shape": [None, None, frames + knobs],
        "layers": layers,
        "in_skip": float(random.choice([0.0, 0.125])),
    }


def conv1d(random: np.random.Generator, wide: int, units: int) -> dict:
    """A causal convolution; in groups where that goes."""
    taps, dilation = int(random.integers(1, 6)), int(random.integers(1, 20))
    groups = 3 if wide % 3 == 0 and random.random() < 0.5 else 1
    scale = np.sqrt(3 * groups / (wide * taps))
    return {
        "type": "conv1d",
        "activation": str(random.choice(["", "tanh", "elu"])),
        "shape": [None, None, units],
        "kernel_size": [taps],
        "dilation": [dilation],
        "groups": groups,
        "weights": [
            random.uniform(-scale, scale, (taps, wide // groups, units)).tolist(),
            random.uniform(-0.1, 0.1, units).tolist(),
        ],
    }


def of_each_value(random: np.random.Generator, kind: str, wide: int) -> dict:
    """A prelu, a batch normalisation, with gamma and beta or without, or a bend."""
    row = {"type": kind, "activation": "", "shape": [None, None, wide]}
    if kind == "activation":
        bend = str(random.choice(["tanh", "elu", "relu"]))
        return row | {"activation": bend, "weights": []}
    if kind == "prelu":
        return row | {"weights": [random.uniform(-0.5, 0.9, (1, wide)).tolist()]}
    affine = [random.uniform(0.5, 2.0, wide), random.uniform(-0.3, 0.3, wide)]
    spread = [random.uniform(-0.3, 0.3, wide), random.uniform(0.1, 2.0, wide)]
    weights = (affine if random.random() < 0.5 else []) + spread
    return row | {"epsilon": 0.001, "weights": [part.tolist() for part in weights]}


def couplers(random: np.random.Generator, frames: int) -> dict:
    """An output capacitor of 1 to 8 one-poles."""
    count = int(random.integers(1, 9))
    pole = 1 - np.exp(random.uniform(np.log(0.0005), np.log(0.1), count))
    weights = [np.float32(pole).tolist(), random.normal(0, 0.3, count).tolist()]
    return {"type": "couplers", "shape": [None, None, frames], "weights": weights}
