"""Kept material is found by all that decides about it; what is none is one line."""

import copy
from pathlib import Path

import numpy as np
import pytest

from training import audio, factory, played
from training.errors import TrainingError
from training.material import DRIVES, Material, Part

PLAN = factory.read_plan(factory.PLAN)
SIX = factory.read_plan(factory.PLAN.parent / "six.toml")


@pytest.fixture
def recordings(tmp_path) -> Path:
    """A short file in each folder of the plan."""
    folder = tmp_path / "recordings"
    for row in PLAN["recordings"]:
        (folder / row["folder"]).mkdir(parents=True)
        audio.write(folder / row["folder"] / "one.wav", np.full(100, 0.1))
    return folder


def place(plan, recordings, name="blues", drives=DRIVES) -> Path:
    """Where the cache has the blues of a plan."""
    return played.place(Path("kept"), name, plan, recordings, drives)


def small() -> Material:
    """Material of eight samples."""
    part = Part(np.zeros(8, np.float32), np.ones((1, 8), np.float32))
    return Material(part, part, part, np.zeros((1, 1), np.float32), ["drive"])


def test_the_same_plan_finds_what_it_kept(recordings):
    assert place(PLAN, recordings) == place(copy.deepcopy(PLAN), recordings)
    assert place(PLAN, recordings).name.startswith("blues-")


def test_two_plans_on_one_cache_never_share_their_material(recordings):
    six = place(SIX, recordings, drives=SIX["drives"])
    assert six != place(PLAN, recordings)


@pytest.mark.parametrize("field", ["seed", "simulated_seconds"])
def test_another_figure_of_the_plan_is_other_material(recordings, field):
    assert place(PLAN | {field: 77}, recordings) != place(PLAN, recordings)


@pytest.mark.parametrize("field", ["folder", "seconds", "peak"])
def test_another_choice_of_recordings_is_other_material(recordings, field):
    other = copy.deepcopy(PLAN)
    other["recordings"][0][field] = PLAN["recordings"][1]["folder"]
    assert place(other, recordings) != place(PLAN, recordings)


def test_another_licence_in_the_plan_is_the_same_material(recordings):
    other = copy.deepcopy(PLAN)
    other["recordings"][0]["licence"] = "MIT"
    assert place(other, recordings) == place(PLAN, recordings)


def test_a_recording_that_changed_is_other_material(recordings):
    before = place(PLAN, recordings)
    path = recordings / PLAN["recordings"][0]["folder"] / "one.wav"
    audio.write(path, np.full(100, 0.2))
    changed = place(PLAN, recordings)
    path.rename(path.with_name("two.wav"))
    assert len({before, changed, place(PLAN, recordings)}) == 3


def test_a_pedal_that_changed_is_other_material(recordings, tmp_path, monkeypatch):
    before, changed = place(PLAN, recordings), tmp_path / "circuits.py"
    changed.write_text("a new diode")
    monkeypatch.setattr(played, "sources", lambda: [changed])
    assert place(PLAN, recordings) != before


def test_what_was_kept_is_found_whole(tmp_path):
    small().save(tmp_path / "blues.npz")
    found = played.load(tmp_path / "blues.npz")
    assert found.conditioning == ["drive"]
    assert np.array_equal(found.test.targets, np.ones((1, 8)))


def spoilt(path: Path, how: str) -> None:
    """A file that is no material any more, or never was."""
    small().save(path)
    whole = path.read_bytes()
    if how == "another":
        np.savez(path, something=np.zeros(3))
    elif how == "an array":
        path.write_bytes(b"")
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    else:
        middle = whole[:300] + b"????" + whole[304:]
        contents = {"empty": b"", "text": b"guitar", "short": whole[:-200]}
        path.write_bytes((contents | {"flipped": middle})[how])


@pytest.mark.parametrize(
    "how", ["empty", "text", "short", "flipped", "another", "an array"]
)
def test_a_file_that_is_no_material_is_one_line_and_played_anew(tmp_path, how):
    path = tmp_path / "blues.npz"
    spoilt(path, how)
    with pytest.raises(TrainingError, match=r"found no whole material .* run it again"):
        factory.make(PLAN, "blues", 1, path, 1.0, lambda _: None)
    assert not path.exists()


def test_material_that_is_gone_is_one_line(tmp_path):
    with pytest.raises(TrainingError, match="No such file or directory"):
        played.load(tmp_path / "blues.npz")
