"""The simulated guitar: the same from a seed, in tune, and played with dynamics."""

import numpy as np
import pytest

from training.virtual import guitar, signals


def test_the_same_seed_plays_the_same_music():
    assert np.array_equal(guitar.play(3.0, seed=5), guitar.play(3.0, seed=5))


def test_another_seed_plays_other_music():
    assert not np.array_equal(guitar.play(3.0, seed=5), guitar.play(3.0, seed=6))


@pytest.mark.parametrize("hz", [82.41, 329.63, 880.0])
def test_a_string_is_in_tune(hz):
    note = guitar.Pluck(hz, seconds=2.0, force=1.0, bright=0.6, palm=False)
    heard = guitar.pluck(note, np.random.default_rng(0))
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 1 << 20))
    scale = np.fft.rfftfreq(1 << 20, 1.0 / guitar.RATE_HZ)
    near = (scale > 0.9 * hz) & (scale < 1.1 * hz)
    found = scale[near][spectrum[near].argmax()]
    assert abs(1200.0 * np.log2(found / hz)) < 4.0


def test_a_palm_mute_dies_sooner_than_an_open_string():
    left = []
    for palm in (True, False):
        note = guitar.Pluck(110.0, seconds=1.0, force=1.0, bright=0.6, palm=palm)
        heard = guitar.pluck(note, np.random.default_rng(0))
        left.append(heard[30000:40000].std() / heard[:10000].std())
    assert left[0] < 0.2 * left[1]


def test_the_music_peaks_at_nine_tenths_and_has_soft_passages():
    audio = guitar.play(20.0, seed=1)
    level = np.sqrt(
        np.mean(audio[: len(audio) // 4410 * 4410].reshape(-1, 4410) ** 2, axis=1)
    )
    assert np.abs(audio).max() == pytest.approx(0.9)
    assert np.quantile(level, 0.9) > 10.0 * np.quantile(level, 0.1)


def test_the_stock_clip_is_twelve_seconds_and_always_the_same():
    clip = guitar.stock_clip()
    assert len(clip) == 12 * guitar.RATE_HZ
    assert np.array_equal(clip, guitar.stock_clip())


def test_synthetic_signals_are_seeded_finite_and_within_full_scale():
    audio = signals.synthetic(10.0, seed=2)
    assert np.array_equal(audio, signals.synthetic(10.0, seed=2))
    assert len(audio) == 10 * signals.RATE_HZ
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() <= 1.0
