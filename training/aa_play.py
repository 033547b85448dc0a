"""Plays a window through a cascade (training/aa.py) at given weights, and back.

By the compiled kernel (training/kernels_aa) where there is one and all lies on the CPU,
else sample by sample in torch, much slower.
Letters: T samples, B lanes, H units of a layer, U of all, I inputs of a layer, N
features of all, Q one-poles of the output.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training import kernels_aa
from training.kernels.recurrent import plain

WINDOW_SAMPLES = 4096  # played at once where nothing is learned
State = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]  # see Cascade.rest


def root(x: Tensor) -> Tensor:
    """r(x) = sqrt(1 + x^2)."""
    return torch.sqrt(1.0 + x * x)


@dataclass
class Weights:
    """All that a window needs, at B lanes' knobs."""

    input_pole: Tensor  # (poles, B)
    sizes: tuple[int, ...]  # H of each layer
    weight: Tensor  # (H, I, B) of each, as rows (the sum of H I, B)
    gain: Tensor  # (U, B)
    bias: Tensor  # (U, B)
    pole: Tensor  # (U, B)
    slew: Tensor  # (U, B)
    mix: Tensor  # (N, B)
    coupler_pole: Tensor  # (Q,)
    depth: Tensor  # (Q,)

    def tensors(self) -> list[Tensor]:
        """All but the sizes."""
        return [part for part in vars(self).values() if isinstance(part, Tensor)]


def usable(*tensors: Tensor) -> bool:
    """True where the kernel can take these, and it is there."""
    return plain(*tensors) and kernels_aa.library() is not None


def play(x: Tensor, weights: Weights, state: State) -> tuple[Tensor, State]:
    """x: (T, B).   returns: (T, B) and the next state, which carries no gradient."""
    past = torch.cat((state[0], x))  # (taps - 1 + T, B)
    kept = past[len(x) :].detach().clone()
    rest = weights.bias / root(weights.bias)
    if not usable(x, *weights.tensors(), *state):
        if x.device.type == "cpu":
            kernels_aa.say_slow()
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
        wide(weights.input_pole),
        wide(weights.weight),
        gain,
        wide(weights.bias),
        wide(rest),
        wide(weights.pole),
        wide(weights.slew),
        wide(weights.mix),
        *(wide(part) for part in state[1:4]),
        weights.sizes,
    )
    later = tuple(part[:, :lanes] for part in later)
    coupler = weights.coupler_pole, weights.depth
    y, low = Couple.apply(w[:, :lanes], *coupler, state[4])
    return y, (kept, *later, low)


def play_on(x: Tensor, weights: Weights, state: State) -> tuple[Tensor, State]:
    """As `play`, however long x is: what a kernel keeps of a window stays small."""
    played = []
    for window in x.split(WINDOW_SAMPLES):
        y, state = play(window, weights, state)
        played.append(y)
    return torch.cat(played), state


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
    lows = smooth(many, poles[:, None], 0.0 * poles[:, None], low)  # (Q, T, B)
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
    features, first, row = [torch.cat((heard, slow))], 0, 0
    later = [slow[:, -1], [], []]
    for size in weights.sizes:
        units = slice(first, first := first + size)
        rows = slice(row, row := row + size * len(features[-1]))
        matrix = weights.weight[rows].view(size, len(features[-1]), -1)  # (H, I, B)
        bias = weights.bias[units, None]
        lifted = weights.gain[units, None] * torch.einsum(
            "hib,itb->htb", matrix, features[-1]
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
    """One-poles, saturating where slew is above 0.   u: (H, T, B), others: (H, B)."""
    share = 1.0 - pole_of
    s, heard = start, []
    for x in u.unbind(dim=1):
        move = x - s
        s = s + share * move / root(slew * move)
        heard.append(s)
    return torch.stack(heard, dim=1)
