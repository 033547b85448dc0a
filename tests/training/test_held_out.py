"""Whose held-out part it is that a bank is measured on, and what nobody has heard."""

import json
from pathlib import Path

import numpy as np
import pytest

from pedal.paths import FACTORY_BANK
from training import audio, factory, held_out, unheard
from training.errors import TrainingError
from training.virtual import guitar

RATE_HZ = 44100
SHIPPED = json.loads((FACTORY_BANK / "bank.json").read_text(encoding="utf-8"))
ORIGIN = SHIPPED["effects"][0]["provenance"]
MINE = {"recordings": [{"source": "mine", "licence": ""}]}


def numbered(path: Path, seconds: float) -> np.ndarray:
    """Writes a recording of which every sample is another."""
    made = np.linspace(0.1, 0.5, int(seconds * RATE_HZ), dtype=np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    audio.write(path, made)
    return made


def test_the_factory_bank_is_known_to_come_from_its_plan():
    for effect in SHIPPED["effects"]:
        assert held_out.plan_of(effect["provenance"])["name"] == "factory"
    assert held_out.plan_of(MINE) is None


def test_the_plan_s_own_split_is_taken_without_its_name(tmp_path, monkeypatch):
    plan = factory.read_plan(factory.PLAN)
    for row in plan["recordings"]:
        (tmp_path / row["folder"]).mkdir()
    dry = np.zeros(9, np.float32)
    monkeypatch.setattr(factory, "gather", lambda *_: {"test": dry})
    source, found = held_out.guitar(tmp_path, None, ORIGIN)
    assert source == f"the held-out part of the plan factory, {tmp_path.name}"
    assert found is dry


def test_one_folder_of_the_plan_is_refused_with_the_next_step(tmp_path):
    with pytest.raises(TrainingError, match="name the folder above it"):
        held_out.guitar(tmp_path / "gulmini_di", None, ORIGIN)


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (ORIGIN, "the end of mine, which is not of its plan's recordings"),
        (MINE, "the part of mine that its training held out"),
        ({}, "the end of mine, which its provenance does not name"),
    ],
)
def test_other_recordings_are_called_what_they_are(tmp_path, origin, words):
    made = numbered(tmp_path / "mine" / "a.wav", 20.0)
    source, dry = held_out.guitar(tmp_path / "mine", None, origin)
    assert source == words
    assert len(dry) == pytest.approx(0.14 * len(made), abs=2)


def test_what_a_plan_took_and_a_second_more_is_in_nothing_unheard(tmp_path):
    long = numbered(tmp_path / "long" / "a.wav", 30.0)
    numbered(tmp_path / "notes" / "a.wav", 8.0)
    rows = [
        {"folder": "long", "seconds": 15.0, "peak": 0.9},
        {"folder": "notes", "seconds": 1.0, "peak": 0.9},
    ]
    plan = {"name": "p", "recordings": rows}
    source, dry = unheard.rest(plan, tmp_path)
    assert source == "long, which the plan p took no part of"
    assert len(dry) == 14 * RATE_HZ
    taken = audio.gather(tmp_path / "long", 15.0, 0.9)
    assert dry[: -RATE_HZ // 100].min() > taken.max()  # but for the fade
    gain = 0.9 / long[: 15 * RATE_HZ].max()
    assert dry[0] == pytest.approx(gain * long[16 * RATE_HZ], rel=1e-3)
    with pytest.raises(TrainingError, match="--unheard: found no 10 s of a file"):
        unheard.rest({"name": "p", "recordings": rows[1:]}, tmp_path)


def test_unheard_needs_recordings_and_a_plan(tmp_path):
    with pytest.raises(TrainingError, match="expected --recordings DIR"):
        held_out.guitar(None, None, ORIGIN, rest=True)
    with pytest.raises(TrainingError, match="name it by --plan"):
        held_out.guitar(tmp_path, None, MINE, rest=True)


def test_a_held_out_part_is_simulated_guitar_without_recordings():
    source, dry = held_out.guitar(None, None, ORIGIN)
    assert source == "simulated guitar, another seed"
    assert not np.array_equal(dry[:RATE_HZ], guitar.play(1.0, 1)[:RATE_HZ])
