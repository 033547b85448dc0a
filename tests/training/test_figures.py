"""Figures of models, on models whose figures are known."""

import numpy as np
import pytest

from training import figures

RATE_HZ = 44100


def test_errors_are_what_they_are_called():
    wanted = np.sin(np.arange(4410) * 0.1)
    assert figures.error_to_signal(wanted, wanted) == 0.0
    assert figures.error_to_signal(0.9 * wanted, wanted) == pytest.approx(0.01)
    assert figures.mean_square(wanted + 0.1, wanted) == pytest.approx(0.01)
    power = np.mean(wanted**2)
    assert figures.offset(wanted + 0.1, wanted) == pytest.approx(0.01 / power)
    wave = 0.1 * np.cos(np.arange(4410) * 2 * np.pi / 441)
    assert figures.offset(wanted + wave, wanted) == pytest.approx(0.0, abs=1e-9)


def test_the_spectral_distance_is_nothing_for_the_same_and_more_for_less():
    pytest.importorskip("auraloss", reason="no auraloss")
    wanted = np.random.default_rng(0).standard_normal(RATE_HZ)
    near, far = wanted * 0.99, np.roll(wanted, 7) * 0.5
    assert figures.spectral_distance(wanted, wanted) == pytest.approx(0.0, abs=1e-4)
    assert figures.spectral_distance(near, wanted) < figures.spectral_distance(
        far, wanted
    )


@pytest.mark.parametrize("hz", figures.TONES_HZ)
def test_harmonics_are_no_images(hz):
    def odd(x):
        third = np.sin(3 * 2 * np.pi * hz * np.arange(len(x)) / RATE_HZ)
        return x + 0.3 * third + 0.2  # an offset is none either

    assert figures.images_db(odd, hz) < -100.0


@pytest.mark.parametrize("hz", figures.TONES_HZ)
@pytest.mark.parametrize("share", [0.1, 0.001])
def test_an_image_of_a_frame_is_found_at_its_level(hz, share):
    def framed(x):
        time = np.arange(len(x))
        return x * (1.0 + share * np.cos(2 * np.pi * time / 16))

    expected = 10 * np.log10(share**2 / 2)
    assert figures.images_db(framed, hz) == pytest.approx(expected, abs=0.1)


def test_what_aliases_is_found():
    assert figures.images_db(lambda x: np.clip(8 * x, -1, 1), 4186) > -30.0
    assert figures.images_db(np.tanh, 220) < -100.0


def test_a_whistle_is_heard_at_its_level_and_silence_as_none():
    def whistles(x):
        return x + 0.01 * np.sin(2 * np.pi * 2756.25 * np.arange(len(x)) / RATE_HZ)

    assert figures.idle_dbfs(whistles) == pytest.approx(-43.0, abs=0.1)
    assert figures.idle_dbfs(lambda x: x) == -200.0


def test_a_model_that_is_only_wrong_when_soft_is_told_so():
    sign = np.where(np.arange(2 * RATE_HZ) % 2, 1.0, -1.0)
    dry = sign * np.repeat([0.1, 0.003], RATE_HZ)
    heard = dry * np.repeat([1.0, 0.5], RATE_HZ)
    rows = {low: error for low, _, error in figures.errors_by_level(dry, heard, dry)}
    assert rows == {-60.0: pytest.approx(0.25), -24.0: 0.0}
    assert sum(s for _, s, _ in figures.errors_by_level(dry, heard, dry)) == 2.0


def test_the_transfer_curve_reaches_from_the_least_to_the_most():
    dry = np.linspace(-0.5, 0.7, 9001)
    x, y = figures.transfer(dry, np.tanh(dry), 100)
    assert len(x) == 100
    assert (x[0], x[-1]) == (-0.5, 0.7)
    assert np.allclose(y, np.tanh(x))
