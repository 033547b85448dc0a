"""The amplifier that slews: against what it must do, and in the search."""

import numpy as np
import pytest

from training import clippers, filters, slewing
from training.slewing import Slewing

RATE_HZ = filters.RATE_HZ
SECONDS = np.arange(RATE_HZ // 4) / RATE_HZ
NOISE = filters.low_passed(np.random.default_rng(1).standard_normal(RATE_HZ), 800.0)


def test_a_soft_sound_passes_a_low_pass_and_the_feedbacks_high_pass():
    source = 1e-4 * np.sin(2.0 * np.pi * 300.0 * SECONDS)
    weight, leg = slewing.TURN * 2000.0, slewing.TURN * 300.0
    heard = slewing.follow(source, weight, 1.0, 1.0, leg, leg, 0.0)
    # One loop: y = x / (1 + 300 / jf + jf / 2000), which turns nothing at 775 Hz.
    wanted = abs(1.0 / (1.0 + 300.0 / 300j + 300j / 2000.0))
    assert np.std(heard[RATE_HZ // 8 :]) / np.std(source) == pytest.approx(wanted, 0.02)


def test_it_runs_from_rail_to_rail_no_faster_than_it_slews():
    source = 100.0 * np.sign(np.sin(2.0 * np.pi * 110.0 * SECONDS))
    heard = slewing.follow(source, 0.5, 0.1, 1.0, 0.0, 0.0, 0.0)
    volts = np.arctanh(heard)
    assert np.abs(volts).max() == pytest.approx(1.0)
    assert np.abs(np.diff(volts)).max() == pytest.approx(0.1 * slewing.PARTS, rel=0.01)


@pytest.mark.parametrize("bound", [slewing.LOW, slewing.HIGH])
def test_the_ends_of_the_search_stay_finite(bound):
    assert np.abs(slewing.played(NOISE, bound)).max() <= 1.0


def test_a_pedal_that_slews_is_told_from_one_that_clips_and_fitted():
    truth = Slewing(20.0, 800.0, 1.5, 6.0, 1300.0, 70.0, 0.06)
    wet = slewing.played(NOISE, truth)
    explained = clippers.explainer(NOISE, wet, 1.0)
    found = clippers.two_stages(explained, clippers.searched(explained)[1])
    assert isinstance(found, Slewing)
    assert found.gain * found.corner_hz == pytest.approx(20.0 * 800.0, rel=0.1)
