"""The engine against float64: what plays is the model, not something like it."""

import json

import numpy as np
import pytest

from tests.helpers import model_row
from tests.system.models import cascade, every_layer, network
from tests.system.rig import RATE_HZ, play
from training import reference

UNITS = (1, 2, 3, 6, 8, 12, 16, 20, 24, 31, 32, 40, 48, 64, 100, 128)
DRIVE = 73.0  # %


def plucks(random: np.random.Generator, count: int = 8192) -> np.ndarray:
    """(N,) float32: a decaying note and a burst of noise."""
    t = np.arange(count) / RATE_HZ
    note = 0.5 * np.sin(2 * np.pi * 196 * t) * np.exp(-3 * t)
    burst = 0.1 * random.standard_normal(count) * np.exp(-20 * t)
    return (note + burst).astype(np.float32)


def bank_of_one(folder, model: dict, block: int):
    """A bank whose only effect is this model."""
    row = model_row(folder, "dice", block, model)
    effect = {"id": "dice", "name": "Dice", "colour": "#000000", "models": [row]}
    table = {"format": 1, "name": "dice", "sample_rate_hz": RATE_HZ}
    (folder / "bank.json").write_text(json.dumps(table | {"effects": [effect]}))
    return folder


def error_db(found: np.ndarray, wish: np.ndarray) -> float:
    """Energy of the error over energy of the wish, its mean taken out, in dB."""
    moving = wish - wish.mean()
    return 10 * np.log10(((found - wish) ** 2).sum() / (moving**2).sum())


@pytest.mark.parametrize("kind", ["lstm", "gru"])
@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize("units", UNITS)
def test_a_random_model_agrees_with_float64(tmp_path, kind, block, units) -> None:
    random = np.random.default_rng(1000 * units + block)
    knobs = int(random.integers(0, 2))
    model = network(random, kind, units, block, knobs)
    bank = bank_of_one(tmp_path, model, block)
    samples = plucks(random)
    take = play(samples, bank, block=block, raw=True, params={"drive": DRIVE})
    conditioning = np.full(knobs, DRIVE / 100)
    wish = reference.run(model, samples.astype(np.float64), conditioning, block)
    delay = block - 1
    assert not take.out[:delay].any()
    error = error_db(take.out[delay:], wish[: len(samples) - delay])
    print(f"{kind} {units} block {block}: {error:.1f} dB")
    assert error <= -90


def audible(random, block: int, knobs: int, samples):
    """A model of every layer that leaves more of the sound than float32's last bits."""
    conditioning = np.full(knobs, DRIVE / 100)
    while True:
        model = every_layer(random, block, knobs)
        wish = reference.run(model, samples.astype(np.float64), conditioning, block)
        if wish.std() > 0.02:
            return model, wish


@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize("seed", range(5))
def test_a_model_of_every_layer_agrees_with_float64(tmp_path, block, seed) -> None:
    random = np.random.default_rng(seed)
    samples = plucks(random, 2048)
    model, wish = audible(random, block, seed % 2, samples)
    bank = bank_of_one(tmp_path, model, block)
    params = {"drive": DRIVE}
    take, other = (
        play(samples, bank, block=block, raw=True, params=params, period=period)
        for period in (64, 23)
    )
    delay = block - 1
    error = error_db(take.out[delay:], wish[: len(samples) - delay])
    print(f"seed {seed} block {block}: {error:.1f} dB of {wish.std():.4f}")
    assert error <= -90
    assert np.array_equal(take.out[:2000], other.out[:2000])


SIZES = ([6] * 6, [12, 8], [1], [5, 17, 3], [32, 32], [8] * 8)


@pytest.mark.parametrize("knobs", [0, 1])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_random_cascade_agrees_with_float64(tmp_path, sizes, knobs) -> None:
    random = np.random.default_rng(len(sizes) * 100 + sizes[0] + knobs)
    model = cascade(random, sizes, knobs)
    bank = bank_of_one(tmp_path, model, 16)
    samples = plucks(random, 4096)
    for drive in (0.0, 100.0)[: knobs + 1]:
        take = play(samples, bank, block=16, raw=True, params={"drive": drive})
        wish = reference.run(model, samples, np.full(knobs, drive / 100), 16)
        error = error_db(take.out, wish)  # not late: the bank has no frames
        print(f"cascade {sizes}, drive {drive:g}: {error:.1f} dB")
        assert error <= -90
        for period in (7, 24):
            other = play(
                samples,
                bank,
                block=16,
                raw=True,
                params={"drive": drive},
                period=period,
            )
            assert np.array_equal(take.out[:4000], other.out[:4000])
