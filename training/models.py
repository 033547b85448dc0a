"""The networks: dense layers, one LSTM or GRU, dense layers, with knobs as inputs.

One with an output capacitor (coupler.py) is silent at rest, as nothing steady passes;
but where it rests away from zero it rounds, and a pedal that amplifies by 70 dB makes
that -88 dBFS of noise. A *still* one, and one with knobs and no capacitor, is silent by
construction: whatever the knobs say, zero audio and zero state give exactly zero,
because every path from a bias or a knob to the output is multiplied by something that
audio has moved. So there is no idle offset that could change with a knob. The masks
below cut the other paths. A network without either has one resting point, whose output
is taken off at export, so its candidate and its last layer keep their biases: a third
of the error without. Letters: T steps, B lanes, F frames (samples a step), K knobs,
H hidden units, Q one-poles of the capacitor.
"""

import math
import os
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training import kernels_aa
from training.aa import Cascade, CascadeShape
from training.coupler import Coupler
from training.errors import TrainingError
from training.kernels import recurrent

State = tuple[Tensor, ...]
GATES = {"lstm": 4, "gru": 3}
CANDIDATE = 2  # both in torch's order: i, f, g, o and r, z, n
HINTS = 4  # units that turn one knob into curves of itself, in the first dense layer
SHORTEST_SAMPLES, LONGEST_SAMPLES = 1.5, 2000.0  # memory of the gates at the start


@dataclass(frozen=True)
class Shape:
    """What a network looks like; `frames` is 1 or 16, `in_skip` 0 or 1."""

    frames: int = 1
    knobs: int = 0
    before: tuple[int, ...] = ()
    unit: str = "lstm"
    hidden: int = 16
    after: tuple[int, ...] = ()
    in_skip: int = 1
    shifted: bool = False  # the first dense layer bends audio about points of its own
    couplers: int = 0  # one-poles of the output capacitor, 0 for none
    still: bool = False  # masked also with a capacitor: for what amplifies most

    @property
    def masked(self) -> bool:
        """True for one that is silent at rest by its masks."""
        return self.still or (self.knobs > 0 and self.couplers == 0)


class MaskedLinear(nn.Module):
    """A dense layer of two halves that do not see each other: audio and knob hints.

    Only the hint half has a bias, so the audio half is odd: silence in, silence out.
    shifted: the audio half has one too, and what it gives at rest is taken off.
    """

    def __init__(
        self, audio: tuple[int, int], hints: tuple[int, int], shifted: bool = False
    ) -> None:
        super().__init__()
        self.audio_rows, self.shifted = audio[1], shifted
        rows, columns = audio[1] + hints[1], audio[0] + hints[0]
        mask = torch.zeros(rows, columns)
        mask[: audio[1], : audio[0]] = 1.0
        mask[audio[1] :, audio[0] :] = 1.0
        self.register_buffer("mask", mask)
        self.register_buffer(
            "bias_mask",
            mask.new_tensor([float(shifted)] * audio[1] + [1.0] * hints[1]),
        )
        self.raw_weight = nn.Parameter(uniform(rows, columns, fan_in=columns))
        self.raw_bias = nn.Parameter(uniform(rows, fan_in=columns))

    @property
    def weight(self) -> Tensor:
        """(rows, columns)."""
        return self.raw_weight * self.mask

    @property
    def bias(self) -> Tensor:
        """(rows,)."""
        return self.raw_bias * self.bias_mask

    def forward(self, x: Tensor) -> Tensor:
        """x: (T, B, columns).   returns: (T, B, rows)."""
        return nn.functional.linear(x, self.weight, self.bias)

    def at_rest(self) -> Tensor:
        """What the audio half gives in silence after its tanh, (rows,); else zeros."""
        rest = torch.tanh(self.bias[: self.audio_rows])
        return nn.functional.pad(rest, (0, len(self.bias) - self.audio_rows))

    def bent(self, x: Tensor) -> Tensor:
        """The layer with its tanh, and without what it gives at rest."""
        y = torch.tanh(self(x))
        return y - self.at_rest() if self.shifted else y


class Recurrent(nn.Module):
    """One LSTM or GRU with its input and hidden weights in one matrix, for SOAP."""

    def __init__(self, shape: Shape, audio: int, hints: int) -> None:
        super().__init__()
        self.unit, self.inputs, self.hidden = shape.unit, audio + hints, shape.hidden
        rows = GATES[shape.unit] * shape.hidden
        self.raw_weight = nn.Parameter(
            uniform(rows, self.inputs + shape.hidden, fan_in=shape.hidden)
        )
        self.raw_bias = nn.Parameter(chrono_bias(shape))
        mask, bias_mask = torch.ones_like(self.raw_weight), torch.ones(rows)
        candidate = slice(CANDIDATE * shape.hidden, (CANDIDATE + 1) * shape.hidden)
        if shape.masked:
            mask[candidate, audio : audio + hints] = 0.0
            bias_mask[candidate] = 0.0
        self.register_buffer("mask", mask.detach())
        self.register_buffer("bias_mask", bias_mask)
        self.register_buffer("no_bias", torch.zeros(rows))

    def parts(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Input weights (G*H, I), hidden weights (G*H, H), and their two biases."""
        weight = self.raw_weight * self.mask
        bias = self.raw_bias * self.bias_mask
        from_input = weight[:, : self.inputs].contiguous()
        return from_input, weight[:, self.inputs :].contiguous(), bias, self.no_bias

    def rest(self, lanes: int) -> State:
        """The state of silence: zeros, (1, B, H) twice (a GRU uses the first)."""
        zeros = self.raw_weight.new_zeros(1, lanes, self.hidden)
        return zeros, zeros.clone()

    def forward(
        self, x: Tensor, state: State, head: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """By the compiled kernel where it can, by torch else.

        x: (T, B, I); head: (O, H), a dense layer without bias, or None.
        returns: (T, B, O), or (T, B, H) without a head, and the last state.
        """
        parts = self.parts()
        if recurrent.usable(x, *state, *parts, head):
            return recurrent.play(self.unit, x, state, parts, head)
        options = (True, 1, 0.0, self.training, False, False)
        if self.unit == "lstm":
            y, *state = torch.lstm(x, state, list(parts), *options)
        else:
            y, hidden = torch.gru(x, state[0], list(parts), *options)
            state = (hidden, state[1])
        return (y if head is None else nn.functional.linear(y, head)), tuple(state)


class Network(nn.Module):
    """A whole model, audio in and audio out."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        audio, hints = shape.frames, shape.knobs
        self.before = nn.ModuleList()
        for size in shape.before:
            extra = HINTS * shape.knobs
            shifted = shape.shifted and not self.before
            self.before.append(MaskedLinear((audio, size), (hints, extra), shifted))
            audio, hints = size, extra
        self.recurrent = Recurrent(shape, audio, hints)
        self.after, size = nn.ModuleList(), shape.hidden
        for wide in (*shape.after, shape.frames):
            self.after.append(MaskedLinear((size, wide), (0, 0)))
            size = wide
        if not shape.masked:
            self.after[-1].bias_mask.fill_(1.0)
            nn.init.zeros_(self.after[-1].raw_bias)  # an offset takes long to unlearn
        self.coupler = Coupler(shape.couplers) if shape.couplers else None

    def rest(self, lanes: int) -> State:
        """A state of zeros: hidden and cell, (1, B, H), and the capacitor's (Q, B)."""
        low = (self.coupler.rest(lanes),) if self.coupler else ()
        return (*self.recurrent.rest(lanes), *low)

    def forward(
        self, audio: Tensor, knobs: Tensor, state: State
    ) -> tuple[Tensor, State]:
        """audio: (T, B, F), knobs: (B, K).   returns: (T, B, F) and the next state."""
        state, low = state[:2], state[2:]
        x = audio
        if self.shape.knobs:
            held = knobs.expand(audio.shape[0], *knobs.shape)
            x = torch.cat((audio, held), dim=-1)  # (T, B, F + K)
        for layer in self.before:
            x = layer.bent(x)
        if len(self.after) == 1:
            y, state = self.recurrent(x, state, self.after[0].weight)  # (T, B, F)
            if not self.shape.masked:  # else it has no bias, see MaskedLinear
                y = y + self.after[0].bias
        else:
            x, state = self.recurrent(x, state)  # (T, B, H)
            for layer in self.after[:-1]:
                x = torch.tanh(layer(x))
            y = self.after[-1](x)  # (T, B, F)
        y = y + audio if self.shape.in_skip else y
        if self.coupler is None:
            return y, state
        steps, lanes, frames = y.shape
        heard = y.transpose(1, 2).reshape(steps * frames, lanes)
        heard, later = self.coupler(heard, *low)
        return heard.view(steps, frames, lanes).transpose(1, 2), (*state, later)


def steady() -> None:
    """One thread, and subnormal numbers as zero: a fading state would crawl in them."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def uniform(*size: int, fan_in: int) -> Tensor:
    """Uniform in +-1/sqrt(fan_in), torch's own choice for these layers."""
    return torch.empty(*size).uniform_(-(fan_in**-0.5), fan_in**-0.5)


def chrono_bias(shape: Shape) -> Tensor:
    """Gate biases that give the units memories from 1.5 to 2000 samples.

    returns: (G * H,). Source: Tallec and Ollivier, Can recurrent neural networks warp
    time?, ICLR 2018; log-spaced here instead of drawn, and in steps of F samples.
    """
    steps = [
        max(samples / shape.frames, 1.5)
        for samples in (SHORTEST_SAMPLES, LONGEST_SAMPLES)
    ]
    memory = torch.logspace(math.log10(steps[0]), math.log10(steps[1]), shape.hidden)
    keep, zero = memory.log(), torch.zeros(shape.hidden)
    if shape.unit == "lstm":
        return torch.cat((-keep, keep, zero, zero))
    return torch.cat((zero, keep, zero))


def build(shape: Shape | CascadeShape) -> Network | Cascade:
    """A fresh network."""
    return Cascade(shape) if isinstance(shape, CascadeShape) else Network(shape)


def usual_device(shape: Shape | CascadeShape, gpu: bool, kernel: bool) -> str:
    """Where a network learns if nobody chose: "cpu" or "cuda".

    gpu: there is one; kernel: the cascade's is built. That one is the CPU's alone, and
    without it torch takes a cascade sample by sample, on a GPU too.
    """
    here = isinstance(shape, CascadeShape) and kernel
    return "cuda" if gpu and not here else "cpu"


def device(shape: Shape | CascadeShape) -> torch.device:
    """Where to train: $PEDAL_DEVICE, or a GPU if there is one and it helps, or here.

    Raises TrainingError for a device that is not there.
    """
    chosen = os.environ.get("PEDAL_DEVICE")
    if not chosen:
        kernel = kernels_aa.library() is not None
        return torch.device(usual_device(shape, torch.cuda.is_available(), kernel))
    try:
        return torch.empty(0, device=chosen).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise TrainingError(
            f'PEDAL_DEVICE: found "{chosen}", which is not here; take cpu, or unset it'
        ) from error


def standard_shape(
    block: int, hidden: int | None, knobs: int, recurrent: bool = False
) -> Shape | CascadeShape:
    """The shape for model block 1 or 16.

    hidden: units of the recurrent layer, None for the factory's size. recurrent: block
    16 as an LSTM over frames, for comparison; else it is a cascade of its usual size.
    """
    if block == 1:
        return Shape(hidden=hidden or 16, knobs=knobs, couplers=1)
    if not recurrent:
        return CascadeShape(knobs=knobs)
    size = hidden or 32
    return Shape(frames=16, hidden=size, before=(size,), knobs=knobs, in_skip=0)
