"""Models of other systems from random weights, each in its own layout, and what each
plays: float64, written from the systems' own sources, apart from pedal/imports.

Letters: N samples, I inputs, H units, F frames, L layers.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray
Json = dict[str, Any]
# Audio (N,), knobs (K,) in 0..1.   returns: (N,), from the state that its player has.
Truth = Callable[[Array, Array], Array]


def sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def draw(random: np.random.Generator, scale: float, *shape: int) -> Array:
    """Uniform, rounded to float32 as files are."""
    return random.uniform(-scale, scale, shape).astype(np.float32).astype(np.float64)


class TorchLstm:
    """nn.LSTM of one layer, batch of one: gates i, f, g, o."""

    def __init__(self, kernel: Array, recall: Array, bias: Array) -> None:
        self.kernel, self.recall, self.bias = kernel, recall, bias
        self.hidden = self.cell = np.zeros(len(bias) // 4)

    def step(self, x: Array) -> Array:
        gates = self.kernel @ x + self.recall @ self.hidden + self.bias
        i, f, g, o = np.split(gates, 4)
        self.cell = sigmoid(f) * self.cell + sigmoid(i) * np.tanh(g)
        self.hidden = sigmoid(o) * np.tanh(self.cell)
        return self.hidden


class TorchGru:
    """nn.GRU of one layer: gates r, z, n."""

    def __init__(self, kernel: Array, recall: Array, of_x: Array, of_h: Array) -> None:
        self.kernel, self.recall, self.of_x, self.of_h = kernel, recall, of_x, of_h
        self.hidden = np.zeros(len(of_x) // 3)

    def step(self, x: Array) -> Array:
        r_x, z_x, n_x = np.split(self.kernel @ x + self.of_x, 3)
        r_h, z_h, n_h = np.split(self.recall @ self.hidden + self.of_h, 3)
        reset, update = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        fresh = np.tanh(n_x + reset * n_h)
        self.hidden = (1.0 - update) * fresh + update * self.hidden
        return self.hidden


def drawn_unit(
    random: np.random.Generator, unit: str, wide: int, units: int, alive: float = 1.6
) -> dict[str, Array]:
    """The arrays of an nn.LSTM or nn.GRU, lively but not chaotic."""
    rows = {"LSTM": 4, "GRU": 3}[unit] * units
    return {
        "weight_ih": draw(random, 2 / np.sqrt(wide), rows, wide),
        "weight_hh": draw(random, alive / np.sqrt(units), rows, units),
        "bias_ih": draw(random, 0.4, rows),
        "bias_hh": draw(random, 0.4, rows),
    }


def cell_of(unit: str, parts: dict[str, Array]) -> TorchLstm | TorchGru:
    kernel, recall = parts["weight_ih"], parts["weight_hh"]
    if unit == "LSTM":
        return TorchLstm(kernel, recall, parts["bias_ih"] + parts["bias_hh"])
    return TorchGru(kernel, recall, parts["bias_ih"], parts["bias_hh"])


def write(path: Path, table: Json) -> Path:
    path.write_text(json.dumps(table))
    return path


def guitarml(
    path: Path, seed: int, unit: str, units: int, inputs: int, skip: int, depth: int = 1
) -> tuple[Path, Truth]:
    """What GuitarML's trainer writes; Proteus and NeuralPi add the input."""
    random = np.random.default_rng(seed)
    layers = [
        drawn_unit(random, unit, units if n else inputs, units) for n in range(depth)
    ]
    head, bias = draw(random, 4 / np.sqrt(units), 1, units), draw(random, 0.2, 1)
    state = {
        f"rec.{name}_l{n}": part.tolist()
        for n, parts in enumerate(layers)
        for name, part in parts.items()
    }
    state |= {"lin.weight": head.tolist(), "lin.bias": bias.tolist()}
    data = {
        "model": "SimpleRNN",
        "input_size": inputs,
        "skip": skip,
        "output_size": 1,
        "unit_type": unit,
        "num_layers": depth,
        "hidden_size": units,
        "bias_fl": True,
    }

    def truth(audio: Array, knobs: Array) -> Array:
        cells, heard = [cell_of(unit, parts) for parts in layers], []
        for sample in audio:
            x = np.concatenate(([sample], knobs))
            for cell in cells:
                x = cell.step(x)
            heard.append((head @ x + bias)[0] + skip * sample)
        return np.array(heard)

    return write(path, {"model_data": data, "state_dict": state}), truth


def paper(path: Path, seed: int, frames: int, units: int) -> tuple[Path, Truth]:
    """The paper's: nn.LSTM of frames, then nn.Linear back to them."""
    random = np.random.default_rng(seed)
    parts = drawn_unit(random, "LSTM", frames, units)
    head, bias = (
        draw(random, 2 / np.sqrt(units), frames, units),
        draw(random, 0.2, frames),
    )
    state = {f"lstm.{name}_l0": part.tolist() for name, part in parts.items()}
    state |= {"dense.weight": head.tolist(), "dense.bias": bias.tolist()}

    def truth(audio: Array, _: Array) -> Array:
        cell = cell_of("LSTM", parts)
        steps = audio[: len(audio) // frames * frames].reshape(-1, frames)
        return np.concatenate([head @ cell.step(frame) + bias for frame in steps])

    return write(path, state), truth


def nam(
    path: Path,
    seed: int,
    units: int,
    depth: int = 1,
    rate_hz: float | None = 44100,
    alive: float = 1.6,
) -> tuple[Path, Truth]:
    """Neural Amp Modeler's: one list; its player warms up for half a second."""
    random = np.random.default_rng(seed)
    flat, layers = [], []
    for number in range(depth):
        wide = units if number else 1
        parts = drawn_unit(random, "LSTM", wide, units, alive)
        matrix = np.concatenate((parts["weight_ih"], parts["weight_hh"]), axis=1)
        start = draw(random, 0.9, 2, units)  # hidden, cell
        flat += [matrix.ravel(), parts["bias_ih"], *start]
        layers.append((parts["weight_ih"], parts["weight_hh"], parts["bias_ih"], start))
    head, bias = draw(random, 2 / np.sqrt(units), 1, units), draw(random, 0.2, 1)
    table: Json = {
        "version": "0.5.4",
        "architecture": "LSTM",
        "config": {"num_layers": depth, "input_size": 1, "hidden_size": units},
        "metadata": {"name": "dice", "loudness": -99.0},
        "weights": np.concatenate([*flat, head.ravel(), bias]).tolist(),
    }
    if rate_hz:
        table["sample_rate"] = rate_hz

    def truth(audio: Array, _: Array) -> Array:
        cells = []
        for kernel, recall, of_gates, (hidden, cell) in layers:
            cells.append(TorchLstm(kernel, recall, of_gates))
            cells[-1].hidden, cells[-1].cell = hidden, cell
        heard = []
        for sample in np.concatenate((np.zeros(22050), audio)):
            x = np.array([sample])
            for one in cells:
                x = one.step(x)
            heard.append((head @ x + bias)[0])
        return np.array(heard[22050:])

    return write(path, table), truth


def keras(
    path: Path, seed: int, unit: str, units: int, inputs: int, **aida: Any
) -> tuple[Path, Truth]:
    """RTNeural's JSON as Keras has it, (inputs, outputs); with AIDA-X's fields."""
    random = np.random.default_rng(seed)
    parts = drawn_unit(random, unit, inputs, units)
    head, bias = draw(random, 4 / np.sqrt(units), 1, units), draw(random, 0.2, 1)
    kernel, recall = parts["weight_ih"], parts["weight_hh"]
    if unit == "LSTM":
        both: Array = (parts["bias_ih"] + parts["bias_hh"]).astype(np.float32)
        parts = parts | {"bias_ih": both.astype(float), "bias_hh": 0.0 * both}
    else:
        z_first = np.concatenate([np.arange(units) + n * units for n in (1, 0, 2)])
        kernel, recall = kernel[z_first], recall[z_first]
        both = np.stack((parts["bias_ih"][z_first], parts["bias_hh"][z_first]))
    recurrent = {
        "type": unit.lower(),
        "activation": "",
        "shape": [None, None, units],
        "weights": [kernel.T.tolist(), recall.T.tolist(), both.tolist()],
    }
    dense = {
        "type": "time-distributed-dense",
        "activation": "",
        "shape": [None, None, 1],
        "weights": [head.T.tolist(), bias.tolist()],
    }
    table: Json = {"in_shape": [None, None, inputs], "layers": [recurrent, dense]}

    def truth(audio: Array, knobs: Array) -> Array:
        before = 10 ** (aida.get("in_gain", 0.0) / 20)
        after = 10 ** (aida.get("out_gain", 0.0) / 20)
        cell, heard = cell_of(unit, parts), []
        for sample in before * audio:
            y = (head @ cell.step(np.concatenate(([sample], knobs))) + bias)[0]
            heard.append(after * (y + (sample if aida.get("in_skip") else 0.0)))
        return np.array(heard)

    return write(path, table | aida), truth


def keras_of_all(path: Path, seed: int) -> tuple[Path, Truth]:
    """Layers of every other kind, with the odd ways in which Keras writes them."""
    random = np.random.default_rng(seed)
    first, second = draw(random, 1, 3, 1, 6), draw(random, 0.7, 4, 3, 4)  # (taps, I, H)
    beta, mean = draw(random, 0.3, 6), draw(random, 0.3, 6)
    variance = draw(random, 0.4, 4) ** 2 + 0.5
    slope, out, bias = -0.3, draw(random, 1, 4, 1), draw(random, 0.2, 6)
    unit = drawn_unit(random, "LSTM", 4, 4)
    both = (unit["bias_ih"] + unit["bias_hh"]).astype(np.float32).astype(float)
    kernel, recall = unit["weight_ih"], unit["weight_hh"]

    def row(kind: str, size: int, weights: list, **more: Any) -> Json:
        listed = [np.asarray(part).tolist() for part in weights]
        shape = [None, None, size]
        return {
            "type": kind,
            "activation": "",
            "shape": shape,
            "weights": listed,
        } | more

    conv = {"groups": 1, "strides": [1]}
    gamma = np.ones(6)
    layers = [
        row("conv1d", 6, [first, bias], kernel_size=[3], dilation=[4], **conv),
        row("batchnorm", 6, [gamma, beta, mean, gamma / 2], epsilon=0.001),
        row("activation", 6, [], activation="elu"),
        row("conv1d", 4, [second], kernel_size=4, dilation=2, groups=2),
        row("batchnorm", 4, [np.zeros(4), variance], epsilon=0.01),
        row("lstm", 4, [kernel.T, recall.T, both], activation="tanh"),
        row("prelu", 4, [[[slope]]]),
        row("dense", 1, [out], activation="linear"),
    ]

    def convolve(x: Array, taps: Array, dilation: int) -> Array:
        count = len(taps)
        past = np.concatenate((np.zeros(((count - 1) * dilation, x.shape[1])), x))
        return sum(past[k * dilation :][: len(x)] @ taps[k] for k in range(count))

    def truth(audio: Array, _: Array) -> Array:
        x = convolve(audio[:, None], first, 4) + bias
        x = (x - mean) / np.sqrt(0.5 + 0.001) + beta
        x = np.where(x > 0, x, np.exp(x) - 1)
        halves = zip(np.split(x, 2, axis=1), np.split(second, 2, axis=2), strict=True)
        x = np.concatenate([convolve(part, taps, 2) for part, taps in halves], axis=1)
        x = x / np.sqrt(variance + 0.01)
        cell = TorchLstm(kernel, recall, both)
        x = np.array([cell.step(step) for step in x])
        return (np.where(x >= 0, x, slope * x) @ out)[:, 0]

    return write(path, {"in_shape": [None, None, 1], "layers": layers}), truth
