"""Clippers fitted to a pair: their parts are found, their gains stay what they are."""

import numpy as np
import pytest

from training import clippers, filters
from training.clippers import Clipper
from training.diodes import Diodes
from training.slewing import Slewing
from training.virtual import guitar

DRY = guitar.play(6.0, 3).astype(np.float32)


def test_what_is_heard_clean_beside_the_clipper_is_found():
    truth = Clipper(6.0, 700.0, 12000.0, 0.0, 0.4)
    wet = filters.low_passed(clippers.clipped(DRY, truth), 900.0)
    fit = clippers.fitted(DRY, wet, unsure=0.0)
    assert isinstance(fit.clipper, Clipper)
    assert fit.clipper.clean == pytest.approx(0.4, abs=0.15)
    assert fit.clipper.high_pass_hz == pytest.approx(700.0, rel=0.2)


@pytest.mark.parametrize(
    "clipper",
    [
        Clipper(6.0, 700.0, 12000.0, 0.1, 0.4),
        Diodes(30.0, 60.0, 1500.0, 0.5, 10.0, 300.0, 1200.0),
        Slewing(20.0, 800.0, 1.5, 6.0),
    ],
    ids=lambda clipper: type(clipper).__name__,
)
def test_a_settled_clipper_plays_a_softer_part_as_it_played_the_whole(clipper):
    swell = DRY * np.linspace(0.05, 1.0, len(DRY), dtype=DRY.dtype)
    settled = clippers.settled(swell, clipper)
    whole, part = clippers.clipped(swell, settled), swell[: len(swell) // 2]
    half = whole[: len(part)]
    assert np.abs(whole - clippers.clipped(swell, clipper)).max() < 1e-5
    assert np.abs(clippers.clipped(part, settled) - half).max() < 1e-5
    assert np.abs(clippers.clipped(part, clipper) - half).max() > 0.1
