"""Times the kernel against torch, there and back: python -m training.kernels.bench."""

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from training.kernels import library, recurrent
from training.models import steady

HIDDEN = (8, 16, 32, 40)
REPEATS = 5


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m training.kernels.bench", description=__doc__
    )
    parser.add_argument("--lanes", type=int, default=48)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--unit", choices=("lstm", "gru"), default="lstm")
    parser.add_argument("--path", help="instruction set; the fastest if not given")
    return parser.parse_args()


def layer(unit: str, lanes: int, steps: int, hidden: int) -> list[torch.Tensor]:
    """Audio, hidden, cell, four weights and a dense layer of one output on top."""
    torch.manual_seed(hidden)
    gates = recurrent.GATES[unit] * hidden
    shapes = [(steps, lanes, 1), (1, lanes, hidden), (1, lanes, hidden)]
    shapes += [(gates, 1), (gates, hidden), (gates,), (gates,), (1, hidden)]
    tensors = [0.2 * torch.randn(shape) for shape in shapes]
    for weight in tensors[3:]:
        weight.requires_grad_()
    return tensors


def with_torch(unit: str, tensors: list[torch.Tensor]) -> torch.Tensor:
    """The layer's output by torch."""
    audio, hidden, cell, *weights, head = tensors
    options = (True, 1, 0.0, True, False, False)
    if unit == "lstm":
        heard = torch.lstm(audio, (hidden, cell), weights, *options)[0]
    else:
        heard = torch.gru(audio, hidden, weights, *options)[0]
    return torch.nn.functional.linear(heard, head)


def with_kernel(path: str | None) -> Callable[..., torch.Tensor]:
    """The same by the kernel."""

    def play(unit: str, tensors: list[torch.Tensor]) -> torch.Tensor:
        audio, hidden, cell, *weights, head = tensors
        return recurrent.play(
            unit, audio, (hidden, cell), tuple(weights), head, path=path
        )[0]

    return play


def microseconds(
    plays: list[Callable], unit: str, tensors: list[torch.Tensor]
) -> list[float]:
    """Median processor time of a step, there and back, each way in turn.

    Processor time, so that others on the machine do not count; one run to warm up.
    """
    taken: list[list[float]] = [[] for _ in plays]
    for _ in range(REPEATS + 1):
        for play, times in zip(plays, taken, strict=True):
            begun = time.process_time()
            play(unit, tensors).square().mean().backward()
            times.append(time.process_time() - begun)
    return [1e6 * statistics.median(times[1:]) / len(tensors[0]) for times in taken]


def main() -> None:
    """Prints a row a size, both timed in turns in this one run, on one thread."""
    chosen = options()
    steady()
    path = chosen.path or library.name()
    print(
        f"{chosen.unit}, {chosen.lanes} lanes, {chosen.steps} steps, one thread; us of "
        f"processor time a step there and back with a dense layer; kernel path {path}"
    )
    print("hidden   torch  kernel  times faster")
    for hidden in HIDDEN:
        tensors = layer(chosen.unit, chosen.lanes, chosen.steps, hidden)
        plays = [with_torch, with_kernel(chosen.path)]
        slow, fast = microseconds(plays, chosen.unit, tensors)
        print(f"{hidden:6} {slow:7.1f} {fast:7.1f} {slow / fast:13.1f}")


if __name__ == "__main__":
    main()
