"""From material to bank: loudness matched, manifest complete, files as it says."""

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from pedal import bank as pedal_bank
from pedal.errors import PedalError
from training import (
    audio,
    bankfile,
    checkpoint,
    cli,
    effects,
    export,
    fragments,
    loudness,
    player,
    pots,
    training_report,
)
from training.errors import (
    CheckError,
    DivergenceError,
    TrainingError,
    WhistleError,
)
from training.material import Material, Part
from training.models import Shape, build
from training.run import Recipe
from training.virtual import guitar


@pytest.fixture(autouse=True, scope="module")
def short_music():
    """Half a minute of simulated guitar will do here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "SIMULATED_SECONDS", 25.0)
        yield


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """A bank of one hastily trained effect."""
    folder = tmp_path_factory.mktemp("bank") / "night-set"
    cli.train_virtual(
        "screamer", folder, model_block=1, hidden=6, seconds=3.0, drive="fixed"
    )
    return folder


@pytest.fixture(scope="module")
def row(bank):
    """Its one model's row."""
    return json.loads((bank / "bank.json").read_text())["effects"][0]["models"][0]


def test_the_manifest_names_file_hash_and_figures(bank, row):
    content = (bank / row["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == row["sha256"]
    assert row["delay_samples"] == 0
    assert row["cost_mac_per_sample"] == 4 * 6 * 7 + 6 + 3  # layers and capacitor
    assert 0.0 < row["quality"]["esr"] < 1.0
    assert row["idle_dbfs"] < -90.0


def test_the_gain_makes_the_effect_as_loud_as_the_dry_clip(bank, row):
    model = json.loads((bank / row["file"]).read_text())
    dry = guitar.stock_clip()
    whole = player.play_folded(model, dry, np.zeros((1, 0)), 12)[:, 0]
    found = loudness.integrated_lufs(whole) + row["gain_db"]
    assert found == pytest.approx(loudness.integrated_lufs(dry), abs=0.1)


def test_the_bank_passes_the_product_s_own_checks(bank):
    loaded = pedal_bank.load(bank)
    assert loaded.ids == ("screamer",)


def test_a_second_effect_leaves_the_first_in_place(bank):
    before = (bank / "screamer-1.json").read_bytes()
    cli.train_virtual("blues", bank, model_block=1, hidden=4, seconds=1.0, drive=80.0)
    manifest = json.loads((bank / "bank.json").read_text())
    assert [effect["id"] for effect in manifest["effects"]] == ["screamer", "blues"]
    assert (bank / "screamer-1.json").read_bytes() == before
    assert not [path for path in bank.iterdir() if path.name.startswith(".")]


def test_block_16_is_a_cascade_with_its_images_and_idle_told(tmp_path):
    folder = tmp_path / "night-set"
    cli.train_virtual("fuzz", folder, model_block=16, seconds=3.0, drive="fixed")
    row = json.loads((folder / "bank.json").read_text())["effects"][0]["models"][0]
    assert row["delay_samples"] == 0
    assert row["cost_mac_per_sample"] == 804
    assert len(row["quality"]["images_db"]) == 3
    assert row["idle_dbfs"] < -100.0
    layers = bank_of(folder).effects[0].models[0].network.layers
    assert [layer.kind for layer in layers] == ["taps", *["cascade"] * 5, "mix"]


def bank_of(folder):
    """The bank as the product reads it."""
    return pedal_bank.load(folder)


def test_a_recorded_pair_is_aligned_and_trained(tmp_path):
    dry = guitar.play(25.0, seed=4)
    wet = -0.5 * np.concatenate((np.zeros(300, np.float32), dry))[: len(dry)]
    audio.write(tmp_path / "dry.wav", dry)
    audio.write(tmp_path / "wet.wav", wet)
    cli.train_pairs(
        [(tmp_path / "dry.wav", tmp_path / "wet.wav")],
        "half",
        tmp_path / "bank",
        model_block=1,
        hidden=4,
        seconds=4.0,
    )
    manifest = json.loads((tmp_path / "bank" / "bank.json").read_text())
    assert manifest["effects"][0]["models"][0]["quality"]["esr"] < 0.5


def test_what_the_checks_refuse_is_not_trained(tmp_path):
    for name, seed in (("dry", 1), ("wet", 2)):
        audio.write(tmp_path / f"{name}.wav", guitar.play(20.0, seed))
    files = [(tmp_path / "dry.wav", tmp_path / "wet.wav")]
    with pytest.raises(CheckError, match="these are two performances"):
        cli.train_pairs(files, "x", tmp_path / "bank")
    assert not (tmp_path / "bank").exists()


def test_a_simulated_pedal_plays_a_file_without_torch(tmp_path):
    audio.write(tmp_path / "in.wav", guitar.play(1.0, seed=1))
    code = (
        "import sys\n"
        "from training.cli import render_virtual\n"
        f"render_virtual('rodent', r'{tmp_path}/in.wav', r'{tmp_path}/out.wav', 70.0)\n"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert len(audio.read(tmp_path / "out.wav")) == 44100


def test_a_block_of_eight_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="found 8, expected 1 or 16"):
        cli.train_virtual("blues", tmp_path, model_block=8, seconds=0.1, drive="fixed")


def test_a_model_that_whistles_is_trained_again_masked_and_then_with_remedies(
    monkeypatch,
):
    tried, learn, silenced = [], effects.train, export.silenced

    def noted(material, shape, recipe, *others):
        tried.append((recipe.seed, shape.couplers, shape.still, recipe.remedies))
        return learn(material, shape, recipe, *others)

    def whistles_twice(network, settings):
        if len(tried) < 3:
            raise WhistleError("model whistles at idle")
        return silenced(network, settings)

    monkeypatch.setattr(effects, "train", noted)
    monkeypatch.setattr(export, "silenced", whistles_twice)
    dry = guitar.play(25.0, seed=4)
    notes: list[str] = []
    effect = effects.make(
        fragments.material([(dry, 0.5 * dry)]),
        Shape(hidden=4, couplers=1),
        Recipe(updates=20, lanes=8, seed=7),
        {"circuit": "", "recordings": [], "data": ""},
        watch=lambda report: notes.append(report.note),
    )
    assert tried == [(7, 1, False, False), (8, 0, True, False), (9, 0, True, True)]
    assert effect.row["training"]["seed"] == 9
    assert "seed 7: model whistles at idle" in notes


def test_a_run_that_diverges_is_begun_again_from_another_seed(monkeypatch):
    tried, learn = [], effects.train

    def diverges_once(material, shape, recipe, *others):
        tried.append((recipe.seed, recipe.remedies))
        if len(tried) == 1:
            raise DivergenceError("training: the loss is not finite; change the seed")
        return learn(material, shape, recipe, *others)

    monkeypatch.setattr(effects, "train", diverges_once)
    dry = guitar.play(25.0, seed=4)
    effects.make(
        fragments.material([(dry, 0.5 * dry)]),
        Shape(hidden=4),
        Recipe(updates=20, lanes=8, seed=7),
        {"circuit": "", "recordings": [], "data": ""},
    )
    assert tried == [(7, False), (8, False)]


def test_the_runs_of_a_written_model_are_removed(tmp_path):
    dry = guitar.play(25.0, seed=4)
    effect = effects.make(
        fragments.material([(dry, 0.5 * dry)]),
        Shape(hidden=4),
        Recipe(updates=20, lanes=8),
        {"circuit": "", "recordings": [], "data": ""},
    )
    assert len(list(checkpoint.folder().iterdir())) == 1
    effects.write(tmp_path / "bank", "half", effect)
    assert not list(checkpoint.folder().iterdir())


def test_effects_stand_in_the_order_asked_for(tmp_path):
    for name in ("fuzz", "mine", "screamer"):
        bankfile.add_model(
            tmp_path,
            name,
            {"block": 1, "training": {"seconds": 1.0, "recipe": "none", "seed": 0}},
            {"model": b"{}", "golden": b"{}"},
            {},
        )
    bankfile.arrange(tmp_path, ["screamer", "blues", "fuzz"])
    manifest = bankfile.read_manifest(tmp_path)
    found = [effect["id"] for effect in manifest["effects"]]
    assert found == ["screamer", "fuzz", "mine"]


ROW = {"block": 1, "training": {"seconds": 1.0, "recipe": "none", "seed": 0}}


def names_of(folder):
    """Every file and folder below, with the files' content."""
    found = sorted(folder.rglob("*"))
    return {path: path.read_bytes() if path.is_file() else b"" for path in found}


@pytest.mark.parametrize("cut", [OSError(28, "No space left on device"), None])
@pytest.mark.parametrize("file", ["golden/mine-1.json", "bank.json"])
def test_a_model_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch, file, cut):
    bankfile.add_model(tmp_path, "mine", ROW, {"model": b"1", "golden": b"1"}, {})
    before, write = names_of(tmp_path), Path.write_bytes

    def full(path, content):
        if (
            path.name.startswith(f".{Path(file).name}")
            and path.parent == (tmp_path / file).parent
        ):
            write(path, content[:1])
            raise cut or KeyboardInterrupt
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    expected = TrainingError if cut else KeyboardInterrupt
    with pytest.raises(expected):
        bankfile.add_model(tmp_path, "mine", ROW, {"model": b"2", "golden": b"2"}, {})
    assert names_of(tmp_path) == before


@pytest.mark.parametrize("text", ["[]", '{"effects": 3}', '{"effects": [1]}', "{", ""])
def test_a_manifest_that_is_none_is_one_line_and_stays(tmp_path, text):
    (tmp_path / "bank.json").write_text(text)
    before = names_of(tmp_path)
    with pytest.raises(TrainingError, match=r"bank\.json: ") as told:
        bankfile.add_model(tmp_path, "mine", ROW, {"model": b"", "golden": b""}, {})
    assert "\n" not in str(told.value)
    assert names_of(tmp_path) == before
    with pytest.raises(PedalError, match=r"bank\.json"):
        bankfile.ready(tmp_path)


def test_where_no_bank_can_be_is_said_before_a_training(tmp_path):
    file = tmp_path / "file"
    file.touch()
    for folder in (file, file / "bank"):
        with pytest.raises(TrainingError, match="expected a folder or nothing"):
            cli.train_pairs([(file, tmp_path)], "mine", folder)
        with pytest.raises(TrainingError, match="expected a folder or nothing"):
            cli.train_virtual("fuzz", folder)
    bankfile.ready(tmp_path / "new" / "bank")
    assert list(tmp_path.iterdir()) == [file]


def test_an_imported_model_beside_a_trained_one_has_no_run(tmp_path):
    files = {"model": b"{}", "golden": b"{}"}
    bankfile.add_model(tmp_path, "mine", ROW | {"block": 16}, files, {})
    manifest = bankfile.read_manifest(tmp_path)
    del manifest["effects"][0]["models"][0]["training"]  # as `pedal bank import` has it
    (tmp_path / "bank.json").write_text(json.dumps(manifest))
    bankfile.add_model(tmp_path, "mine", ROW, files, {})
    (effect,) = bankfile.read_manifest(tmp_path)["effects"]
    assert effect["provenance"]["recipe"] == "block 1: none, seed 0"


def test_ctrl_c_in_a_report_says_what_there_is(monkeypatch):
    def cut(*_):
        raise KeyboardInterrupt

    shown = Console(file=io.StringIO())
    monkeypatch.setattr(training_report, "tell", cut)
    with pytest.raises(KeyboardInterrupt):
        cli.tell(Path("bank"), "mine", [], None, None, None, shown)
    assert shown.file.getvalue() == "stopped: mine is in bank, without a report\n"


def test_errors_are_told_with_the_settings_they_are_of():
    dry = guitar.play(3.0, 3)
    part = Part(dry, np.stack((dry, dry)))
    material = Material(part, part, part, np.array([[0.0], [1.0]]), ["tone"])
    model = export.to_model(build(Shape(hidden=2, knobs=1)))
    row = effects.describe(model, material, pots.first(material.settings), "x")
    assert row["quality"]["settings"] == [{"tone": 0.0}, {"tone": 100.0}]
    assert len(row["quality"]["esr_by_setting"]) == 2


def test_every_knob_setting_has_as_many_lanes():
    found = [effects.even(Recipe(lanes=40), settings) for settings in (1, 3, 5, 15, 50)]
    assert [recipe.lanes for recipe in found] == [40, 42, 40, 45, 50]
