"""The simulated pedals: silent when silent, bounded, and converged in their step."""

import numpy as np
import pytest

from training.errors import TrainingError
from training.virtual import circuits, guitar

PEDALS = sorted(circuits.PEDALS)
RIFF = guitar.play(1.5, seed=3)
LONG = guitar.play(3.5, seed=3)


def ratio_db(error: np.ndarray, signal: np.ndarray) -> float:
    """Energy of one over the other, in dB."""
    return 10.0 * np.log10(np.sum(error**2) / np.sum(signal**2))


@pytest.mark.parametrize("pedal", PEDALS)
def test_silence_in_is_silence_out(pedal):
    heard = circuits.render(pedal, np.zeros(4410), drive=100.0)
    assert np.abs(heard).max() < 1e-9


@pytest.mark.parametrize("pedal", PEDALS)
def test_a_note_that_has_ended_dies_away(pedal):
    played = np.concatenate((RIFF[:22050], np.zeros(66150)))
    heard = circuits.render(pedal, played, drive=100.0)
    assert heard[-8820:-4410].std() < 1e-4  # a coupling capacitor may drift for longer


@pytest.mark.parametrize("pedal", PEDALS)
def test_a_piece_joins_on_to_the_one_before(pedal, monkeypatch):
    whole = circuits.render(pedal, LONG, drive=100.0)
    monkeypatch.setattr(circuits, "PIECE_SECONDS", 1.1)
    pieces = circuits.render(pedal, LONG, drive=100.0)
    assert np.sum((pieces - whole) ** 2) < 1e-8 * np.sum(whole**2)


@pytest.mark.parametrize("pedal", PEDALS)
def test_ten_volts_stay_within_the_rails(pedal):
    heard = circuits.render(pedal, 10.0 / 0.9 * RIFF[:22050], drive=100.0)
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 12.0


@pytest.mark.parametrize("pedal", PEDALS)
def test_twice_the_oversampling_changes_little(pedal):
    coarse = circuits.render(pedal, RIFF[:44100], drive=75.0)
    fine = circuits.render(pedal, RIFF[:44100], drive=75.0, oversampling=16)
    assert ratio_db(coarse - fine, fine) < -60.0


@pytest.mark.parametrize("pedal", PEDALS)
def test_more_drive_squashes_the_dynamics(pedal):
    louder = []  # what a tenth of the input loses
    for drive in (0.0, 100.0):
        loud, soft = (circuits.render(pedal, k * RIFF, drive) for k in (0.2, 0.02))
        louder.append(loud.std() / soft.std())
    assert louder[1] < 0.8 * louder[0]


def test_a_quiet_note_passes_the_screamer_like_a_filter():
    """At a tenth of a millivolt no diode conducts, so twice in is twice out."""
    once, twice = (
        circuits.render("screamer", g * 1e-5 * RIFF, 50.0) for g in (1.0, 2.0)
    )
    assert ratio_db(twice - 2.0 * once, twice) < -60.0


def test_the_pedals_add_no_delay():
    click = np.zeros(2000, np.float32)
    click[1000] = 0.01
    heard = np.abs(circuits.render("screamer", click, 0.0))
    assert abs(int(heard.argmax()) - 1000) <= 1


def test_an_unknown_pedal_is_refused_by_name():
    with pytest.raises(TrainingError, match='"fuzzbox": not known; take one of'):
        circuits.render("fuzzbox", RIFF, 50.0)


def test_a_drive_beyond_the_knob_is_refused():
    with pytest.raises(TrainingError, match="found 101 %"):
        circuits.render("blues", RIFF, 101.0)


def test_no_audio_gives_no_audio():
    assert len(circuits.render("rodent", np.zeros(0), 50.0)) == 0
