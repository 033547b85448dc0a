"""The clipper with a capacitor: against its own equation, and in the search."""

import math

import numpy as np
import pytest

from training import diodes, filters

RATE_HZ = filters.RATE_HZ
SECONDS = np.arange(RATE_HZ // 4) / RATE_HZ


def half_step(corner_hz: float, rate_hz: float) -> float:
    return math.tan(math.pi * corner_hz / rate_hz)


@pytest.mark.parametrize("corner_hz", [300.0, 2000.0, 15000.0])
def test_a_soft_sound_passes_a_low_pass(corner_hz):
    step = half_step(corner_hz, RATE_HZ)
    source = 1e-3 * np.sin(2.0 * np.pi * 440.0 * SECONDS)
    low = filters.filtered(source, [1.0], [0.5 / RATE_HZ / step, 1.0])
    assert diodes.clip(source, step, 0.0) == pytest.approx(low, abs=1e-9)


@pytest.mark.parametrize("level", [3.0, 30.0])
def test_a_loud_one_is_the_equation_solved_finely(level):
    corner_hz, finer = 700.0, 64
    source = level * np.sin(2.0 * np.pi * 110.0 * SECONDS)
    fine = np.interp(
        np.arange(finer * len(SECONDS)) / finer, np.arange(len(SECONDS)), source
    )
    weight = 2.0 * math.pi * corner_hz / (finer * RATE_HZ)
    volt, exact = 0.0, np.empty(len(SECONDS))
    for n, now in enumerate(fine):  # explicit Euler, so another method
        volt += weight * (now - volt - diodes.LEAK * math.sinh(volt))
        if n % finer == 0:
            exact[n // finer] = volt
    heard = diodes.clip(source, half_step(corner_hz, RATE_HZ), diodes.LEAK)
    error = np.sqrt(np.mean((heard - exact) ** 2) / np.mean(exact**2))
    assert error < 0.01


def test_the_loudest_and_fastest_stays_finite():
    noise = np.random.default_rng(0).standard_normal(RATE_HZ)
    heard = diodes.played(noise, diodes.HIGH)
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 20.0


def test_the_search_finds_what_was_played():
    """On the clipper's own sound the search comes near it, from far away."""
    truth = diodes.Diodes(30.0, 60.0, 1500.0, 0.0, 10.0, 300.0, 1200.0, 6000.0)
    rng = np.random.default_rng(1)
    noise = filters.low_passed(rng.standard_normal(RATE_HZ // 4), 800.0)
    wanted = diodes.played(noise, truth)

    def explained(one: diodes.Diodes) -> float:
        heard = diodes.played(noise, one)
        return float(np.corrcoef(heard, wanted)[0, 1]) * 1e4

    begin = max(diodes.FIRST, key=explained)
    found = diodes.searched(explained, begin)
    assert explained(found) > 0.999e4 > explained(begin)
