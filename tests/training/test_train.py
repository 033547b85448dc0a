"""A ten-second run that must learn, and what must hold around it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from training import losses, run, train, validation
from training.errors import TrainingError
from training.material import Material, Part, split_sources, virtual_material
from training.models import Shape
from training.virtual import guitar

SHAPE = Shape(knobs=0, hidden=8)
RECIPE = train.Recipe(updates=400, lanes=16, window=512, validations=2)


@pytest.fixture(scope="module")
def material() -> Material:
    """Some simulated guitar through the screamer at one drive."""
    dry = split_sources([guitar.play(24.0, seed=11)])
    return virtual_material("screamer", dry, drives=(50.0,))


def held_out_error(result: train.Result, material: Material) -> float:
    """ESR on the test part."""
    settings = torch.from_numpy(material.settings)
    return validation.error_by_setting(result.network, material.test, settings)[0]


def test_ten_seconds_of_training_reach_an_error_below_eight_percent(material):
    result = train.train(material, SHAPE, RECIPE)
    assert held_out_error(result, material) < 0.08


def test_the_same_seed_gives_the_same_network(material):
    short = replace(RECIPE, updates=5)
    runs = [train.train(material, SHAPE, short).network for _ in range(2)]
    for one, two in zip(*(made.parameters() for made in runs), strict=True):
        assert torch.equal(one, two)


def test_a_block_16_model_learns(material):
    shape = Shape(frames=16, before=(12,), hidden=12, in_skip=0)
    recipe = replace(RECIPE, updates=150, window=2048, rate=2e-2)
    assert held_out_error(train.train(material, shape, recipe), material) < 0.5


def test_ctrl_c_keeps_the_best_network_so_far(material, monkeypatch):
    calls, learn = [], run.update

    def update_then_stop(*arguments):
        calls.append(None)
        if len(calls) == 60:
            raise KeyboardInterrupt
        return learn(*arguments)

    monkeypatch.setattr(run, "update", update_then_stop)
    result = train.train(material, SHAPE, RECIPE)
    assert result.stopped
    assert result.updates == 59
    assert result.validation_esr < 0.5


def looked_at(monkeypatch, errors: list[float]) -> list[torch.Tensor]:
    """Validations will find these errors.   returns: the weights that each looks at."""
    looks: list[torch.Tensor] = []

    def error_by_setting(network, *_):
        looks.append(network.recurrent.raw_weight.detach().clone())
        return [errors[len(looks) - 1]]

    monkeypatch.setattr(validation, "error_by_setting", error_by_setting)
    return looks


@pytest.mark.parametrize(
    ("errors", "best"),
    [
        ([0.1, 0.9, 0.9], 0),
        ([0.9, 0.1, 0.9], 1),
        ([0.9, 0.5, 0.1], 2),
        ([float("nan"), 0.9, 0.5], 2),
        ([0.5, float("nan"), 0.9], 0),
    ],
)
def test_the_network_of_the_best_validation_is_kept(
    material, monkeypatch, errors, best
):
    looks = looked_at(monkeypatch, errors)
    result = train.train(material, SHAPE, replace(RECIPE, updates=9, validations=3))
    kept = [torch.equal(result.network.recurrent.raw_weight, look) for look in looks]
    assert kept == [index == best for index in range(3)]
    assert result.validation_esr == errors[best]


def test_the_learning_rate_climbs_and_falls():
    rates = [run.rate_at(progress, RECIPE) for progress in (0.0, 0.02, 0.5, 1.0)]
    assert rates[0] < 0.01 * RECIPE.rate
    assert rates[1] == pytest.approx(RECIPE.rate, rel=0.01)
    assert rates[2] == pytest.approx(0.5 * RECIPE.rate, rel=0.01)
    assert rates[3] == pytest.approx(RECIPE.last_rate)


def test_a_budget_of_seconds_ends_the_run(material):
    result = train.train(material, SHAPE, replace(RECIPE, updates=10**6, seconds=1.0))
    assert result.seconds < 6.0


def test_a_run_that_a_budget_has_ended_has_no_time_left(material, monkeypatch):
    """Its clock leaps over the looks between; one is all that there was."""
    ticks = iter(range(10**6))
    monkeypatch.setattr(run.time, "monotonic", lambda: 0.5 * next(ticks))
    told = []
    recipe = replace(RECIPE, updates=10**6, seconds=1.0, validations=10)
    result = train.train(material, SHAPE, recipe, watch=told.append)
    assert result.updates < 5
    assert told[-1].seconds_left == 0.0
    assert told[-2].seconds_left > 0.0


def test_a_loss_that_is_not_finite_stops_the_run(material):
    part = material.train
    broken = Part(part.audio, np.full_like(part.targets, np.nan))
    with pytest.raises(TrainingError, match="not finite"):
        train.train(replace(material, train=broken), SHAPE, RECIPE)


def test_one_window_that_overflows_costs_that_window(material, monkeypatch):
    calls, loss_of = [], losses.training_loss

    def overflowing(*arguments):
        calls.append(None)
        return loss_of(*arguments) * (float("inf") if len(calls) == 5 else 1.0)

    monkeypatch.setattr(losses, "training_loss", overflowing)
    result = train.train(material, SHAPE, replace(RECIPE, updates=40))
    assert len(calls) == 40
    assert result.validation_esr < 0.9


def test_too_little_audio_is_refused(material):
    short = Part(material.train.audio[:4000], material.train.targets[:, :4000])
    with pytest.raises(TrainingError, match=r"found 0\.1 s"):
        train.train(replace(material, train=short), SHAPE, RECIPE)


def test_a_device_that_is_not_here_is_one_line(material, monkeypatch):
    monkeypatch.setenv("PEDAL_DEVICE", "abacus")
    with pytest.raises(TrainingError, match='PEDAL_DEVICE: found "abacus"'):
        train.train(material, SHAPE, RECIPE)
