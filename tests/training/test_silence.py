"""What makes networks fall silent: growth near rest measured right, hum punished."""

import pytest
import torch

from training.models import Network, Shape, steady
from training.silence import Damping, Fork, Silence, rest_map

SHAPES = {
    "lstm": Shape(knobs=1, hidden=6),
    "gru": Shape(unit="gru", knobs=1, hidden=6),
    "dense before": Shape(frames=16, knobs=1, before=(5,), hidden=6, in_skip=0),
}
SETTINGS = torch.tensor([[0.0], [1.0]])
steady()


def network(name: str) -> Network:
    """A fresh network, in float64 so that small states can be followed."""
    torch.manual_seed(3)
    return Network(SHAPES[name]).double()


@pytest.mark.parametrize("name", SHAPES)
def test_a_small_state_goes_on_as_the_map_says(name):
    made, settings = network(name), SETTINGS.double()
    small = 1e-6 * torch.randn(1, 2, 6, dtype=torch.float64)
    with torch.no_grad():
        step = rest_map(made, settings)
        wanted = (step @ small[0, :, :, None])[..., 0]
        nothing = torch.zeros(1, 2, made.shape.frames, dtype=torch.float64)
        if made.shape.unit == "lstm":
            _, (_, heard) = made(nothing, settings, shown(made, settings, small))
        else:
            _, (heard, _) = made(nothing, settings, (small, small))
    assert torch.allclose(heard[0], wanted, rtol=1e-4, atol=1e-12)


def shown(made: Network, settings: torch.Tensor, cell: torch.Tensor) -> tuple:
    """(hidden, cell) with hidden as the output gate at rest lets the cell through."""
    x = torch.cat((settings.new_zeros(2, made.shape.frames), settings), dim=1)
    for layer in made.before:
        x = torch.tanh(layer(x))
    from_input, _, bias, _ = made.recurrent.parts()
    outward = torch.sigmoid(x @ from_input.T + bias)[:, -6:]
    return cell * outward, cell


def test_growth_is_the_logarithm_of_the_largest_eigenvalue():
    made, settings = network("lstm").float(), SETTINGS
    damping = Damping(made, settings)
    with torch.no_grad():
        for _ in range(30):
            found = damping.growth(made)
        largest = torch.linalg.eigvals(rest_map(made, settings)).abs().amax(dim=1)
    assert torch.allclose(found, largest.log(), atol=2e-4)


def test_a_network_that_holds_on_for_ever_is_punished():
    made = network("lstm").float()
    with torch.no_grad():
        made.recurrent.raw_bias[6:12] = 20.0  # forget gates wide open
    assert float(Damping(made, SETTINGS).loss(made).detach()) > 0.01


def test_a_network_that_forgets_soon_is_not():
    made = network("lstm").float()
    with torch.no_grad():
        made.recurrent.raw_bias[:12] = -5.0
    assert float(Damping(made, SETTINGS).loss(made).detach()) == 0.0


def test_a_fork_that_forgets_costs_nothing_and_one_that_does_not_something():
    made, knobs = network("lstm").float(), torch.full((4, 1), 0.5)
    with torch.no_grad():
        made.recurrent.raw_bias[:12] = -5.0
    assert float(Fork(knobs, 0.1).loss(made, made.recurrent.rest(4)).detach()) < 1e-9
    with torch.no_grad():
        made.recurrent.raw_bias[6:12] = 20.0  # forget gates wide open
    assert float(Fork(knobs, 0.1).loss(made, made.recurrent.rest(4)).detach()) > 0.01


def test_silence_is_taught_at_every_fourth_update():
    made = network("lstm").float()
    silence = Silence(made, SETTINGS, torch.zeros(3, 1), power=0.1)
    state = (torch.ones(1, 3, 6), torch.ones(1, 3, 6))
    costs = [torch.as_tensor(silence.loss(made, state)).item() for _ in range(8)]
    assert [cost > 0.0 for cost in costs] == [False, False, False, True] * 2


def test_a_still_network_with_a_capacitor_can_be_taught_silence():
    made = Network(Shape(knobs=1, hidden=6, couplers=1, still=True))
    cost = Fork(torch.full((4, 1), 0.5), 0.1).loss(made, made.rest(4))
    assert float(cost.detach()) >= 0.0
