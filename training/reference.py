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


def softmax(x: Array) -> Array:
    """e^x over their sum, along the last axis."""
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


ACTIVATIONS = {
    "": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0.0),
    "elu": lambda x: np.where(x < 0.0, np.expm1(np.minimum(x, 0.0)), x),
    "sigmoid": sigmoid,
    "softmax": softmax,
}


LEAST_SHARE = 2e-4  # that a knob may leave a one-pole with
LEAST_LIFT = -4.0  # of a cascade's hints, as training/aa_file.py says


def root(x: Array) -> Array:
    """sqrt(1 + x^2)."""
    return np.sqrt(1.0 + x * x)


class Cascade:
    """Plays a cascade (training/aa_file.py) sample by sample, lanes side by side."""

    def __init__(self, model: Model, lanes: int) -> None:
        rows: dict[str, list] = {"hints": [], "taps": [], "cascade": [], "mix": []}
        for row in model["layers"]:
            arrays = [np.asarray(part, np.float64) for part in row["weights"]]
            rows[row["type"]].append(arrays)
            if row["type"] == "taps":
                self.past = np.zeros((lanes, int(row["taps"])))  # the newest first
        self.hints, self.layers = rows["hints"], rows["cascade"]
        self.mix, self.poles = rows["mix"][0], rows["taps"][0]
        self.coupled = np.zeros((lanes, len(self.mix[1])))
        self.low = np.zeros((lanes, len(self.poles[0])))
        sizes = [len(row[1]) for row in self.layers]
        self.before = [np.zeros((lanes, size)) for size in sizes]  # gain W f
        self.memory = [np.zeros((lanes, size)) for size in sizes]

    def step(self, audio: Array, knobs: Array) -> Array:
        """audio: (B, 16), knobs: (B, K).   returns: (B, 16)."""
        hints, mix = np.zeros((len(audio), 0)), self.mix[0]
        if self.hints:
            bent = knobs @ self.hints[0][0] + self.hints[0][1]
            hints = bent / root(bent)  # (B, J)
            mix = mix + hints @ self.mix[3]
        pole = stretched(self.poles, hints)
        bends = [bend(row, hints) for row in self.layers]
        return np.stack([self.sample(x, pole, bends, mix) for x in audio.T], axis=1)

    def sample(
        self, x: Array, pole: Array, bends: list[tuple[Array, ...]], mix: Array
    ) -> Array:
        """One sample of each lane; bends: as `bend` gives.   x, returns: (B,)."""
        self.past = np.concatenate((x[:, None], self.past[:, :-1]), axis=1)
        self.low = self.low + (1.0 - pole) * (x[:, None] - self.low)
        features = [np.concatenate((self.past, self.low), axis=1)]
        for place, (weight, gain, bias, pole, slew) in enumerate(bends):
            lifted = gain * np.einsum("bi,bih->bh", features[-1], weight)
            now, before = lifted + bias, self.before[place] + bias
            u = (now + before) / (root(now) + root(before)) - bias / root(bias)
            move = u - self.memory[place]
            s = self.memory[place] + (1.0 - pole) * move / root(slew * move)
            self.before[place], self.memory[place] = lifted, s
            features.append(np.concatenate((u, s), axis=1))
        w = np.sum(mix * np.concatenate(features, axis=1), axis=1)
        share = 1.0 - self.mix[1]
        self.coupled = self.coupled + share * (w[:, None] - self.coupled)
        return w + self.coupled @ self.mix[2]


def longer(p: Array) -> Array:
    """A factor above zero of what hints add up to, 1 at 0."""
    p = np.maximum(p, LEAST_LIFT)
    return p + root(p)


def stretched(poles: list[Array], hints: Array) -> Array:
    """One-poles [held (N), stretch (J, N) or none] at hints (B, J).   returns: (B, N).

    A held one's time constant a / (1 - a) is made longer by a factor.
    """
    held = np.broadcast_to(poles[0], (len(hints), len(poles[0])))
    if len(poles) == 1:
        return held
    share, factor = 1.0 - held, longer(np.minimum(hints @ poles[1], -LEAST_LIFT))
    bent = share / (share + held * factor)
    return 1.0 - np.maximum(bent, np.minimum(share, LEAST_SHARE))


def bend(row: list[Array], hints: Array) -> tuple[Array, ...]:
    """A layer at hints (B, J).   returns: weight (B, I, H), then (B, H) of each:
    gain, bias, pole, slew."""
    weight, bias, pole, slew, *knobbed = row
    if not knobbed:
        whole = np.broadcast_to(weight, (len(hints), *weight.shape))
        return whole, np.ones_like(bias), bias, pole, slew
    lift, shift, stretch, reweight = knobbed
    more = np.tensordot(hints, reweight.reshape(-1, *weight.shape), axes=1)
    pole = stretched([pole, stretch], hints)
    return weight + more, longer(hints @ lift), bias + hints @ shift, pole, slew


class Player:
    """Steps one model, lanes side by side. Starts from zero state."""

    def __init__(self, model: Model, lanes: int = 1) -> None:
        self.frames = int(model["layers"][-1]["shape"][-1])
        self.inputs = int(model["in_shape"][-1])
        if model["layers"][-1]["type"] == "mix":
            self.step = Cascade(model, lanes).step
            return
        self.layers = [
            (layer, [np.asarray(weight, np.float64) for weight in layer["weights"]])
            for layer in model["layers"]
        ]
        self.couplers = None
        if self.layers[-1][0]["type"] == "couplers":
            self.couplers = self.layers.pop()[1]
            self.low = np.zeros((lanes, len(self.couplers[0])))
        self.in_skip = float(model.get("in_skip", 0))
        self.state: dict[int, tuple[Array, Array]] = {}
        self.past: dict[int, list[tuple[Array, Array]]] = {}  # the newest first
        self.heard: dict[int, list[Array]] = {}  # of each conv1d, the newest last
        for place, (layer, _) in enumerate(self.layers):
            if layer["type"] in ("lstm", "gru"):
                zeros = np.zeros((lanes, int(layer["shape"][-1])))
                self.state[place] = (zeros, zeros)
            elif layer["type"] == "conv1d":
                self.heard[place] = []

    def step(self, audio: Array, knobs: Array) -> Array:
        """audio: (B, F), knobs: (B, K).   returns: (B, F)."""
        x = np.concatenate((audio, knobs), axis=1)
        for place, (layer, weights) in enumerate(self.layers):
            bend = ACTIVATIONS[layer.get("activation", "")]
            if layer["type"] == "dense":
                x = bend(x @ weights[0] + weights[1])
            elif layer["type"] == "conv1d":
                x = bend(conv1d(x, self.heard[place], layer, weights))
            elif layer["type"] == "activation":
                x = bend(x)
            elif layer["type"] == "prelu":
                x = np.where(x < 0.0, weights[0][0] * x, x)
            elif layer["type"] == "batchnorm":
                x = batchnorm(x, float(layer["epsilon"]), weights)
            else:
                advance = lstm if layer["type"] == "lstm" else gru
                start = self.recalled(place, layer)
                self.state[place] = advance(x, start, weights)
                x = self.state[place][0]
        x = x + self.in_skip * audio if self.in_skip else x
        return x if self.couplers is None else self.couple(x)

    def recalled(self, place: int, layer: Model) -> tuple[Array, Array]:
        """What a step starts from: the last state, or a sum of the last four."""
        if "recall" not in layer:
            return self.state[place]
        past = self.past.setdefault(place, [])
        past.insert(0, self.state[place])
        del past[len(layer["recall"]) :]
        pairs = list(zip(layer["recall"], past, strict=False))
        hidden, cell = (sum(w * state[k] for w, state in pairs) for k in (0, 1))
        return hidden, cell

    def couple(self, w: Array) -> Array:
        """The output capacitor (pedal/model_file.py).   w: (B, F); returns: (B, F)."""
        pole, depth = self.couplers
        heard = []
        for sample in w.T:
            self.low = self.low + (1.0 - pole) * (sample[:, None] - self.low)
            heard.append(sample + self.low @ depth)
        return np.stack(heard, axis=1)


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


def conv1d(x: Array, heard: list[Array], layer: Model, weights: list[Array]) -> Array:
    """One step of a causal convolution.   x: (B, I); returns: (B, H).

    heard: the steps so far, to which this one is added; before them was silence.
    """
    kernel, bias = weights  # (taps, I / groups, H), the oldest tap first
    groups, dilation = int(layer.get("groups", 1)), last_of(layer["dilation"])
    heard.append(x)
    total = np.broadcast_to(bias, (len(x), len(bias)))
    for back, tap in enumerate(kernel[::-1]):
        if back * dilation >= len(heard):
            break
        parts = np.split(heard[-1 - back * dilation], groups, axis=1)
        units = np.split(tap, groups, axis=1)
        both = zip(parts, units, strict=True)
        total = total + np.concatenate([part @ unit for part, unit in both], axis=1)
    del heard[: -dilation * len(kernel)]
    return total


def last_of(value: int | list[int]) -> int:
    """A number, or the last of those that Keras writes."""
    return value[-1] if isinstance(value, list) else value


def batchnorm(x: Array, epsilon: float, weights: list[Array]) -> Array:
    """Batch normalisation at inference.   x, returns: (B, H)."""
    gamma, beta = weights[:2] if len(weights) == 4 else (1.0, 0.0)
    mean, variance = weights[-2:]
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


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
