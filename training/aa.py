"""The block-16 network: a time-invariant cascade, antialiased, without recurrence.

    f0   = the last taps of the input, and one-pole low-passes of it
    v    = gain (W f) + bias                                      each layer
    u[n] = (v[n] + v[n-1]) / (r(v[n]) + r(v[n-1])) - bias / r(bias)
    s[n] = s[n-1] + (1 - a) d / r(slew d),  d = u[n] - s[n-1]     r(x) = sqrt(1 + x^2)
    f    = [u, s]
    w    = mix [f0, f1, .., fL]
    y    = w + depth [one-pole low-passes of w]     as an output capacitor does

The fraction is first-order antiderivative antialiasing of v / r(v), whose
antiderivative is r: (r(a) - r(b)) / (a - b) = (a + b) / (r(a) + r(b)). Source of the
method: Parker, Zavalishin and Le Bivic, Reducing the aliasing of nonlinear
waveshaping using continuous-time convolution, DAFx 2016.

A drive knob of a pedal is a gain before what clips, and where an amplifier is slow it
moves a pole by decades. So gain, W, bias, all one-poles but the output's, and the mix
are functions of the knobs: sums of a few curves of them, `hints`, by learned weights,
worked out where a knob moves and not every sample.

Nothing goes back through a dense layer and every pole is below 1, so it cannot whistle.
Silence gives exactly zero at every knob setting, also while a knob moves: without
audio v is the bias, and what that sounds like is taken off.
Letters: T samples, B lanes, F samples a step (16), K knobs, J hints of them, H units of
a layer, U of all, I inputs of a layer, N features of all.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.aa_play import State, Weights, play, play_on, root

BLOCK = 16
HINTS = 4  # curves of each knob
TAPS, POLES, COUPLERS = 6, 6, 4
SIZES = (8, 8, 8, 8, 8)  # as dear in the engine as fewer units, which fill no vector
# Time constants stay between these; what rings longer would be heard at idle, and the
# coupling capacitors of pedals take up to 100 ms.
SHORTEST_SAMPLES, LONGEST_SAMPLES = 0.2, 5000.0
INPUT_SAMPLES, UNIT_SAMPLES = (3.0, 2000.0), (1.0, 1000.0)  # at the start, log-spaced
COUPLER_SAMPLES = (150.0, 4000.0)
FIRST_SLEW = 0.5
LEAST_SHARE = 1.0 / LONGEST_SAMPLES
LEAST_LIFT = -4.0  # keeps p + r(p) far from cancelling in float32


@dataclass(frozen=True)
class CascadeShape:
    """What a cascade looks like; slews: its one-poles saturate, for what slews."""

    sizes: tuple[int, ...] = SIZES
    knobs: int = 0
    slews: bool = False
    taps: int = TAPS
    poles: int = POLES
    couplers: int = COUPLERS
    frames: int = BLOCK

    @property
    def hidden(self) -> int:
        """Units of all layers."""
        return sum(self.sizes)

    @property
    def inputs(self) -> tuple[int, ...]:
        """I of each layer."""
        return (self.taps + self.poles, *(2 * size for size in self.sizes[:-1]))

    @property
    def features(self) -> int:
        """N, what the last layer mixes."""
        return self.taps + self.poles + 2 * self.hidden


def log_spaced(span: tuple[float, float], count: int) -> Tensor:
    """Logarithms of time constants, evenly spaced.   returns: (count,)."""
    return torch.linspace(math.log(span[0]), math.log(span[1]), count)


def pole(log_samples: Tensor) -> Tensor:
    """The one-pole whose time constant is exp(log_samples), kept within its limits."""
    limits = math.log(SHORTEST_SAMPLES), math.log(LONGEST_SAMPLES)
    return torch.exp(-torch.exp(-log_samples.clamp(*limits)))


def longer(by: Tensor) -> Tensor:
    """A factor above zero: p + r(p), which is 1 + p near zero, of p kept above -4."""
    p = by.clamp_min(LEAST_LIFT)
    return p + root(p)


def stretched(held: Tensor, by: Tensor) -> Tensor:
    """One-poles held (N,) with longer time constants.   by: (N, B).   returns: (N, B).

    A time constant a / (1 - a) is longer by a factor, but no knob makes it longer than
    LONGEST_SAMPLES.
    """
    share = 1.0 - held[:, None]
    bent = share / (share + held[:, None] * longer(by.clamp_max(-LEAST_LIFT)))
    return 1.0 - torch.maximum(bent, share.clamp_max(LEAST_SHARE))


class Cascade(nn.Module):
    """The network as a module; its state is a tuple of tensors, zero at rest."""

    def __init__(self, shape: CascadeShape) -> None:
        super().__init__()
        self.shape = shape
        units, hints = shape.hidden, HINTS * shape.knobs
        self.weight = nn.ParameterList(
            torch.randn(size, wide) * wide**-0.5
            for size, wide in zip(shape.sizes, shape.inputs, strict=True)
        )
        self.bias = nn.Parameter(0.3 * torch.randn(units))
        self.input_time = nn.Parameter(log_spaced(INPUT_SAMPLES, shape.poles))
        times = [log_spaced(UNIT_SAMPLES, size) for size in shape.sizes]
        self.unit_time = nn.Parameter(torch.cat(times))
        self.mix = nn.Parameter(
            torch.randn(1, shape.features) * 0.1 * shape.features**-0.5
        )
        self.coupler_time = nn.Parameter(log_spaced(COUPLER_SAMPLES, shape.couplers))
        self.depth = nn.Parameter(torch.zeros(shape.couplers))
        self.log_slew = nn.Parameter(
            torch.full((units,), math.log(FIRST_SLEW)), requires_grad=shape.slews
        )
        if hints:
            centres = torch.linspace(0.0, 1.0, HINTS).repeat(shape.knobs)
            steep = torch.zeros(shape.knobs, hints)
            for knob in range(shape.knobs):
                steep[knob, knob * HINTS : (knob + 1) * HINTS] = 3.0
            self.hint_weight = nn.Parameter(steep)
            self.hint_bias = nn.Parameter(-3.0 * centres)
            self.lift = nn.Parameter(torch.zeros(hints, units))
            self.shift = nn.Parameter(torch.zeros(hints, units))
            self.remix = nn.Parameter(torch.zeros(hints, shape.features))
            self.stretch = nn.Parameter(torch.zeros(hints, units))
            self.input_stretch = nn.Parameter(torch.zeros(hints, shape.poles))
            self.reweight = nn.ParameterList(
                torch.zeros(hints * size, wide)
                for size, wide in zip(shape.sizes, shape.inputs, strict=True)
            )

    @property
    def slew(self) -> Tensor:
        """How steeply one-poles saturate, (U,)."""
        slew = self.log_slew.exp()
        return slew if self.shape.slews else 0.0 * slew

    def rest(self, lanes: int) -> State:
        """Silence for ever: (taps - 1, B), (poles, B), (U, B) twice, (Q, B)."""
        shape = self.shape
        units = (shape.hidden, shape.hidden)
        rows = (shape.taps - 1, shape.poles, *units, shape.couplers)
        return tuple(self.mix.new_zeros(row, lanes) for row in rows)

    def weights(self, knobs: Tensor) -> Weights:
        """Everything at the knobs (B, K) of the lanes."""
        lanes = len(knobs)
        gain = torch.ones_like(self.bias)[:, None].expand(-1, lanes)
        bias = self.bias[:, None].expand(-1, lanes)
        mix = self.mix.T.expand(-1, lanes)
        rows = torch.cat([matrix.flatten() for matrix in self.weight])
        weight = rows[:, None].expand(-1, lanes)
        input_pole = pole(self.input_time)[:, None].expand(-1, lanes)
        unit_pole = pole(self.unit_time)[:, None].expand(-1, lanes)
        if self.shape.knobs:
            bent = knobs @ self.hint_weight + self.hint_bias
            hints = bent / root(bent)  # (B, J)
            gain = longer((hints @ self.lift).T)  # (U, B)
            bias, mix = bias + (hints @ self.shift).T, mix + (hints @ self.remix).T
            unit_pole = stretched(pole(self.unit_time), (hints @ self.stretch).T)
            input_pole = stretched(
                pole(self.input_time), (hints @ self.input_stretch).T
            )
            more = [part.view(len(self.hint_bias), -1) for part in self.reweight]
            weight = weight + torch.cat(more, dim=1).T @ hints.T
        return Weights(
            input_pole=input_pole,
            sizes=self.shape.sizes,
            weight=weight,
            gain=gain,
            bias=bias,
            pole=unit_pole,
            slew=self.slew[:, None].expand(-1, lanes),
            mix=mix,
            coupler_pole=pole(self.coupler_time),
            depth=self.depth,
        )

    def forward(
        self, audio: Tensor, knobs: Tensor, state: State
    ) -> tuple[Tensor, State]:
        """audio: (T / F, B, F), knobs: (B, K).   returns: the same and the state."""
        steps, lanes, frames = audio.shape
        x = audio.transpose(1, 2).reshape(steps * frames, lanes)
        weights = self.weights(knobs)
        if torch.is_grad_enabled():
            y, state = play(x, weights, state)
        else:
            y, state = play_on(x, weights, state)
        return y.view(steps, frames, lanes).transpose(1, 2), state
