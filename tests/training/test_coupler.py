"""The output capacitor: the same by kernel and by torch, and nothing steady passes."""

import pytest
import torch

from training import coupler, kernels_aa
from training.coupler import Coupler
from training.models import Network, Shape


def capacitor() -> Coupler:
    """Two one-poles, not in equal shares."""
    made = Coupler(2)
    with torch.no_grad():
        made.free_depth.fill_(-0.3)
    return made


def learned(made: Coupler) -> list[torch.Tensor]:
    """Output, state and gradients over more than one piece."""
    torch.manual_seed(0)
    w, low = torch.randn(700, 3, requires_grad=True), torch.randn(2, 3)
    heard, later = made(w, low)
    wanted = [w, made.log_time, made.free_depth]
    return [heard, later, *torch.autograd.grad(heard.square().sum(), wanted)]


@pytest.mark.skipif(
    kernels_aa.library() is None, reason="no C++ compiler, so no kernel to compare with"
)
def test_without_the_kernel_it_is_the_same(monkeypatch):
    made = capacitor()
    by_kernel = learned(made)
    monkeypatch.setattr(kernels_aa, "library", lambda: None)
    for one, two in zip(by_kernel, learned(made), strict=True):
        assert torch.allclose(one, two, rtol=1e-5, atol=1e-5)


def test_a_capacitor_on_another_device_is_not_handed_to_the_kernel(monkeypatch):
    monkeypatch.setattr(kernels_aa, "library", lambda: object())  # it has no function
    made = capacitor().to("meta")
    heard, low = made(torch.zeros(700, 3, device="meta"), made.rest(3))
    assert (heard.device.type, low.shape) == ("meta", (2, 3))


def test_a_steady_voltage_dies_away():
    made = capacitor()
    with torch.no_grad():
        heard, _ = made(torch.ones(44100, 1), made.rest(1))
    assert heard[0].item() > 0.99
    assert heard[-1].abs().item() < 1e-4


def test_state_carried_over_a_cut_changes_nothing():
    made, w = capacitor(), torch.randn(900, 2)
    with torch.no_grad():
        whole, _ = coupler.couple(w, made.pole, made.depth, made.rest(2))
        first, low = made(w[:333], made.rest(2))
        second, _ = made(w[333:], low)
    assert torch.allclose(whole, torch.cat((first, second)), atol=1e-5)


def test_a_network_with_a_capacitor_and_a_knob_keeps_its_biases():
    network = Network(Shape(knobs=1, couplers=1))
    assert network.recurrent.bias_mask.min() == 1.0
    assert network.after[-1].bias_mask.min() == 1.0
    assert Network(Shape(knobs=1)).recurrent.bias_mask.min() == 0.0
