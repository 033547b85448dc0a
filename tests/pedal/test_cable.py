"""`pedal latency --card` against a sound card that is a toy: what it says, and when."""

import json
import sys
from types import ModuleType

import numpy as np
import pytest
from rich.console import Console

from pedal.cable import Card, through_cable
from pedal.errors import LatencyError
from pedal.latency import RATE_HZ
from pedal.latency_run import Options, latency
from pedal.paths import FACTORY_BANK

DELAY = 611


class Sound(ModuleType):
    """The part of sounddevice that is used: a cable of DELAY samples."""

    class PortAudioError(Exception):
        pass

    gain = 0.5
    lost = ""
    wrong = ""

    def playrec(self, samples, samplerate, device, **_):
        if self.wrong:
            raise self.PortAudioError(self.wrong)
        assert samplerate == RATE_HZ
        self.device = device
        heard = np.roll(samples, DELAY, axis=0) * np.float32(self.gain)
        heard[:DELAY] = 0
        rng = np.random.default_rng(5)
        return heard + 1e-5 * rng.standard_normal(heard.shape).astype(np.float32)

    def get_status(self):
        return self.lost


@pytest.fixture
def sound(monkeypatch):
    card = Sound("sounddevice")
    monkeypatch.setitem(sys.modules, "sounddevice", card)
    return card


def told(capsys, **options) -> dict:
    latency(Options(FACTORY_BANK, as_json=True, **options), Console())
    return json.loads(capsys.readouterr().out)[0]


def test_a_cable_is_measured_by_pulse_and_by_sweep(sound, capsys):
    row = told(capsys, card=Card(output="3", input="USB"))
    assert sound.device == ("USB", 3)
    for kind in ("pulse", "sweep"):
        assert row[kind]["times"] == 20
        assert row[kind]["samples"] == pytest.approx([DELAY] * 3, abs=0.2)
    assert row["computed"] is None


@pytest.mark.usefixtures("sound")
def test_a_board_is_what_the_card_alone_does_not_take(capsys):
    alone = 1000 * (DELAY - 2 * 128 - 38) / RATE_HZ
    row = told(capsys, card=Card(), minus_ms=alone, periods=(128,), blocks=(16,))
    assert row["computed"]["samples"] == 2 * 128 + 38  # the factory has no frames
    assert row["pulse"]["median_ms"] == pytest.approx(row["computed"]["ms"], abs=0.01)


def test_an_upside_down_cable_is_said(sound, capsys):
    sound.gain = -0.5
    latency(Options(FACTORY_BANK, card=Card()), Console(width=120))
    assert "cable: the pulse came back upside down" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "value", "part"),
    [
        ("gain", 0.0, "no pulse came back; check the cable from output to input"),
        ("lost", "input overflow", "lost samples while measuring"),
        ("wrong", "no default device", "cannot play and record at 44100 Hz"),
    ],
)
def test_what_is_wrong_is_one_line(sound, what, value, part):
    setattr(sound, what, value)
    with pytest.raises(LatencyError, match=part) as told:
        latency(Options(FACTORY_BANK, card=Card()), Console())
    assert "\n" not in str(told.value)


def test_without_the_library_it_says_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(LatencyError, match=r"needs the package sounddevice.*latency"):
        through_cable(Card(), np.zeros(8))
