"""SOAP against Adam on a problem whose axes are skewed."""

import torch

from training.soap import Soap

GOAL = torch.tensor([[1.0, -2.0, 0.5], [0.3, 0.7, -1.0]])


def skewed_problem() -> torch.Tensor:
    """A 3 x 3 map with a condition number of 1000 and skewed axes."""
    torch.manual_seed(0)
    turn = torch.linalg.qr(torch.randn(3, 3))[0]
    return turn @ torch.diag(torch.tensor([1.0, 0.03, 0.001])) @ turn.T


def distance_after(steps: int, make: type) -> float:
    """How far the loss has come down from its start."""
    problem, weight = skewed_problem(), torch.nn.Parameter(torch.zeros(2, 3))
    optimiser = make([weight], lr=0.03)
    for _ in range(steps):
        optimiser.zero_grad()
        loss = ((weight - GOAL) @ problem @ (weight - GOAL).T).trace()
        loss.backward()
        optimiser.step()
    return float(loss.detach())


def test_soap_solves_a_skewed_problem():
    assert distance_after(300, Soap) < 1e-3


def test_soap_beats_adam_on_it():
    assert distance_after(150, Soap) < distance_after(150, torch.optim.Adam)


def test_a_vector_is_stepped_too():
    bias = torch.nn.Parameter(torch.tensor([3.0, -4.0]))
    optimiser = Soap([bias], lr=0.1)
    for _ in range(200):
        optimiser.zero_grad()
        bias.square().sum().backward()
        optimiser.step()
    assert float(bias.detach().abs().max()) < 0.1


def test_a_parameter_without_gradient_stays_where_it_is():
    idle = torch.nn.Parameter(torch.ones(2, 2))
    Soap([idle]).step()
    assert torch.equal(idle.detach(), torch.ones(2, 2))


def test_the_eigenbasis_stays_orthogonal():
    torch.manual_seed(1)
    weight = torch.nn.Parameter(torch.randn(6, 4))
    optimiser = Soap([weight], every=2)
    for _ in range(50):
        weight.grad = torch.randn(6, 4)
        optimiser.step()
    for basis in optimiser.state[weight]["bases"]:
        assert torch.allclose(basis.T @ basis, torch.eye(len(basis)), atol=1e-5)
