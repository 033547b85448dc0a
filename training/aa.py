"""The block-16 network: a time-invariant cascade, antialiased, without recurrence.

    f0   = the last taps of the input, and one-pole low-passes of it
    v    = gain(knobs) (W f) + bias(knobs)                        each layer
    u[n] = (v[n] + v[n-1]) / (r(v[n]) + r(v[n-1])) - bias / r(bias)
    s[n] = s[n-1] + (1 - a) d / r(slew d),  d = u[n] - s[n-1]     r(x) = sqrt(1 + x^2)
    f    = [u, s]
    w    = mix(knobs) [f0, f1, .., fL]
    y    = w + depth [one-pole low-passes of w]     as an output capacitor does

The fraction is first-order antiderivative antialiasing of v / r(v), whose
antiderivative is r: (r(a) - r(b)) / (a - b) = (a + b) / (r(a) + r(b)). Source of the
method: Parker, Zavalishin and Le Bivic, Reducing the aliasing of nonlinear
waveshaping using continuous-time convolution, DAFx 2016.

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

from training import kernels_aa

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
LEAST_LIFT = -4.0  # keeps p + r(p) far from cancelling in float32

State = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


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


def root(x: Tensor) -> Tensor:
    """r(x) = sqrt(1 + x^2)."""
    return torch.sqrt(1.0 + x * x)


def log_spaced(span: tuple[float, float], count: int) -> Tensor:
    """Logarithms of time constants, evenly spaced.   returns: (count,)."""
    return torch.linspace(math.log(span[0]), math.log(span[1]), count)


def pole(log_samples: Tensor) -> Tensor:
    """The one-pole whose time constant is exp(log_samples), kept within its limits."""
    limits = math.log(SHORTEST_SAMPLES), math.log(LONGEST_SAMPLES)
    return torch.exp(-torch.exp(-log_samples.clamp(*limits)))


@dataclass
class Weights:
    """All that a window needs, at B lanes' knobs."""

    input_pole: Tensor  # (poles,)
    weight: tuple[Tensor, ...]  # (H, I) each
    gain: Tensor  # (U, B)
    bias: Tensor  # (U, B)
    pole: Tensor  # (U,)
    slew: Tensor  # (U,)
    mix: Tensor  # (N, B)
    coupler_pole: Tensor  # (Q,)
    depth: Tensor  # (Q,)


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
        if self.shape.knobs:
            bent = knobs @ self.hint_weight + self.hint_bias
            hints = bent / root(bent)  # (B, J)
            lift = (hints @ self.lift).T.clamp_min(LEAST_LIFT)  # (U, B)
            gain = lift + root(lift)
            bias, mix = bias + (hints @ self.shift).T, mix + (hints @ self.remix).T
        slew = torch.zeros_like(self.log_slew)
        if self.shape.slews:
            slew = self.log_slew.exp()
        return Weights(
            input_pole=pole(self.input_time),
            weight=tuple(self.weight),
            gain=gain,
            bias=bias,
            pole=pole(self.unit_time),
            slew=slew,
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
        y, state = play(x, self.weights(knobs), state)
        return y.view(steps, frames, lanes).transpose(1, 2), state


def play(x: Tensor, weights: Weights, state: State) -> tuple[Tensor, State]:
    """x: (T, B).   returns: (T, B) and the next state, which carries no gradient."""
    past = torch.cat((state[0], x))  # (taps - 1 + T, B)
    kept = past[len(x) :].detach().clone()
    rest = weights.bias / root(weights.bias)
    if kernels_aa.library() is None:
        w, later = play_in_torch(past, weights, rest, state[1:4])
        y, low = couple_in_torch(w, weights, state[4])
        return y, (kept, *(part.detach() for part in (*later, low)))
    lanes = x.shape[1]
    spare = -lanes % kernels_aa.library().CascadeLanes()

    def wide(rows: Tensor) -> Tensor:
        """Lanes of nothing beside the real ones, up to whole vectors."""
        return nn.functional.pad(rows, (0, spare)) if spare else rows

    gain = nn.functional.pad(weights.gain, (0, spare), value=1.0)
    w, *later = Window.apply(
        wide(past),
        weights.input_pole,
        torch.cat([part.reshape(-1) for part in weights.weight]),
        gain,
        wide(weights.bias),
        wide(rest),
        weights.pole,
        weights.slew,
        wide(weights.mix),
        *(wide(part) for part in state[1:4]),
        tuple(len(part) for part in weights.weight),
    )
    later = tuple(part[:, :lanes] for part in later)
    coupler = weights.coupler_pole, weights.depth
    y, low = Couple.apply(w[:, :lanes], *coupler, state[4])
    return y, (kept, *later, low)


class Shelf:
    """Large tensors to be used again: fresh memory costs as much as the kernel."""

    def __init__(self) -> None:
        self.spare: dict[int, list[Tensor]] = {}

    def take(self, size: int) -> Tensor:
        """(size,) of anything."""
        kept = self.spare.get(size)
        return kept.pop() if kept else torch.empty(size)

    def put(self, tensor: Tensor) -> None:
        """Back for the next one who asks."""
        kept = self.spare.setdefault(len(tensor), [])
        if len(kept) < 4:
            kept.append(tensor)


SHELF = Shelf()


class Window(torch.autograd.Function):
    """One window through the kernel; gradients as in torch, the state's left out."""

    NAMES = (
        "input input_pole weight gain bias rest pole slew mix low_0 before_0 memory_0"
    )

    @staticmethod
    def forward(ctx, *given):
        """Arguments in the order of NAMES, then the sizes of the layers."""
        *tensors, sizes = given
        names = Window.NAMES.split()
        tensors = {
            name: tensor.detach().contiguous()
            for name, tensor in zip(names, tensors, strict=True)
        }
        poles, units = len(tensors["input_pole"]), sum(sizes)
        features, lanes = tensors["mix"].shape
        taps = features - poles - 2 * units
        numbers = {
            "steps": len(tensors["input"]) - taps + 1,
            "lanes": lanes,
            "taps": taps,
            "poles": poles,
            "layers": len(sizes),
            "units": units,
            "features": features,
        }
        tensors["sizes"] = torch.tensor(sizes, dtype=torch.int32)
        for name, like in (("low", "low_0"), ("before", "before_0")):
            tensors[name] = torch.empty_like(tensors[like])
        tensors["memory"] = torch.empty_like(tensors["memory_0"])
        steps = numbers["steps"]
        tensors["heard"] = SHELF.take(features * (steps + 1) * lanes)
        tensors["sums"] = SHELF.take(units * (steps + 1) * lanes)
        tensors["output"] = torch.empty(steps, lanes)
        kernels_aa.library().CascadeForward(kernels_aa.job(numbers, tensors))
        if any(ctx.needs_input_grad):
            ctx.kept = numbers, tensors
        else:
            SHELF.put(tensors["heard"])
            SHELF.put(tensors["sums"])
        later = tuple(tensors[name] for name in ("low", "before", "memory"))
        ctx.mark_non_differentiable(*later)
        return tensors["output"], *later

    @staticmethod
    def backward(ctx, d_output, *_):
        """Gradients of all but the audio and the state."""
        numbers, tensors = ctx.kept
        names = Window.NAMES.split()[1:9]
        extra = {f"d_{name}": torch.zeros_like(tensors[name]) for name in names}
        extra["d_output"] = d_output.contiguous()
        rows = numbers["features"] * (numbers["steps"] + 1)
        extra["d_heard"] = SHELF.take(rows * kernels_aa.library().CascadeLanes())
        kernels_aa.library().CascadeBackward(kernels_aa.job(numbers, tensors | extra))
        for large in (tensors["heard"], tensors["sums"], extra["d_heard"]):
            SHELF.put(large)
        return None, *(extra[f"d_{name}"] for name in names), None, None, None, None


class Couple(torch.autograd.Function):
    """The output's one-poles through the kernel."""

    @staticmethod
    def forward(ctx, w, poles, depth, low):
        """w: (T, B), poles and depth: (Q,), low: (Q, B).   returns: (T, B), (Q, B)."""
        given = [part.detach().contiguous() for part in (w, poles, depth, low)]
        (steps, lanes), count = w.shape, len(poles)
        lows, y = torch.empty(count, steps, lanes), torch.empty(steps, lanes)
        tensors = [*given, lows, y]
        kernels_aa.library().CoupleForward(
            steps, lanes, count, *(part.data_ptr() for part in tensors)
        )
        ctx.kept = *given, lows
        later = lows[:, -1].clone()
        ctx.mark_non_differentiable(later)
        return y, later

    @staticmethod
    def backward(ctx, d_y, _):
        """Gradients of all but the state."""
        w, poles, depth, low, lows = ctx.kept
        found = [torch.zeros_like(part) for part in (w, poles, depth)]
        tensors = [w, poles, depth, low, lows, d_y.contiguous(), *found]
        tensors.append(torch.empty(w.shape[1]))
        kernels_aa.library().CoupleBackward(
            *w.shape, len(poles), *(part.data_ptr() for part in tensors)
        )
        return *found, None


def couple_in_torch(w: Tensor, weights: Weights, low: Tensor) -> tuple[Tensor, Tensor]:
    """What Couple does.   w: (T, B), low: (Q, B); returns: (T, B), (Q, B)."""
    poles = weights.coupler_pole
    many = w.expand(len(poles), -1, -1)
    lows = smooth(many, poles, 0.0 * poles, low)  # (Q, T, B)
    return w + (weights.depth[:, None, None] * lows).sum(dim=0), lows[:, -1]


def play_in_torch(
    past: Tensor, weights: Weights, rest: Tensor, state: tuple[Tensor, ...]
) -> tuple[Tensor, list[Tensor]]:
    """What the kernel does, sample by sample where one-poles ask for it.

    past: (taps - 1 + T, B); rest: (U, B).   returns: (T, B), the state but the taps.
    """
    low, before, memory = state
    poles = len(weights.input_pole)
    taps = len(weights.mix) - poles - 2 * len(rest)
    count = len(past) - taps + 1
    delayed = [past[taps - 1 - k : taps - 1 - k + count] for k in range(taps)]
    heard = torch.stack(delayed)  # (taps, T, B)
    slow = smooth(
        heard[:1].expand(poles, -1, -1),
        weights.input_pole,
        0.0 * weights.input_pole,
        low,
    )
    features, first = [torch.cat((heard, slow))], 0
    later = [slow[:, -1], [], []]
    for matrix in weights.weight:
        units = slice(first, first := first + len(matrix))
        bias = weights.bias[units, None]
        lifted = weights.gain[units, None] * torch.einsum(
            "hi,itb->htb", matrix, features[-1]
        )
        v = torch.cat((before[units, None], lifted), dim=1) + bias  # (H, 1 + T, B)
        r = root(v)
        u = (v[:, 1:] + v[:, :-1]) / (r[:, 1:] + r[:, :-1]) - rest[units, None]
        s = smooth(u, weights.pole[units], weights.slew[units], memory[units])
        later[1].append(lifted[:, -1])
        later[2].append(s[:, -1])
        features.append(torch.cat((u, s)))
    y = (weights.mix[:, None] * torch.cat(features)).sum(dim=0)
    return y, [later[0], torch.cat(later[1]), torch.cat(later[2])]


def smooth(u: Tensor, pole_of: Tensor, slew: Tensor, start: Tensor) -> Tensor:
    """One-poles, saturating where slew is above 0.   u: (H, T, B), start: (H, B)."""
    share, slew = 1.0 - pole_of[:, None], slew[:, None]
    s, heard = start, []
    for x in u.unbind(dim=1):
        move = x - s
        s = s + share * move / root(slew * move)
        heard.append(s)
    return torch.stack(heard, dim=1)
