"""Fragments: equal, sounding, and no moment of a recording on two sides."""

from itertools import pairwise

import numpy as np
import pytest

from training import fragments
from training.audio import RATE_HZ
from training.errors import AudioError, TrainingError
from training.material import GUARD_SECONDS

MINUTE = 60 * RATE_HZ


def numbered(first: int) -> np.ndarray:
    """A minute in which each moment is another number, all above silence."""
    return (first + np.arange(MINUTE)) / (4.0 * MINUTE) + 0.1


def test_no_moment_is_on_two_sides_and_a_second_lies_between():
    dry = numbered(0)
    material = fragments.material([(dry, -dry)])
    parts = [material.train, material.validate, material.test]
    for before, behind in pairwise(parts):
        gap = (behind.audio.min() - before.audio.max()) * 4.0 * MINUTE
        assert gap >= GUARD_SECONDS * RATE_HZ - 2
    for part in parts:
        assert np.array_equal(part.targets[0], -part.audio)
        assert len(part.audio) % RATE_HZ == 0


def test_every_pair_is_heard_in_every_part():
    pairs = [(np.full(MINUTE, v), np.full(MINUTE, v)) for v in (0.25, 0.5)]
    material = fragments.material(pairs)
    for part in (material.train, material.validate, material.test):
        assert set(np.unique(part.audio)) == {0.25, 0.5}


def test_silent_fragments_are_dropped_from_both_sides():
    dry = numbered(0)
    dry[5 * RATE_HZ : 9 * RATE_HZ] = 1e-5
    whole = fragments.material([(numbered(0), numbered(0))]).train.seconds
    material = fragments.material([(dry, dry)])
    assert material.train.seconds == whole - 4
    assert np.abs(material.train.audio).min() > 1e-3


def test_a_recording_silent_at_its_end_is_refused_with_the_cause():
    dry = numbered(0)
    dry[50 * RATE_HZ :] = 0.0
    with pytest.raises(TrainingError, match="14 % of time to test on are silent"):
        fragments.material([(dry, dry)])


def test_two_folders_are_paired_by_name(tmp_path):
    for side in fragments.FOLDERS:
        (tmp_path / side).mkdir()
        for name in ("b.wav", "a.wav", "notes.txt"):
            (tmp_path / side / name).touch()
    found = fragments.pair_files(tmp_path)
    assert [dry.name for dry, _ in found] == [wet.name for _, wet in found]
    assert [dry.stem for dry, _ in found] == ["a", "b"]


def test_a_recording_without_a_partner_is_refused_by_name(tmp_path):
    for side in fragments.FOLDERS:
        (tmp_path / side).mkdir()
    (tmp_path / "wet" / "solo.wav").touch()
    with pytest.raises(AudioError, match='found "solo" in one only'):
        fragments.pair_files(tmp_path)


def test_the_shortest_recording_that_can_be_split_has_fragments():
    dry = numbered(0)[: 20 * RATE_HZ]
    material = fragments.material([(dry, dry)])
    assert 0.4 < material.validate.seconds < 1.0
