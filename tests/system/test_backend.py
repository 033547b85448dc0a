"""`--backend rtneural`: the same sound where built in, else one line."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile

from pedal.engine import backend_notes
from pedal.paths import FACTORY_BANK, engine_path
from tests.helpers import write_bank
from tests.system.rig import RATE_HZ

NO_RTNEURAL = (
    "rtneural"
    not in subprocess.run(
        [engine_path(), "--version"], capture_output=True, text=True, check=True
    ).stdout
)
needs_rtneural = pytest.mark.skipif(
    NO_RTNEURAL, reason="this engine has no RTNeural: make build RTNEURAL_DIR=checkout"
)


def render(folder, name, *options):
    """What `pedal render` makes of plucks: the sound, or None, and its stderr."""
    source, target = folder / "in.wav", folder / f"{name}.wav"
    t = np.arange(RATE_HZ // 4) / RATE_HZ
    soundfile.write(source, 0.5 * np.sin(1231 * t) * np.exp(-3 * t), RATE_HZ, "FLOAT")
    line = [sys.executable, "-m", "pedal.cli", "render", source, target, *options]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    heard = None if done.returncode else soundfile.read(target, dtype="float32")[0]
    return heard, done.stderr


@needs_rtneural
@pytest.mark.parametrize(("effect", "block"), [("buzz", 1), ("hum", 1), ("hum", 16)])
def test_rtneural_plays_what_our_kernel_plays(tmp_path, effect, block) -> None:
    bank = write_bank(tmp_path / "bank")  # an LSTM with a knob, a GRU, frames of 16
    options = ("--bank", bank, "--effect", effect, "--model-block", str(block), "--raw")
    ours, _ = render(tmp_path, "ours", *options)
    theirs, said = render(tmp_path, "theirs", *options, "--backend", "rtneural")
    assert said == ""
    assert 0 < np.abs(ours - theirs).max() < 1e-4  # not the same library


@needs_rtneural
def test_what_rtneural_has_no_layers_for_is_said_in_one_line(tmp_path) -> None:
    heard, said = render(
        tmp_path, "theirs", "--bank", FACTORY_BANK, "--backend", "rtneural"
    )
    assert heard is not None
    assert len(said.splitlines()) == 1
    assert "the pedal's own kernel plays time-invariant models" in said


@pytest.mark.skipif(not NO_RTNEURAL, reason="this engine has RTNeural built in")
def test_rtneural_that_is_not_built_in_is_refused_in_one_line(tmp_path) -> None:
    heard, said = render(tmp_path, "theirs", "--backend", "rtneural")
    assert heard is None
    assert len(said.splitlines()) == 1
    assert "RTNEURAL_DIR" in said


def test_an_unknown_back_end_is_refused_in_one_line(tmp_path) -> None:
    heard, said = render(tmp_path, "theirs", "--backend", "tensorflow")
    assert heard is None
    assert said == (
        'pedal: --backend: found "tensorflow", expected pedal or rtneural\n'
    )


def test_only_what_concerns_the_back_end_is_passed_on() -> None:
    said = "pedal-engine: the card is gone\npedal-engine: --backend rtneural: no\nx"
    assert backend_notes(said) == ["--backend rtneural: no"]
