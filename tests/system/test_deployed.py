"""A model as `pedal evaluate` plays it: from its rest, in time, and each time alike."""

import numpy as np
import pytest
import soundfile

from pedal.deployed import Deployed
from pedal.paths import FACTORY_BANK
from pedal.render import Job, render

ASKED = {"drive": 50.0}  # %


@pytest.mark.parametrize("block", [1, 16])
def test_silence_is_silent_from_its_first_sample(block):
    played, ns = Deployed(FACTORY_BANK, "screamer", block).play(
        np.zeros(4410, np.float32), ASKED
    )
    assert len(played) == 4410
    assert ns > 0.0
    assert np.abs(played).max() < 1e-5  # -100 dBFS


def test_a_model_that_starts_from_zeros_is_not(tmp_path):
    """What the figures of a short recording would else be made of."""
    dry, wet = tmp_path / "dry.wav", tmp_path / "wet.wav"
    soundfile.write(dry, np.zeros(4410, np.float32), 44100, subtype="FLOAT")
    render(Job(dry, wet, "screamer", 1, 128, FACTORY_BANK, raw=True, params=ASKED))
    played, _ = soundfile.read(wet)
    assert np.abs(played).max() > 1e-3


def test_what_was_played_before_changes_nothing():
    noise = 0.1 * np.random.default_rng(0).standard_normal(8820).astype(np.float32)
    deployed = Deployed(FACTORY_BANK, "screamer", 1)
    after_silence = np.concatenate((np.zeros(22050, np.float32), noise))
    alone, _ = deployed.play(noise, ASKED)
    later, _ = deployed.play(after_silence, ASKED)
    assert np.abs(alone - later[22050:]).max() < 1e-5
