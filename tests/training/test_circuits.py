"""The simulated pedals: silent when silent, bounded, and converged in their step."""

import numpy as np
import pytest
from scipy.signal import bilinear, lfilter

from training.errors import TrainingError
from training.virtual import circuits, guitar, parts

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


@pytest.mark.parametrize("pedal", circuits.TONED)
def test_the_tone_pot_turned_up_is_brighter(pedal):
    tilts = []  # of the spectrum: above 2 kHz against below 500 Hz, in dB
    hz = np.fft.rfftfreq(len(RIFF), 1 / 44100)
    for tone in (0.0, 50.0, 100.0):
        heard = circuits.render(pedal, RIFF, 30.0, tone)
        power = np.abs(np.fft.rfft(heard)) ** 2
        tilts.append(10 * np.log10(power[hz > 2000].sum() / power[hz < 500].sum()))
    assert np.all(np.diff(tilts) > 3.0)


def test_a_tone_pot_in_its_middle_plays_as_before_there_was_one():
    """To the last bit, so that no model trained then is told another truth."""
    farad, low, high, pot = 0.22e-6, 1.0 / 39e3, 1.0 / 22e3, 1.0 / 100e3
    wiper, lift, pole = farad * 5220.0, farad * 500.0, farad * 1e3
    tilt = [wiper + lift, 1.0], [wiper * pole, 1.1 * wiper + pole + lift, 1.1]
    up, down = 10e-9 * (high + pot), 3.9e-9 * (low + pot)
    top = [10e-9 * 3.9e-9, 2.0 * down, low * (high + 2.0 * pot)]
    bottom = [10e-9 * 3.9e-9, up + down, (low + pot) * (high + pot) - pot * pot]
    for part, (one, two) in (
        (circuits.at("screamer", 50.0)[3], tilt),
        (circuits.at("fuzz", 50.0)[5], ([0.5 * x for x in top], bottom)),
    ):
        known = lfilter(*bilinear(one, two, 352800.0), RIFF)
        assert np.array_equal(part.play(RIFF, 352800.0), known)
    filtered = parts.ShuntClipper(1e3, 4.7e-6, 21.5e3, 3.3e-9, 1)
    assert circuits.at("rodent", 50.0)[2] == filtered


def test_a_tone_that_a_pedal_lacks_is_refused_by_name():
    with pytest.raises(TrainingError, match=r'"blues": .* has no tone pot; those with'):
        circuits.render("blues", RIFF, 50.0, tone=80.0)
    same = circuits.render("blues", RIFF, 50.0, tone=50.0)
    assert np.array_equal(same, circuits.render("blues", RIFF, 50.0))


def test_an_unknown_pedal_is_refused_by_name():
    with pytest.raises(TrainingError, match='"fuzzbox": not known; take one of'):
        circuits.render("fuzzbox", RIFF, 50.0)


def test_a_drive_beyond_the_knob_is_refused():
    with pytest.raises(TrainingError, match="drive: found 101 %"):
        circuits.render("blues", RIFF, 101.0)
    with pytest.raises(TrainingError, match="tone: found -1 %"):
        circuits.render("fuzz", RIFF, 50.0, tone=-1.0)


def test_no_audio_gives_no_audio():
    assert len(circuits.render("rodent", np.zeros(0), 50.0)) == 0
