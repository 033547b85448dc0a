"""The training loss: zero when perfect, offset over time and not over lanes."""

import pytest
import torch

from training import losses

TARGET = torch.sin(
    torch.arange(400.0)[:, None] * torch.tensor([0.1, 0.2, 0.3])
)  # (T, B)
EVEN = torch.ones(3)


def test_a_perfect_prediction_costs_nothing():
    assert float(losses.training_loss(TARGET, TARGET, EVEN)) == 0.0


def test_silence_for_a_prediction_is_an_error_of_one():
    assert float(losses.error_to_signal(0.0 * TARGET, TARGET)) == pytest.approx(1.0)


def test_opposite_offsets_in_two_lanes_do_not_cancel():
    """Averaged over lanes, as has been done, +0.1 and -0.1 would look like none."""
    shifted = TARGET + torch.tensor([0.1, -0.1, 0.0])
    assert float(losses.offset(shifted, TARGET)) > 0.01


def test_an_error_without_offset_has_no_offset():
    wave = torch.sin(torch.arange(400) * 2.0 * torch.pi / 100.0)[:, None]
    assert float(losses.offset(TARGET + 0.1 * wave, TARGET)) < 1e-10


def test_pre_emphasis_is_a_first_difference_in_time():
    assert losses.pre_emphasise(torch.tensor([[1.0], [2.0]])).item() == pytest.approx(
        1.15
    )


def test_a_silent_target_gives_a_finite_loss():
    silent = torch.zeros(100, 2)
    assert losses.is_finite(losses.training_loss(silent + 1e-3, silent, torch.ones(2)))


def test_lanes_are_weighed_by_their_loudness():
    """A quiet lane's error counts as much as the same share of a loud one."""
    target = TARGET[:, [0, 0]] * torch.tensor([1.0, 0.01])
    weight = torch.tensor([1.0, 100.0])
    loud = target * torch.tensor([1.1, 1.0])
    quiet = target * torch.tensor([1.0, 1.1])
    costs = [
        float(losses.training_loss(wrong, target, weight)) for wrong in (loud, quiet)
    ]
    assert costs[0] == pytest.approx(costs[1], rel=0.02)


def test_frames_are_laid_out_in_time():
    frames = torch.arange(12.0).view(3, 1, 4)  # three steps of four samples
    assert torch.equal(losses.samples(frames)[:, 0], torch.arange(12.0))
