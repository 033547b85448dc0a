"""The split: parts that share no moment, each source in each, a gap between."""

import numpy as np
import pytest

from training import material as made
from training.errors import TrainingError
from training.material import GUARD_SECONDS, RATE_HZ, split_by_time, split_sources
from training.material import virtual_material as play

MINUTE = 60 * RATE_HZ


def test_the_parts_do_not_overlap_and_leave_a_gap():
    parts = split_by_time(MINUTE)
    guard = int(GUARD_SECONDS * RATE_HZ)
    assert parts["train"].stop + guard <= parts["validate"].start
    assert parts["validate"].stop + guard <= parts["test"].start
    assert parts["test"].stop == MINUTE


def test_no_sample_of_any_source_is_in_two_parts():
    """Every sample is numbered; the numbers of two parts must not meet."""
    sources = [np.arange(MINUTE, dtype=np.float64) + k * MINUTE for k in range(2)]
    parts = split_sources(sources)
    for one, two in (("train", "validate"), ("train", "test"), ("validate", "test")):
        assert len(np.intersect1d(parts[one], parts[two])) == 0


def test_every_source_is_heard_in_every_part():
    parts = split_sources([np.full(MINUTE, value, np.float32) for value in (1.0, 2.0)])
    for audio in parts.values():
        assert set(np.unique(audio)) == {1.0, 2.0}


def test_too_short_a_recording_is_refused_with_the_length_needed():
    with pytest.raises(TrainingError, match=r"found 3\.0 s, expected 19 s"):
        split_by_time(3 * RATE_HZ)


def scaled(_pedal, dry, drive, tone=50.0):
    """In place of a circuit, which takes its time."""
    return dry * (drive + 1000.0 * tone)


def test_synthetic_signals_are_only_trained_on(monkeypatch):
    monkeypatch.setattr(made.circuits, "render", scaled)
    dry = split_sources([np.random.default_rng(0).standard_normal(MINUTE // 2) * 0.1])
    material = play("screamer", dry, drives=(0.0, 100.0))
    assert np.array_equal(material.test.audio, dry["test"])
    assert len(material.train.audio) == pytest.approx(len(dry["train"]) / 0.8, rel=0.01)
    assert material.test.targets.shape == (2, len(dry["test"]))
    assert material.settings.tolist() == [[0.0], [1.0]]


def test_one_drive_makes_a_model_without_a_knob():
    dry = {
        name: np.zeros(RATE_HZ, np.float32) for name in ("train", "validate", "test")
    }
    material = play("screamer", dry, drives=(50.0,))
    assert material.settings.shape == (1, 0)
    assert material.conditioning == []


def test_a_tone_knob_makes_a_board_of_both_knobs(monkeypatch):
    monkeypatch.setattr(made.circuits, "render", scaled)
    dry = {name: np.ones(RATE_HZ, np.float32) for name in made.SHARES}
    material = play("fuzz", dry, tones=made.TONES)
    assert material.conditioning == ["drive", "tone"]
    assert len(material.turned.settings) == 13
    assert material.turned.settings[:4] == ((0, 0), (0, 50), (0, 100), (25, 25))
    for row, (drive, tone) in enumerate(material.turned.settings):
        assert np.all(material.test.targets[row] == drive + 1000 * tone)
    toned = play("fuzz", dry, drives=(30.0,), tones=(0.0, 100.0))
    assert (toned.conditioning, toned.settings.T.tolist()) == (["tone"], [[0, 1]])


def test_saved_material_loads_as_it_was(tmp_path):
    part = made.Part(np.ones(4, np.float32), np.zeros((1, 4), np.float32))
    settings = np.array([[0.5]], np.float32)
    made.Material(part, part, part, settings, ["drive"]).save(tmp_path / "kept.npz")
    loaded = made.Material.load(tmp_path / "kept.npz")
    assert np.array_equal(loaded.test.audio, part.audio)
    assert loaded.settings.tolist() == [[0.5]]
    assert loaded.conditioning == ["drive"]


def test_material_that_is_cut_short_leaves_nothing(tmp_path, monkeypatch):
    def cut(file, **_):
        file.write(b"half")
        raise KeyboardInterrupt

    part = made.Part(np.zeros(4, np.float32), np.zeros((1, 4), np.float32))
    whole = made.Material(part, part, part, np.zeros((1, 0), np.float32))
    monkeypatch.setattr(np, "savez", cut)
    with pytest.raises(KeyboardInterrupt):
        whole.save(tmp_path / "it.npz")
    assert not list(tmp_path.iterdir())
