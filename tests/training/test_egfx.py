"""EGFxSet's layout: pairs by name, odd names put right, no pitch on two sides."""

import json
import shutil

import numpy as np
import pytest

from pedal import bank
from tests.training import small_sets
from training import audio, cli, egfx, evaluate_cli, figures, notes, recorded
from training.checks import State
from training.errors import AudioError, CheckError, TrainingError
from training.notes import Note


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Sixteen notes of Clean and TubeScreamer."""
    return small_sets.plant(tmp_path_factory.mktemp("egfx"))


@pytest.fixture
def tree(planted, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(planted, tmp_path / "egfx")


def test_notes_are_paired_by_name_whatever_else_lies_there(tree):
    (tree / "Clean" / "Bridge" / ".DS_Store").write_bytes(b"x")
    (tree / "Clean" / "Bridge" / "._6-0.wav").write_bytes(b"x")
    found = egfx.read(tree, "TubeScreamer")
    assert len(found.pairs) == 16
    assert found.remarks == []
    assert all(dry.name == wet.name for dry, wet in found.pairs.values())


def test_a_folder_with_a_space_answers_to_the_archive_s_hyphen(tree):
    (tree / "TubeScreamer").rename(tree / "Digital Delay")
    assert len(egfx.read(tree, "Digital-Delay").pairs) == 16


def test_a_missing_note_is_left_out_and_named(tree):
    (tree / "TubeScreamer" / "Bridge" / "5-3.wav").unlink()
    found = egfx.read(tree, "TubeScreamer")
    assert len(found.pairs) == 15
    assert "no TubeScreamer for Bridge/5-3: left out" in found.remarks


def test_frets_counted_from_23_are_taken_as_0_and_up(tree):
    folder = tree / "TubeScreamer" / "Bridge"
    for path in folder.glob("3-*.wav"):
        path.rename(folder / f"3-{int(path.stem[2:]) + 23}.wav")
    found = egfx.read(tree, "TubeScreamer")
    assert len(found.pairs) == 16
    assert any("frets 23 and up, taken as 0 and up" in r for r in found.remarks)


def test_names_with_a_dot_are_taken_as_hyphens(tree):
    folder = tree / "TubeScreamer" / "Bridge"
    for path in folder.glob("3-*.wav"):
        path.rename(folder / path.name.replace("-", "."))
    found = egfx.read(tree, "TubeScreamer")
    assert len(found.pairs) == 16
    assert any("4 names with a dot" in remark for remark in found.remarks)


def test_frets_that_slipped_by_one_are_renamed_by_what_is_heard(tmp_path):
    """As in the real set: 1-17 is missing, and 1-18 to 1-23 sound a fret lower."""
    for fret in range(15, 23):
        played = small_sets.note(1, fret)
        small_sets.put(tmp_path / f"Clean/Bridge-Middle/1-{fret}.wav", played)
        name = fret if fret < 17 else fret + 1
        wet = small_sets.clip(played)
        small_sets.put(tmp_path / f"TubeScreamer/Bridge-Middle/1-{name}.wav", wet)
    found = egfx.read(tmp_path, "TubeScreamer")
    assert len(found.pairs) == 8
    wet = found.pairs[Note("Bridge-Middle", 1, 22)][1]
    assert wet.name == "1-23.wav"
    assert any("renamed by pitch" in remark for remark in found.remarks)


def test_frets_that_did_not_slip_keep_their_names(tmp_path):
    """The other reading of the same names: 1-23 is a fret that Clean lacks."""
    for fret in (15, 16, 18, 19, 20, 21, 22, 23):
        wet = small_sets.clip(small_sets.note(1, fret))
        small_sets.put(tmp_path / f"TubeScreamer/Bridge-Middle/1-{fret}.wav", wet)
    for fret in range(15, 23):
        played = small_sets.note(1, fret)
        small_sets.put(tmp_path / f"Clean/Bridge-Middle/1-{fret}.wav", played)
    found = egfx.read(tmp_path, "TubeScreamer")
    assert len(found.pairs) == 7
    assert all(dry.name == wet.name for dry, wet in found.pairs.values())


def test_a_note_of_another_pitch_than_its_name_is_left_out(tree):
    wrong = small_sets.clip(small_sets.note(4, 5))
    small_sets.put(tree / "TubeScreamer" / "Bridge" / "4-3.wav", wrong)
    found = egfx.read(tree, "TubeScreamer")
    assert Note("Bridge", 4, 3) not in found.pairs
    assert any("other pitch than named: Bridge/4-3" in r for r in found.remarks)


def test_no_pitch_is_on_two_sides_on_whatever_string():
    every = [
        Note(pickup, string, fret)
        for pickup in notes.PICKUPS
        for string in notes.OPEN_STRINGS
        for fret in range(23)
    ]
    assert len(every) == 690
    parts = egfx.split(every, seed=3)
    pitches = [{note.midi for note in part} for part in parts.values()]
    assert sum(map(len, pitches)) == len(set.union(*pitches)) == 47
    assert sum(map(len, parts.values())) == 690
    assert 0.6 < len(parts["train"]) / 690 < 0.9
    assert parts == egfx.split(every, seed=3) != egfx.split(every, seed=4)


def test_the_material_is_of_the_parts_notes_aligned(planted):
    found = egfx.read(planted, "TubeScreamer")
    material, remarks = egfx.material(found, seed=1)
    for part in (material.train, material.validate, material.test):
        wanted = 0.4 * np.tanh(8.0 * part.audio)
        error = np.mean((part.targets[0] - wanted) ** 2) / np.mean(wanted**2)
        assert error < 0.05
        assert part.seconds > 1.0
    assert any("samples late: undone" in remark for remark in remarks)


def test_an_effect_that_is_not_there_is_refused_with_what_is(planted):
    with pytest.raises(AudioError, match='expected a folder "RAT", found Clean, Tube'):
        egfx.read(planted, "RAT")


def test_two_notes_are_too_few_to_split(tmp_path):
    for fret in (0, 1):
        for folder in ("Clean", "RAT"):
            path = tmp_path / folder / "Neck" / f"6-{fret}.wav"
            small_sets.put(path, small_sets.note(6, fret))
    with pytest.raises(AudioError, match="found 2 pairs of Clean and RAT, expected"):
        egfx.read(tmp_path, "RAT")


def swayed(note: np.ndarray, phase: float) -> np.ndarray:
    """A chorus: a copy 8 to 12 ms late, 2.5 times a second."""
    time_s = np.arange(len(note)) / small_sets.RATE_HZ
    late_s = 0.010 + 0.002 * np.sin(2 * np.pi * 2.5 * time_s + phase)
    return 0.5 * note + 0.5 * np.interp(time_s - late_s, time_s, note)


@pytest.fixture
def chorus(tree):
    """The tree with EGFxSet's Chorus, which a model cannot learn."""
    for number, (string, fret) in enumerate(small_sets.CHOSEN):
        heard = swayed(small_sets.note(string, fret), phase=float(number))
        small_sets.put(tree / "Chorus" / "Bridge" / f"{string}-{fret}.wav", heard)
    return tree


def test_an_effect_that_moves_is_refused_and_one_that_clips_is_not(planted, chorus):
    assert recorded.from_egfx(planted, "TubeScreamer").reports[0].verdict is None
    with pytest.raises(CheckError, match=r"Clean and Chorus: modulation: .* sway"):
        recorded.from_egfx(chorus, "Chorus").insist()


def test_a_clipped_note_and_hiss_are_noted_and_hide_nothing(chorus):
    for path in (chorus / "Clean" / "Bridge").glob("*.wav"):
        loud = 30.0 if path.stem == "4-3" else 1.0
        played = loud * audio.read(path)
        hiss = 0.03 * np.random.default_rng(0).standard_normal(len(played))
        audio.write(path, np.clip(played + hiss, -1.0, 1.0))
    report = recorded.examine_notes(egfx.read(chorus, "Chorus"), "Chorus")
    noted = {row.name for row in report.rows if row.state is State.NOTED}
    assert noted >= {"clipping", "noise"}
    assert report.verdict.name == "modulation"


def test_a_small_set_trains_into_a_bank_that_is_good(planted, tmp_path):
    options = {"model_block": 1, "hidden": 2, "seconds": 1.0, "pickups": ["Bridge"]}
    cli.train_egfx(planted, "TubeScreamer", "mine", tmp_path / "bank", **options)
    assert bank.load(tmp_path / "bank").ids == ("mine",)


def test_a_bank_is_measured_again_on_the_notes_its_training_left_out(
    planted, tmp_path, capsys, monkeypatch
):
    options = {"hidden": 2, "seconds": 1.0, "seed": 3}
    cli.train_egfx(planted, "TubeScreamer", "mine", tmp_path / "bank", **options)
    left_out = egfx.material(egfx.read(planted, "TubeScreamer"), 3)[0].test
    heard = []

    def deploy(_effect, _block):
        def play(audio, _params):
            heard.append(audio)
            return audio, 0.0

        return play

    reads = []
    read = egfx.read
    monkeypatch.setattr(egfx, "read", lambda *who: reads.append(who) or read(*who))
    evaluate_cli.evaluate_bank(tmp_path / "bank", deploy, egfx=planted, as_json=True)
    row, other = json.loads(capsys.readouterr().out)
    assert len(reads) == 1  # for both blocks
    assert other["source"] == row["source"]
    assert np.array_equal(heard[0], left_out.audio)
    assert row["source"] == f"held-out pitches of {planted.name}"
    assert row["esr"] == pytest.approx(
        figures.error_to_signal(left_out.audio, left_out.targets[0])
    )
    with pytest.raises(TrainingError, match=r'"mine".* name it by --egfx DIR'):
        evaluate_cli.evaluate_bank(tmp_path / "bank", deploy)
