"""An LSTM or GRU with an optional dense layer on top, differentiable, by the kernel.

Letters: T steps, B lanes, I inputs, H hidden units, G gates, O outputs.
"""

import ctypes
import threading

import torch
from torch import Tensor

from training.errors import ShapeError, TrainingError
from training.kernels import library

GATES = {"lstm": 4, "gru": 3}
Weights = tuple[Tensor, Tensor, Tensor, Tensor]


def plain(*tensors: Tensor | None) -> bool:
    """True for what a kernel can take: float32 on the CPU."""
    return all(
        tensor is None
        or (tensor.dtype is torch.float32 and tensor.device.type == "cpu")
        for tensor in tensors
    )


def usable(*tensors: Tensor | None) -> bool:
    """True where the kernel can take these, and it is there."""
    return plain(*tensors) and library.chosen() is not None


def play(
    unit: str,
    audio: Tensor,
    state: tuple[Tensor, Tensor],
    weights: Weights,
    head: Tensor | None = None,
    path: str | None = None,
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """A sequence through the layer, gates as torch orders them.

    audio: (T, B, I); state: hidden and cell, (1, B, H), a GRU's cell is passed on.
    weights: input (G*H, I), hidden (G*H, H), and two biases (G*H,).
    head: (O, H), a dense layer without bias.   returns: (T, B, O), or (T, B, H) without
    a head, and the last state. Raises ShapeError when sizes do not fit.
    """
    hidden, cell = state
    check(unit, audio, hidden, cell, weights, head)
    output, last, last_cell = Play.apply(
        path, unit, audio, hidden[0], cell[0], *weights, head
    )
    return output, (last[None], last_cell[None] if unit == "lstm" else cell)


def check(
    unit: str,
    audio: Tensor,
    hidden: Tensor,
    cell: Tensor,
    weights: Weights,
    head: Tensor | None,
) -> None:
    """Raises ShapeError for what would make the kernel read past an end."""
    lanes, inputs, size = audio.shape[1], audio.shape[2], hidden.shape[-1]
    rows = GATES[unit] * size
    found = [tuple(tensor.shape) for tensor in (hidden, cell, *weights)]
    wanted = [(1, lanes, size)] * 2 + [(rows, inputs), (rows, size), (rows,), (rows,)]
    if head is not None:
        found.append(tuple(head.shape))
        wanted.append((head.shape[0], size))
    if audio.dim() != 3 or found != wanted:
        raise ShapeError(f"recurrent layer: found {found}, expected {wanted}")


class Play(torch.autograd.Function):
    """The kernel's two ways as one step of autograd; called by `play` alone."""

    @staticmethod
    def forward(ctx, path, unit, audio, hidden, cell, *rest):
        path = library.chosen(path)
        tensors = [
            None if part is None else part.contiguous()
            for part in (audio, hidden, cell, *rest)
        ]
        audio, hidden, cell, *weights, head = tensors
        sizes = library.Sizes(
            unit == "gru",
            *audio.shape,
            hidden.shape[1],
            0 if head is None else head.shape[0],
        )
        wide = sizes.outputs or sizes.hidden
        output = audio.new_empty(sizes.steps, sizes.lanes, wide)
        last, last_cell = torch.empty_like(hidden), torch.empty_like(cell)
        needed = any(ctx.needs_input_grad)
        tape = Tape(path.tape_floats(ctypes.byref(sizes))) if needed else None
        call = library.Forward(
            *map(pointer, (audio, hidden, cell, *weights, head)),
            *map(pointer, (output, last, last_cell, tape and tape.floats)),
        )
        succeeded(path.forward(ctypes.byref(sizes), ctypes.byref(call)))
        if needed:
            ctx.path, ctx.sizes, ctx.tape = path, sizes, tape
            ctx.save_for_backward(weights[0], weights[1], head)
        return output, last, last_cell

    @staticmethod
    def backward(ctx, d_output, d_last, d_last_cell):
        sizes = ctx.sizes
        input_weight, hidden_weight, head = ctx.saved_tensors
        d_output = d_output.contiguous()
        shape = (sizes.lanes, sizes.hidden)
        d_last = filled(d_last, d_output, shape)
        d_last_cell = filled(d_last_cell, d_output, shape)
        d_audio = None
        if ctx.needs_input_grad[2]:
            d_audio = d_output.new_empty(sizes.steps, sizes.lanes, sizes.inputs)
        d_state = [d_output.new_zeros(shape) for _ in range(2)]
        d_weights = [torch.empty_like(part) for part in (input_weight, hidden_weight)]
        d_biases = [d_output.new_empty(input_weight.shape[0]) for _ in range(2)]
        d_head = None if head is None else torch.empty_like(head)
        call = library.Backward(
            *map(pointer, (input_weight, hidden_weight, head, ctx.tape.floats)),
            *map(pointer, (d_output, d_last, d_last_cell, d_audio, *d_state)),
            *map(pointer, (*d_weights, *d_biases, d_head)),
        )
        succeeded(ctx.path.backward(ctypes.byref(sizes), ctypes.byref(call)))
        return None, None, d_audio, *d_state, *d_weights, *d_biases, d_head


def pointer(tensor: Tensor | None) -> int | None:
    """Where a contiguous tensor's floats are."""
    return None if tensor is None else tensor.data_ptr()


def filled(gradient: Tensor | None, like: Tensor, shape: tuple[int, int]) -> Tensor:
    """A gradient that may be missing because nobody used that output."""
    return like.new_zeros(shape) if gradient is None else gradient.contiguous()


def succeeded(code: int) -> None:
    """Raises TrainingError when the kernel ran out of memory."""
    if code:
        raise TrainingError("kernel: found too little memory; take fewer lanes")


class Tape:
    """Memory for what the way back needs, lent out and taken back.

    Fresh pages from the system would cost a fifth of the time. At most two buffers, the
    largest asked for, are kept in each thread.
    """

    spare = threading.local()

    def __init__(self, floats: int) -> None:
        kept = self.shelf()
        fitting = [buffer for buffer in kept if len(buffer) >= floats]
        if fitting:
            self.floats = min(fitting, key=len)
            kept[:] = [buffer for buffer in kept if buffer is not self.floats]
        else:
            self.floats = torch.empty(floats)

    def __del__(self) -> None:
        kept = self.shelf()
        kept.append(self.floats)
        kept.sort(key=len)
        del kept[:-2]

    @classmethod
    def shelf(cls) -> list[Tensor]:
        """This thread's buffers."""
        if not hasattr(cls.spare, "buffers"):
            cls.spare.buffers = []
        return cls.spare.buffers
