"""Takes at several settings: the same dry ones at each, over the same moments."""

from pathlib import Path

import numpy as np
import pytest

from training import fragments, takes
from training.audio import RATE_HZ
from training.checks import Report
from training.errors import TrainingError
from training.pots import Knobs

MINUTE = 60 * RATE_HZ


@pytest.fixture
def named(tmp_path):
    """A function that makes a pair: two files of that content."""

    def pair(dry: str, wet: str) -> tuple[Path, Path]:
        for name in (dry, wet):
            content = name.replace("copy-of-", "")
            (tmp_path / name).write_text(content)
        return tmp_path / dry, tmp_path / wet

    return pair


def aligned(wet: np.ndarray, delay: int, polarity: int = 1) -> takes.Aligned:
    """As the checks hand on a dry take that counts its samples."""
    dry = np.arange(100, dtype=np.float32)[max(0, -delay) :][: len(wet)]
    return Report("d", "w", delay=delay, polarity=polarity), dry, wet


def test_pairs_are_sorted_by_take_and_setting(named):
    pairs = [
        named("a", "a-100"),
        named("a", "a-0"),
        named("b", "b-0"),
        named("copy-of-b", "b-100"),
    ]
    found, places = takes.settings_of(pairs, {"drive": [100, 0, 0, 100]})
    assert found == Knobs(("drive",), ((0,), (100,)))
    assert places == [[1, 0], [2, 3]]


def test_without_a_knob_that_moves_each_pair_is_by_itself(named):
    pairs = [named("a", "a-w"), named("b", "b-w")]
    assert takes.settings_of(pairs, {}) == (Knobs(), [[0], [1]])
    found, places = takes.settings_of(pairs, {"drive": [70, 70]})
    assert (found.names, found.held, places) == ((), {"drive": 70}, [[0], [1]])
    assert takes.remarks(found, places, []) == [
        "drive stands at 70 % in all recordings: no knob of the model"
    ]


def test_a_value_too_few_is_refused(named):
    pairs = [named("a", "x"), named("a", "y")]
    with pytest.raises(TrainingError, match=r"--tone: expected 2 values.*, found 1"):
        takes.settings_of(pairs, {"tone": [50]})


def test_a_take_that_a_setting_lacks_is_named(named):
    pairs = [named("a", "a-0"), named("b", "b-0"), named("a", "a-100")]
    with pytest.raises(
        TrainingError, match=r"drive 100 %: expected .* found none of b"
    ):
        takes.settings_of(pairs, {"drive": [0, 0, 100]})


def test_a_take_that_comes_twice_at_a_setting_is_refused(named):
    pairs = [named("a", "x"), named("a", "y"), named("a", "z")]
    with pytest.raises(TrainingError, match=r"drive 0 %: .* found two: x and y"):
        takes.settings_of(pairs, {"drive": [0, 0, 50]})


def test_all_settings_are_cut_to_the_moments_that_all_have():
    early = aligned(np.arange(10, 70.0), delay=-10)  # wet holds dry's number
    late = aligned(np.arange(0, 50.0), delay=7)
    dry, wet = takes.over_one_time([early, late])
    assert dry.tolist() == list(range(10, 50))
    assert np.array_equal(wet, [dry, dry])


def test_delays_a_sample_apart_are_one_so_that_no_knob_is_a_delay():
    pairs = [aligned(np.arange(50.0), delay) for delay in (4, 3, 4)]
    dry, wet = takes.over_one_time(pairs)
    assert np.array_equal(wet, [dry, dry + 1, dry])  # the second was a sample early
    said = takes.remarks(Knobs(("drive",), ((0,), (50,), (100,))), [[0, 1, 2]], pairs)
    assert said[1].endswith("4 samples at all settings")
    assert takes.undone_of([4, 6]) == [4, 6]


def test_the_parts_are_of_the_same_moments_at_all_settings():
    dry = 0.1 + np.arange(MINUTE) / (2.0 * MINUTE)
    dry[5 * RATE_HZ : 9 * RATE_HZ] = 0.0  # dropped
    turned = Knobs(("tone",), ((0.0,), (100.0,)))
    made = fragments.material([(dry, np.stack((dry, -dry)))], knobs=turned)
    assert (made.settings.tolist(), made.conditioning) == ([[0.0], [1.0]], ["tone"])
    for part in (made.train, made.validate, made.test):
        assert np.array_equal(part.targets, [part.audio, -part.audio])
    assert np.abs(made.train.audio).min() > 0.09


def test_a_polarity_that_is_not_the_same_everywhere_is_told():
    pairs = [aligned(np.zeros(9), 0), aligned(np.zeros(9), 0, polarity=-1)]
    found = Knobs(("drive",), ((0,), (100,)))
    said = takes.remarks(found, [[0, 1]], pairs)
    assert said[0] == "1 dry recordings at 2 settings: drive 0 %; drive 100 %"
    assert "polarity is not the same at all settings" in said[1]


def test_each_file_is_told_once_with_its_setting(named):
    pairs = [named("a", "x"), named("a", "y")]
    rows = takes.sources(pairs, {"drive": [0, 100]})
    assert [row["source"] for row in rows] == ["a", "x", "y"]
    assert [row.get("drive_percent") for row in rows] == [None, 0, 100]
