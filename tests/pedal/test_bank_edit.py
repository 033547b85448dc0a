"""Effects come into a bank, leave it and change their name, whole or not at all."""

import json
import os

import numpy as np
import pytest

from pedal import bank, bank_edit
from pedal.bank_edit import New
from pedal.bank_export import export
from pedal.bank_formats import Format
from pedal.errors import BankError
from pedal.imports import formats
from tests.helpers import edit_manifest, model_row, network

NOBODY = {"circuit": "none, random", "recordings": [], "seed": 0}


@pytest.fixture
def new(tmp_path):
    """Makes a model to add."""
    folder = tmp_path / "made"
    folder.mkdir()

    def make(block: int = 1, seed: int = 9) -> New:
        row = model_row(folder, "new", block, network(frames=block, seed=seed))
        content = (folder / row.pop("file")).read_bytes()
        del row["sha256"]
        return New(row, content)

    return make


def everything(folder) -> dict[str, bytes]:
    """The files of a folder and what is in them."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_effect_is_added_behind_the_others(bank_folder, new):
    assert bank_edit.add(bank_folder, "Blüten Zauber!", [new()], NOBODY) == (
        "bluten-zauber"
    )
    loaded = bank.load(bank_folder)
    assert loaded.ids == ("buzz", "hum", "bluten-zauber")
    assert loaded.effect("bluten-zauber").name == "Blüten Zauber!"


def test_the_first_effect_makes_the_bank(tmp_path, new):
    folder = tmp_path / "My Night"
    assert bank_edit.add(folder, "Buzz", [new(16), new(1)], NOBODY) == "buzz"
    made = bank.load(folder)
    assert made.name == "my-night"
    assert [model.block for model in made.effects[0].models] == [1, 16]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, new):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(BankError, match="expected a bank, an empty folder or nothing"):
        bank_edit.add(tmp_path / "letter.txt", "Buzz", [new()], NOBODY)
    with pytest.raises(BankError, match="expected a bank, an empty folder or nothing"):
        bank_edit.add(tmp_path, "Buzz", [new()], NOBODY)


def test_an_effect_gets_the_block_that_it_lacks_but_no_other(bank_folder, new):
    assert bank_edit.add(bank_folder, "buzz", [new(16)], NOBODY) == "buzz"
    assert len(bank.load(bank_folder).effect("buzz").models) == 2
    before = everything(bank_folder)
    with pytest.raises(BankError, match='"buzz" has a model of block 16; take another'):
        bank_edit.add(bank_folder, "Buzz", [new(16)], NOBODY)
    assert everything(bank_folder) == before


@pytest.mark.parametrize("name", ["clean", "Bypass", "...", "x" * 63])
def test_every_name_becomes_an_id_of_its_own(bank_folder, new, name):
    made = bank_edit.add(bank_folder, name, [new()], NOBODY)
    assert made not in ("clean", "bypass")
    assert bank.load(bank_folder).effect(made).name == name


@pytest.mark.parametrize("name", ["", "   ", "x" * 64, "a\x07b"])
def test_a_name_that_cannot_be_shown_is_refused(bank_folder, new, name):
    with pytest.raises(BankError, match="name: expected 1 to 63 letters"):
        bank_edit.add(bank_folder, name, [new()], NOBODY)


def test_an_id_is_never_given_twice(bank_folder, new):
    bank_edit.remove(bank_folder, "buzz")
    assert bank_edit.add(bank_folder, "Buzz", [new()], NOBODY) == "buzz-2"
    assert bank.load(bank_folder).ids == ("hum", "buzz-2")


def test_a_removed_effect_takes_its_files_along(bank_folder):
    bank_edit.remove(bank_folder, "hum")
    assert set(everything(bank_folder)) == {"bank.json", "buzz-1.json"}
    assert bank.load(bank_folder).ids == ("buzz",)


def test_the_last_effect_stays(bank_folder):
    bank_edit.remove(bank_folder, "hum")
    before = everything(bank_folder)
    with pytest.raises(BankError, match='"buzz" is its last effect'):
        bank_edit.remove(bank_folder, "buzz")
    with pytest.raises(BankError, match='no effect "fizz"; there are buzz'):
        bank_edit.remove(bank_folder, "fizz")
    assert everything(bank_folder) == before


def test_another_name_keeps_the_id(bank_folder):
    bank_edit.rename(bank_folder, "hum", "Low  Hum ")
    assert bank.load(bank_folder).effect("hum").name == "Low Hum"
    with pytest.raises(BankError, match='"hum" is called "low hum" already'):
        bank_edit.rename(bank_folder, "buzz", "low hum")


def test_what_a_bank_says_beside_our_fields_is_kept(bank_folder):
    edit_manifest(bank_folder, lambda table: table.update(comment="for the tour"))
    bank_edit.rename(bank_folder, "hum", "Hm")
    told = json.loads((bank_folder / "bank.json").read_text())
    assert told["comment"] == "for the tour"


def test_a_bank_of_32_effects_is_full(bank_folder, new):
    def fill(table):
        table["effects"] += [table["effects"][0] | {"id": f"b{n}"} for n in range(30)]

    edit_manifest(bank_folder, fill)
    with pytest.raises(BankError, match="at most 32 effects"):
        bank_edit.add(bank_folder, "one more", [new()], NOBODY)


@pytest.mark.parametrize("at", range(4))
def test_a_write_that_fails_leaves_the_bank_as_it_was(
    bank_folder, new, monkeypatch, at
):
    left, replace = [at], os.replace
    before = everything(bank_folder)

    def full(path, target):
        if not left[0]:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        return replace(path, target)

    models = [new(1), new(16)]
    monkeypatch.setattr("pathlib.Path.replace", full)
    if at < 3:
        with pytest.raises(BankError, match="cannot be written: No space left"):
            bank_edit.add(bank_folder, "fizz", models, NOBODY)
        assert everything(bank_folder) == before
    else:  # two models and the manifest are three writes
        bank_edit.add(bank_folder, "fizz", models, NOBODY)
        assert bank.load(bank_folder).ids == ("buzz", "hum", "fizz")


def test_a_broken_model_does_not_come_in(bank_folder, new):
    before = everything(bank_folder)
    good = new()
    with pytest.raises(BankError, match="not JSON"):
        bank_edit.add(bank_folder, "fizz", [New(good.row, b"{")], NOBODY)
    assert everything(bank_folder) == before


def test_what_was_exported_reads_as_it_was(bank_folder, tmp_path):
    files = export(bank_folder, "hum", tmp_path / "out", Format.RTNEURAL)
    assert [path.name for path in files] == ["hum-1.json", "hum-16.json"]
    for path, block in zip(files, (1, 16), strict=True):
        assert path.read_bytes() == (bank_folder / path.name).read_bytes()
        assert formats.read(path).frames == block
    with pytest.raises(BankError, match="exists already"):
        export(bank_folder, "hum", tmp_path / "out", Format.RTNEURAL)


def test_an_aida_x_file_carries_the_gain_of_the_bank(bank_folder, tmp_path):
    edit_manifest(
        bank_folder, lambda t: t["effects"][0]["models"][0].update(gain_db=-6)
    )
    (path,) = export(bank_folder, "buzz", tmp_path / "out", Format.AIDA_X)
    told, own = (
        json.loads(path.read_text()),
        bank.load(bank_folder).effects[0].models[0],
    )
    assert (told["in_skip"], told["in_gain"], told["out_gain"]) == (1, 0, -6)
    again = formats.read(path)
    assert again.rate_hz == 44100
    gain = 10 ** (-6 / 20)
    assert again.model["in_skip"] == pytest.approx(gain)
    weights = np.asarray(again.model["layers"][-1]["weights"][0])
    assert weights == pytest.approx(gain * own.network.layers[-1].weights[0], rel=1e-6)


def test_what_aida_x_cannot_say_is_refused_and_nothing_written(bank_folder, tmp_path):
    with pytest.raises(BankError, match="expected block 1, one lstm or gru"):
        export(bank_folder, "hum", tmp_path / "out", Format.AIDA_X)
    assert not (tmp_path / "out").exists()
