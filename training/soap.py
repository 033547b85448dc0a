"""SOAP: Adam in the slowly turning eigenbasis of Shampoo's preconditioner.

Source: Vyas, Morwani, Zhao, Kwun, Shapira, Brandfonbrener, Janson and Kakade, SOAP:
Improving and Stabilizing Shampoo using Adam, 2024 (arXiv 2409.11321), algorithm 3.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Soap(torch.optim.Optimizer):
    """Matrices are stepped in the eigenbasis, vectors as in Adam; no weight decay.

    betas: decay of the gradient's mean and of its square (and of the preconditioner).
    every: steps between two turns of the eigenbasis.
    The first step only measures the preconditioner and moves nothing.
    """

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float = 1e-2,
        betas: tuple[float, float] = (0.95, 0.95),
        eps: float = 1e-8,
        every: int = 10,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "every": every})

    @torch.no_grad()
    def step(self) -> None:
        """Moves every parameter that has a gradient."""
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is not None:
                    step_one(param, self.state[param], group)


def step_one(param: Tensor, state: dict, group: dict) -> None:
    """One step of one parameter; `state` is filled on the first call."""
    gradient = param.grad
    if not state:
        state.update(
            step=0, mean=torch.zeros_like(param), square=torch.zeros_like(param)
        )
        if param.dim() == 2:
            state["sides"] = (gradient @ gradient.T, gradient.T @ gradient)
            state["bases"] = tuple(
                torch.linalg.eigh(side)[1] for side in state["sides"]
            )
        return
    state["step"] += 1
    decay_mean, decay_square = group["betas"]
    state["mean"].lerp_(gradient, 1.0 - decay_mean)
    mean = state["mean"] / (1.0 - decay_mean ** state["step"])
    if param.dim() == 2:
        gradient, mean = turn(gradient, state["bases"]), turn(mean, state["bases"])
    state["square"].lerp_(gradient.square(), 1.0 - decay_square)
    square = state["square"] / (1.0 - decay_square ** state["step"])
    move = mean / (square.sqrt() + group["eps"])
    if param.dim() == 2:
        move = turn_back(move, state["bases"])
        follow(param.grad, state, decay_square, group["every"])
    param.add_(move, alpha=-group["lr"])


def turn(matrix: Tensor, bases: tuple[Tensor, Tensor]) -> Tensor:
    """The matrix as seen in the eigenbasis."""
    return bases[0].T @ matrix @ bases[1]


def turn_back(matrix: Tensor, bases: tuple[Tensor, Tensor]) -> Tensor:
    """The inverse of `turn`."""
    return bases[0] @ matrix @ bases[1].T


def follow(gradient: Tensor, state: dict, decay: float, every: int) -> None:
    """Updates the preconditioner, and every so often its eigenbasis.

    One power iteration with QR instead of a full decomposition; the running square is
    sorted along with the axes, so that it stays with its direction.
    """
    state["sides"][0].lerp_(gradient @ gradient.T, 1.0 - decay)
    state["sides"][1].lerp_(gradient.T @ gradient, 1.0 - decay)
    if state["step"] % every:
        return
    bases = []
    for axis, (side, basis) in enumerate(
        zip(state["sides"], state["bases"], strict=True)
    ):
        strength = (basis * (side @ basis)).sum(dim=0)
        order = strength.argsort(descending=True)
        state["square"] = state["square"].index_select(axis, order)
        bases.append(torch.linalg.qr(side @ basis[:, order])[0])
    state["bases"] = tuple(bases)
