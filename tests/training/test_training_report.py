"""The report of a training: what it says, where it lies, how it looks in a browser."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.helpers import write_bank
from tests.system.browser import ARGUMENTS, CHROMIUM
from training import (
    audio,
    blocks,
    checks,
    cli,
    evaluation,
    page,
    story,
    training_report,
)
from training.checks import files
from training.errors import TrainingError
from training.material import DRIVES, Part
from training.story import Story
from training.virtual import circuits, guitar

pytest.importorskip("matplotlib", reason="no matplotlib")
LATE = 123
BLOCKS = [
    {"block": block, "training": {"seconds": 1.5, "recipe": "SOAP", "seed": 7}}
    for block in (1, 16)
]


def clip(audio):
    return 0.5 * np.tanh(6.0 * audio)


class Copy:
    """In place of the engine: a model that is nearly the pedal."""

    def __init__(self, _bank, _effect, block):
        self.error = 0.001 * block

    def play(self, audio, _):
        return (clip(audio) * (1.0 - self.error)).astype(np.float32), 100.0


@pytest.fixture(scope="module")
def examined():
    """What the checks say of a recording and its turned, late copy."""
    dry = guitar.play(8.0, 3).astype(float)
    wet = -clip(np.concatenate((np.zeros(LATE), dry))[: len(dry)])
    one, two = (
        files.recording(f"{role}<.wav", role, audio, 44100)
        for role, audio in (("dry", dry), ("wet", wet))
    )
    return checks.examine(one, two, least_seconds=0.0)[0]


@pytest.fixture(scope="module")
def written(examined, tmp_path_factory):
    """A report of both blocks of an effect."""
    bank = write_bank(tmp_path_factory.mktemp("here") / "mine")
    dry = guitar.play(4.0, 4)
    truth = evaluation.pair_truth("a part", Part(dry, clip(dry)[None]))
    told = Story([examined], ["a remark"], story.hashed([bank / "bank.json"]))
    return training_report.tell(bank, "hum", BLOCKS, truth, told, Copy, None)


def test_the_report_lies_beside_the_bank_whatever_its_name(tmp_path, monkeypatch):
    path_of = training_report.path_of
    monkeypatch.chdir(tmp_path)
    assert path_of(Path("bank"), "fuzz", [1, 16]) == tmp_path / "bank-fuzz.html"
    assert path_of(tmp_path / "b", "fuzz", [16]) == tmp_path / "b-fuzz-16.html"
    assert path_of(Path(), "x", [1, 16]).parent == tmp_path.parent


def test_all_that_a_training_knows_is_told(written, examined):
    text = written.read_text(encoding="utf-8")
    words = re.sub(r"<(svg|audio).*?</\1>|<[^>]+>", " ", text, flags=re.S)
    for check in examined.rows:
        assert check.name in words
    assert "dry&lt;.wav" in words
    assert f"{examined.delay} are undone" in words
    assert abs(examined.delay - LATE) <= 1
    assert "turned over, undone" in words
    assert re.search(r"Likeness \d+\.\d, where", words)
    digest = story.hashed([written.parent / "mine" / "bank.json"])[0].sha256
    assert digest in words
    for said in (
        "SOAP",
        "seed",
        "versions",
        "torch",
        "commit",
        "machine",
        "UTC",
        "a remark",
    ):
        assert said in words
    assert "not measured" not in words.replace("Not measured", "")
    assert text.count("<audio") == 6


@pytest.fixture
def handed(monkeypatch):
    """What trainings hand to their report, without any being trained."""
    told = []
    monkeypatch.setattr(blocks, "train_blocks", lambda *_, **__: BLOCKS)
    monkeypatch.setattr(
        training_report, "tell", lambda *all_of: told.append(all_of) or Path("x.html")
    )
    monkeypatch.setattr(cli, "SIMULATED_SECONDS", 20.0)
    monkeypatch.setattr(
        circuits, "render", lambda _, x, drive, tone=50.0: np.tanh(drive * tone * x)
    )
    return told


def test_a_simulated_pedal_s_report_is_of_what_was_left_out(handed, tmp_path):
    shown = Console(record=True, file=io.StringIO())
    bank = tmp_path / "bank"
    cli.train_virtual("fuzz", bank, console=shown, deploy=Copy)
    cli.train_virtual("fuzz", bank, drive=80.0, deploy=Copy)
    assert shown.export_text().endswith("report: x.html\n")
    (_, _, rows, knob, told, deploy, _), (_, _, _, fixed, *_) = handed
    assert (rows, deploy) == (BLOCKS, Copy)
    assert knob.knobs.settings == tuple((drive,) for drive in DRIVES)
    assert set(knob.wet) == {(12.5 * step,) for step in range(9)}
    assert fixed.knobs.held == {"drive": 80.0, "tone": 50.0}
    assert np.allclose(fixed.wet[()], np.tanh(4000 * fixed.dry))
    assert "simulated" in told.unchecked
    cli.train_virtual("fuzz", bank)
    assert len(handed) == 2  # without a way to play, no report


def test_a_pair_s_report_has_its_checks_and_hashes(handed, tmp_path):
    dry = guitar.play(20.0, 3)
    wet = clip(np.concatenate((np.zeros(LATE), dry))[: len(dry)])
    for name, heard in (("dry", dry), ("wet", wet)):
        audio.write(tmp_path / f"{name}.wav", heard)
    pair = (tmp_path / "dry.wav", tmp_path / "wet.wav")
    cli.train_pairs([pair], "mine", tmp_path / "bank", deploy=Copy)
    ((_, _, _, truth, told, *_),) = handed
    assert told.checks[0].alignment.likeness > 8.0
    assert [one.name for one in told.files] == ["dry.wav", "wet.wav"]
    assert len(truth.dry) < 0.2 * len(dry)


def test_a_pedal_played_at_two_settings_has_a_knob(handed, tmp_path):
    dry = guitar.play(20.0, 3)
    audio.write(tmp_path / "dry.wav", dry)
    gains, pairs = {0.0: 0.5, 100.0: 1.0}, []
    for (drive, gain), late in zip(gains.items(), (LATE, 7), strict=True):
        wet = clip(gain * np.pad(dry, (late, 0)))[: len(dry)]
        audio.write(tmp_path / f"{drive:g}.wav", wet)
        pairs.append((tmp_path / "dry.wav", tmp_path / f"{drive:g}.wav"))
    where = {"drive": list(gains), "tone": [30.0, 30.0]}
    cli.train_pairs(pairs, "mine", tmp_path / "bank", positions=where, deploy=Copy)
    ((_, _, _, truth, told, *_),) = handed
    assert truth.knobs.settings == ((0.0,), (100.0,))
    for (drive,), wet in truth.wet.items():
        near = clip(gains[drive] * truth.dry)
        assert np.sum((wet - near) ** 2) < 0.05 * np.sum(near**2)
    assert [one.name for one in told.files] == ["dry.wav", "0.wav", "100.wav"]
    assert told.remarks[0].startswith("tone stands at 30 % in all recordings")
    assert told.remarks[1].endswith("at 2 settings: drive 0 %; drive 100 %")


def test_many_files_are_told_of_together(tmp_path):
    paths = [tmp_path / f"{k}.wav" for k in range(30)]
    for path in paths:
        path.write_text(path.name)
    (row,) = story.hashed(paths)
    assert row.name == "30 files, from 0.wav to 29.wav"
    assert row.size == sum(len(path.name) for path in paths)
    paths[3].write_text("other")
    assert story.hashed(paths)[0].sha256 != row.sha256


def test_no_engine_leaves_the_model_and_says_so(tmp_path):
    def gone(*_):
        raise TrainingError("engine: found none")

    bank = write_bank(tmp_path / "mine")
    truth = evaluation.pair_truth(
        "a part", Part(np.zeros(9, np.float32), np.zeros((1, 9), np.float32))
    )
    with pytest.raises(TrainingError, match=r"hum is trained and in .*found none"):
        training_report.tell(bank, "hum", BLOCKS, truth, Story(), gone, None)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_page_that_ctrl_c_cuts_leaves_nothing_and_an_older_one_stays(
    tmp_path, monkeypatch
):
    (tmp_path / "x.html").write_text("older")
    write = Path.write_text

    def cut(path, text, **options):
        write(path, text[:1], **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", cut)
    with pytest.raises(KeyboardInterrupt):
        page.write(tmp_path / "x.html", "newer")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["older"]


def test_a_take_that_would_clip_is_softened_with_all_others():
    loud = np.array([0.5, 2.0, -2.0])
    assert "6.0 dB softer" in page.players({"a": loud, "b": loud / 4})
    assert "softer" not in page.players({"a": loud / 2, "b": loud * 0.0})


def test_the_commit_is_told_and_where_there_is_no_git_that(tmp_path, monkeypatch):
    assert re.fullmatch(r"pedal \S+, .+", story.program())
    monkeypatch.setattr(story, "SOURCE", tmp_path)
    assert story.commit() == "not run from a clone"
    (tmp_path / ".git").mkdir()
    assert story.commit() == "unknown: git did not answer"  # an empty repository
    monkeypatch.setenv("PATH", str(tmp_path))
    assert story.commit() == "unknown: git did not answer"


def test_no_story_needs_a_name_of_the_machine():
    import socket

    facts = story.facts(kernel="x")
    assert socket.gethostname() not in facts["machine"].replace(sys.platform, "")
    assert set(facts["versions"]) > {"python", "numpy", "torch"}


@pytest.mark.skipif(not CHROMIUM, reason="no chromium; install packages.txt [test]")
def test_the_page_fits_a_phone_and_a_desk_in_the_light_and_in_the_dark(written):
    driver = pytest.importorskip("playwright.sync_api", reason="no playwright")
    with driver.sync_playwright() as found:
        chromium = found.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width in (390, 1280):
            for scheme, dark in (("dark", True), ("light", False)):
                assert_legible(chromium, written, width, scheme, dark)
        assert_goes_on(chromium, written)
        chromium.close()


def assert_legible(chromium, path, width, scheme, dark):
    view = {"width": width, "height": 900}
    context = chromium.new_context(viewport=view, color_scheme=scheme)
    opened, errors = context.new_page(), []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("request", lambda one: errors.append(one.url[:9]))
    opened.goto(path.as_uri())
    errors = [one for one in errors if not one.startswith(("file:", "data:"))]
    assert errors == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    light = "c => c.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0)"
    body, ink, drawn = (
        opened.evaluate(f"({light})(getComputedStyle({of}).{what})")
        for of, what in (
            ("document.body", "backgroundColor"),
            ("document.querySelector('h1')", "color"),
            ("document.querySelector('svg text')", "fill"),
        )
    )
    assert (body < 200) == dark
    assert min(abs(body - ink), abs(body - drawn)) > 400
    context.close()


def assert_goes_on(chromium, path):
    opened = chromium.new_page()
    opened.goto(path.as_uri())
    state = opened.evaluate(
        """async () => {
          const [one, other] = document.querySelectorAll(".takes audio");
          one.muted = other.muted = true;
          one.currentTime = 3;
          await one.play();
          await other.play();
          return [one.paused, other.paused, other.currentTime];
        }"""
    )
    assert state[:2] == [True, False]
    assert state[2] >= 2.9
