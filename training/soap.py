"""SOAP: Adam in the slowly turning eigenbasis of Shampoo's preconditioner.

Source: Vyas, Morwani, Zhao, Kwun, Shapira, Brandfonbrener, Janson and Kakade, SOAP:
Improving and Stabilizing Shampoo using Adam, 2024 (arXiv 2409.11321), algorithm 3.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class Soap:
    """Matrices are stepped in the eigenbasis, vectors as in Adam; no weight decay.

    rate: may be changed between steps. betas: decay of the gradient's mean and of its
    square (and of the preconditioner). every: steps between turns of the eigenbasis.
    The first step only measures the preconditioner and moves nothing. Not a
    torch.optim.Optimizer: that one imports torch's compiler, 3 s and 150 MB a process.
    """

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float = 1e-2,
        betas: tuple[float, float] = (0.95, 0.95),
        eps: float = 1e-8,
        every: int = 10,
    ) -> None:
        self.params = list(params)
        self.rate, self.betas, self.eps, self.every = lr, betas, eps, every
        self.state: dict[nn.Parameter, dict[str, Any]] = {p: {} for p in self.params}

    def zero_grad(self) -> None:
        """Forgets all gradients."""
        for param in self.params:
            param.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Moves every parameter that has a gradient."""
        for param in self.params:
            if param.grad is not None:
                step_one(param, self.state[param], self)

    def state_dict(self) -> list[dict[str, Any]]:
        """What to remember to go on from here, in the parameters' order."""
        return [self.state[param] for param in self.params]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        """Goes on from what `state_dict` gave."""
        self.state = dict(zip(self.params, states, strict=True))


def step_one(param: Tensor, state: dict, soap: Soap) -> None:
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
    decay_mean, decay_square = soap.betas
    state["mean"].lerp_(gradient, 1.0 - decay_mean)
    mean = state["mean"] / (1.0 - decay_mean ** state["step"])
    if param.dim() == 2:
        gradient, mean = turn(gradient, state["bases"]), turn(mean, state["bases"])
    state["square"].lerp_(gradient.square(), 1.0 - decay_square)
    square = state["square"] / (1.0 - decay_square ** state["step"])
    move = mean / (square.sqrt() + soap.eps)
    if param.dim() == 2:
        move = turn_back(move, state["bases"])
        follow(param.grad, state, decay_square, soap.every)
    param.add_(move, alpha=-soap.rate)


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
