"""Settings of knobs: which there are, which lie between, what is said of them."""

import numpy as np
import pytest

from training import pots
from training.pots import Knobs

DRIVES = (0.0, 25.0, 50.0, 75.0, 100.0)


def test_the_settings_of_recordings_are_sorted_and_a_still_knob_is_held():
    rows = [{"drive": drive, "tone": 30.0} for drive in (100.0, 0.0, 50.0)]
    found = pots.of_rows(rows)
    assert found == Knobs(("drive",), ((0.0,), (50.0,), (100.0,)), {"tone": 30.0})
    assert found.inputs.tolist() == [[0.0], [0.5], [1.0]]
    assert found.provenance() == {"tone_percent": 30.0}
    assert pots.held_in(found.provenance()) == {"tone": 30.0}


def test_recordings_of_which_nothing_is_told_have_one_setting():
    assert pots.of_rows([{}, {}]) == Knobs()
    assert Knobs().inputs.shape == (1, 0)
    assert Knobs().between == ()
    assert Knobs().told(()) == ""


def test_settings_between_are_half_way_and_of_two_knobs_those_left_out():
    assert pots.board({"drive": DRIVES}).between == ((12.5,), (37.5,), (62.5,), (87.5,))
    both = pots.board({"drive": DRIVES, "tone": DRIVES})
    assert (len(both.settings), len(both.between)) == (13, 12)
    assert {(0, 0), (0, 100), (50, 50), (100, 100)} <= set(both.settings)
    assert both.middle == (50.0, 50.0)
    for drive, tone in both.between:
        near = [(drive, tone - 25), (drive, tone + 25), (drive - 25, tone)]
        assert sum(setting in both.settings for setting in near) >= 2


def test_a_setting_is_told_by_the_knobs_names():
    both = pots.board({"drive": (0.0, 100.0), "tone": (0.0, 50.0)})
    assert both.told((0.0, 50.0)) == "drive 0 %, tone 50 %"
    assert both.summary() == "mean of 2 drive and tone settings"
    assert both.rows()[1] == {"drive": 100.0, "tone": 50.0}
    assert pots.board({"drive": (80.0,)}).summary() == "drive 80 %"


@pytest.mark.parametrize(
    ("trained", "where"),
    [(DRIVES, 0.5), ((0.0, 100.0), 0.5), ((0.0, 20.0), 0.2), ((60.0, 90.0), 0.6)],
)
def test_what_is_told_of_one_setting_is_of_where_the_engine_starts(trained, where):
    """Or of the nearest to it that was trained."""
    assert pots.first(pots.board({"drive": trained}).inputs) == pytest.approx(where)
    assert np.shape(pots.first(Knobs().inputs)) == (0,)
