"""Plays model files through torch, many lanes at once: for measuring, not for truth.

The truth is reference.py; a test holds the two together. Letters: N samples, B lanes,
F frames (samples a step), K knobs, S knob settings, T steps.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training import aa_file, coupler
from training.models import steady

Model = dict[str, Any]
Array = NDArray[np.floating]
RUN_IN_SAMPLES = 16000
WINDOW_STEPS = 512  # what is held of all lanes and layers at once
ACTIVATIONS = {
    "": lambda x: x,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
}


class Player:
    """Steps one model in float32. Starts from zero state."""

    def __init__(self, model: Model, lanes: int) -> None:
        steady()
        rows = model["layers"]
        self.couplers: list[Tensor] = []
        if rows[-1]["type"] == "couplers":
            self.couplers = [torch.tensor(part) for part in rows[-1]["weights"]]
            self.low = torch.zeros(len(self.couplers[0]), lanes)
            rows = rows[:-1]
        self.layers = [(row, tensors(row)) for row in rows]
        self.in_skip = float(model.get("in_skip", 0))
        self.frames = int(model["layers"][-1]["shape"][-1])
        self.lanes = lanes
        self.state: dict[int, tuple[Tensor, Tensor]] = {}

    @torch.no_grad()
    def play(self, audio: Tensor, knobs: Tensor) -> Tensor:
        """audio: (T, B, F), knobs: (B, K).   returns: (T, B, F); the state goes on."""
        x = torch.cat((audio, knobs.expand(len(audio), *knobs.shape)), dim=-1)
        for place, (row, weights) in enumerate(self.layers):
            if row["type"] == "dense":
                x = ACTIVATIONS[row["activation"]](x @ weights[0] + weights[1])
            else:
                x = self.recur(place, row, weights, x)
        x = x + self.in_skip * audio if self.in_skip else x
        return self.couple(x) if self.couplers else x

    def couple(self, x: Tensor) -> Tensor:
        """The output capacitor.   x: (T, B, F); returns: the same shape."""
        samples = x.transpose(1, 2).reshape(-1, self.lanes)
        heard, self.low = coupler.couple(samples, *self.couplers, self.low)
        return heard.view(len(x), self.frames, self.lanes).transpose(1, 2)

    def recur(self, place: int, row: Model, weights: list[Tensor], x: Tensor) -> Tensor:
        """The LSTM or GRU.   x: (T, B, I); returns: (T, B, H)."""
        zeros = torch.zeros(1, self.lanes, int(row["shape"][-1]))
        state = self.state.get(place, (zeros, zeros))
        options = (True, 1, 0.0, False, False, False)
        if row["type"] == "lstm":
            y, hidden, cell = torch.lstm(x, state, weights, *options)
            self.state[place] = (hidden, cell)
        else:
            y, hidden = torch.gru(x, state[0], weights, *options)
            self.state[place] = (hidden, hidden)
        return y


def tensors(row: Model) -> list[Tensor]:
    """A layer's weights as torch wants them: transposed, gates reordered."""
    weights = [torch.tensor(weight, dtype=torch.float32) for weight in row["weights"]]
    if row["type"] == "dense":
        return weights
    from_input, from_hidden, bias = weights
    if row["type"] == "lstm":
        return [from_input.T.contiguous(), from_hidden.T.contiguous(), bias, 0.0 * bias]
    size = int(row["shape"][-1])
    gates = [torch.arange(size) + gate * size for gate in (1, 0, 2)]  # r, z, n
    order = torch.cat(gates)
    swapped = [from_input.T[order].contiguous(), from_hidden.T[order].contiguous()]
    return [*swapped, bias[0][order], bias[1][order]]


def play_lanes(model: Model, lanes: Array, knobs: Array) -> NDArray[np.float64]:
    """From zero state. lanes: (B, N), whole frames; knobs: (B, K); returns: (B, N)."""
    if aa_file.is_cascade(model):
        steady()
        return aa_file.play_lanes(model, lanes, knobs)
    player = Player(model, len(lanes))
    audio = torch.tensor(np.asarray(lanes), dtype=torch.float32)
    audio = audio.view(len(lanes), -1, player.frames).transpose(0, 1)  # (T, B, F)
    held = torch.tensor(np.asarray(knobs), dtype=torch.float32)
    windows = audio.contiguous().split(WINDOW_STEPS)
    played = torch.cat([player.play(window, held) for window in windows])
    return played.transpose(0, 1).reshape(len(lanes), -1).double().numpy()


def play_folded(
    model: Model, audio: Array, settings: Array, pieces: int
) -> NDArray[np.float64]:
    """Plays a long recording as `pieces` side by side, each after a run-in: fast.

    audio: (N,); settings: (S, K), 0..1.   returns: (M, S), M <= N a multiple of 16
    times pieces; what is over at the end is left out. It differs from playing through
    only by what a model remembers for longer than the run-in (0.36 s).
    """
    length = len(audio) // pieces // 16 * 16
    padded = np.concatenate((np.zeros(RUN_IN_SAMPLES), np.asarray(audio, float)))
    folded = np.stack(
        [padded[k * length : (k + 1) * length + RUN_IN_SAMPLES] for k in range(pieces)]
    )
    lanes = np.tile(folded, (len(settings), 1))  # (S * pieces, run-in + length)
    played = play_lanes(model, lanes, np.repeat(settings, pieces, axis=0))
    return played[:, RUN_IN_SAMPLES:].reshape(len(settings), pieces * length).T
