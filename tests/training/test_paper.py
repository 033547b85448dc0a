"""The paper's comparisons at a tiny size: what is trained, kept, told and not told."""

import csv
import json
import re

import numpy as np
import pytest

from training import (
    aa_file,
    paper,
    paper_cli,
    paper_data,
    paper_page,
    paper_tables,
    player,
)
from training.errors import TrainingError
from training.paper_data import Source
from training.plan import Message, Plan
from training.run import Report

pytest.importorskip("matplotlib", reason="no matplotlib")
ROW = {  # of bank.json, as effects.describe makes it at some length
    "conditioning": [],
    "gain_db": 0.0,
    "loudness_lufs": -20.0,
    "dry_loudness_lufs": -20.0,
    "idle_dbfs": -100.0,
    "cost_mac_per_sample": 10,
    "quality": {"esr": 1, "esr_pre_emphasised": 1, "held_out_s": 1, "data": "a test"},
}
GIVEN = {"egfx": None, "phrases": None, "effect": "fuzz", "sizes": "2"}
GIVEN |= {"seeds": 1, "updates": 3, "seconds": 20.0}
JOBS = 4  # cascade, block 1, block 16, block 1 from phrases
REACHES_OUT = re.compile(r"https?:|\b(src|href)=\"(?!data:|#)|@import|<link", re.I)


class Played:
    """In place of the engine: the bank's model file through torch, undelayed."""

    def __init__(self, bank, effect, block):
        path = bank / f"{effect}-{block}.json"
        self.model = json.loads(path.read_text(encoding="utf-8"))

    def play(self, audio, _):
        whole = np.pad(audio, (0, -len(audio) % 16))[None]
        heard = player.play_lanes(self.model, whole, np.zeros((1, 0)))[0]
        return heard[: len(audio)].astype(np.float32), 50.0


def described(model, *_):
    """In place of effects.describe."""
    block = int(model["layers"][-1]["shape"][-1])
    late = 0 if aa_file.is_cascade(model) else block - 1
    return {**ROW, "block": block, "frames": block, "delay_samples": late}


def within(most=99, told=None):
    """In place of side_by_side: here, one after the other, at most so many."""

    def run(tasks, _workers, heed):
        if told is not None:
            told.extend(task.name for task in tasks)
        for task in tasks[:most]:
            result = task.function(*task.arguments, watch=lambda _report: None)
            heed(Message(task, result=result, ended=True))
        return Plan(stopped=len(tasks) > most)

    return run


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A folder after a run that was stopped amid, and a second one."""
    folder, asked = tmp_path_factory.mktemp("here") / "paper", []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            paper_data.circuits, "render", lambda _name, x, _drive: np.tanh(4 * x)
        )
        patch.setattr(paper.effects, "describe", described)
        with pytest.raises(KeyboardInterrupt):
            paper_cli.evaluate_paper(folder, Played, GIVEN, run=within(1))
        stopped = (folder / "paper.html").read_text(encoding="utf-8")
        paper_cli.evaluate_paper(folder, Played, GIVEN, run=within(told=asked))
    return folder, stopped, asked


def table(folder, name):
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_what_was_stopped_is_written_up_and_goes_on(done):
    folder, stopped, asked = done
    assert "3 of 4 trainings are not done yet" in stopped
    assert "one seed" in stopped
    assert asked == [
        "lstm-1-h2-notes-s0",
        "lstm-16-h2-notes-s0",
        "lstm-1-h2-phrases-s0",
    ]
    assert "not done yet" not in (folder / "paper.html").read_text(encoding="utf-8")
    assert list((folder / "unfinished").iterdir()) == []


def test_every_training_is_a_line_and_no_figure_is_made_up(done):
    folder, _, _ = done
    rows = table(folder, "runs")
    assert len(rows) == JOBS
    for row in rows:
        whole = (float(row["mse_notes"]) + float(row["mse_phrases"])) / 2
        assert float(row["mse_all"]) == pytest.approx(whole, rel=1e-3)
        assert row["updates"] == "3"
    assert {row["data"] for row in table(folder, "datasets")} == {"notes", "phrases"}
    assert len(table(folder, "blocks")) == 3
    assert all(row["esr_all_deviation"] == "" for row in table(folder, "blocks"))
    ends = {(row["network"], row["update"]) for row in table(folder, "convergence")}
    assert {(name, "3") for name in paper.NETWORKS} <= ends


def test_both_kinds_are_tested_on_the_very_same(done):
    folder, _, _ = done
    notes, phrases = (
        paper_data.Material.load(folder / "data" / f"{kind}.npz")
        for kind in paper_data.KINDS
    )
    for part in ("validate", "test"):
        one, other = getattr(notes, part), getattr(phrases, part)
        assert np.array_equal(one.audio, other.audio)
        assert np.array_equal(one.targets, other.targets)
    assert len(notes.train.audio) == len(phrases.train.audio)
    assert not np.array_equal(notes.train.audio, phrases.train.audio)
    for one in (notes, phrases):  # resampled twice, but a sample late would be 0.05
        made = 0.5 * np.tanh(4 * one.train.audio)
        apart = one.train.targets[0] - made
        assert np.sum(apart**2) < 1e-3 * np.sum(made**2)


def test_the_page_and_its_plots_stand_alone(done):
    folder, _, _ = done
    text = (folder / "paper.html").read_text(encoding="utf-8")
    assert not REACHES_OUT.search(text)
    assert text.count("<svg") == 4
    for said in ("can't be compared", "trainer.py:57", "simulated pedal (fuzz)", "MSE"):
        assert said in text
    assert "no recording, and no pedal of the paper" in text
    for name in ("datasets", "blocks", "convergence-data", "convergence-networks"):
        drawn = (folder / f"{name}.svg").read_text(encoding="utf-8")
        assert drawn.startswith("<?xml")
        assert not re.search("#0[0-9a-f]0[0-9a-f]0[0-9a-f]", drawn)


def test_what_is_done_is_not_done_again_unless_it_is_another(done):
    folder, _, _ = done
    source = Source("fuzz", seconds=20.0)
    state = {"data": vars(source), "format": paper_data.FORMAT}
    for updates, there in ((3, True), (4, False)):
        job = paper.jobs([2], 1, updates, source.kinds)[0]
        assert (paper_cli.finished(folder, job, state) is not None) == there
    other = state | {"data": vars(Source("fuzz", seconds=21.0))}
    job = paper.jobs([2], 1, 3, source.kinds)[0]
    assert paper_cli.finished(folder, job, other) is None


def test_a_broken_file_of_figures_is_trained_anew(tmp_path):
    (tmp_path / "runs").mkdir()
    job = paper.jobs([2], 1, 3, ("notes",))[0]
    for text in ("", "[]", '{"job": 3}'):
        (tmp_path / "runs" / f"{job.name}.json").write_text(text)
        assert paper_cli.finished(tmp_path, job, {}) is None


@pytest.mark.parametrize("content", [None, b"", b"PK\3\4 half a file"])
def test_material_that_is_not_whole_is_one_line(tmp_path, content):
    data = paper_data.Data(tmp_path, 0, (), {})
    if content is not None:
        (tmp_path / "notes.npz").write_bytes(content)
    with pytest.raises(TrainingError, match=r"notes.npz: found no whole material; rem"):
        data.material("notes")


@pytest.mark.parametrize("file", ["thesis.txt", "data.json"])
def test_a_data_folder_of_somebody_else_s_is_left_alone(tmp_path, file):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / file).write_text('{"mine": 1}')
    with pytest.raises(TrainingError, match="name another folder by -o"):
        paper_data.prepare(tmp_path / "data", Source("fuzz"))
    assert (tmp_path / "data" / file).read_text() == '{"mine": 1}'


def test_data_that_a_kill_cut_short_are_made_anew(tmp_path, monkeypatch):
    def cut(folder, _):
        (folder / "half").touch()
        raise KeyboardInterrupt

    whole = {"border": 1, "remarks": [], "figures": {}}
    monkeypatch.setattr(paper_data, "gather", cut)
    with pytest.raises(KeyboardInterrupt):
        paper_data.prepare(tmp_path / "data", Source("fuzz"))
    monkeypatch.setattr(paper_data, "gather", lambda *_: whole)
    assert paper_data.prepare(tmp_path / "data", Source("fuzz")).border == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["data.json"]


def test_a_line_goes_on_where_the_run_was_put_down(tmp_path):
    class Best:
        looks, error = 2, 0.5

    class Run:
        best, done = Best(), 20

    file, run = tmp_path / "a.json", Run()
    file.write_text(json.dumps({"points": [[10, 0.9], [20, 0.5], [30, 0.4]]}))
    line = paper.Line(file, run, lambda _: None)
    assert line.points == [(10, 0.9), (20, 0.5)]  # the third was after the checkpoint
    line.heed(Report())
    run.best.looks, run.best.error, run.done = 3, 0.3, 30
    line.heed(Report())
    line.heed(Report())
    assert line.points[2:] == [(30, 0.3)]


def test_without_phrases_nothing_is_said_of_them():
    real = Source("RAT", egfx="somewhere")
    assert real.kinds == ("notes",)
    assert {job.data for job in paper.jobs([6], 3, 9, real.kinds)} == {"notes"}
    assert "--phrases DIR" in paper_page.datasets_part({}, [], real)
    assert "simulated" not in paper_page.told(real)


def row(network, seed, esr):
    job = {"network": network, "hidden": 6, "data": "notes", "seed": seed, "updates": 1}
    return {"job": job, "esr_all": esr, "line": []}


@pytest.mark.parametrize(
    ("sixteen", "says"),
    [
        ((0.5, 0.6, 0.4), "the first is lower with every one of 3 seeds"),
        ((0.05, 0.06, 0.09), "the second is lower with every one of 3 seeds"),
        ((0.19, 0.6, 0.7), "no difference that the seeds would show"),
        ((0.8, 0.9), "2 seeds are too few to tell"),
        ((0.9,), "1 seed is too few to tell"),
    ],
)
def test_a_difference_is_one_only_where_all_seeds_agree(sixteen, says):
    rows = [row("lstm-1", seed, esr) for seed, esr in enumerate((0.1, 0.15, 0.2))]
    rows += [row("lstm-16", seed, esr) for seed, esr in enumerate(sixteen)]
    (line,) = paper_tables.verdicts(rows)
    assert "6 units at block 1 ESR 15 ± 5 %" in line
    assert line.endswith(f"{says}.")


@pytest.mark.parametrize("text", ["", "six", "0,6", "6,200", "6;16"])
def test_sizes_that_are_none_are_named(text):
    with pytest.raises(TrainingError, match="--sizes: expected such as 6,16"):
        paper_cli.units(text)


def test_the_real_set_takes_the_same_way(done):
    folder, _, _ = done
    root = str(folder / "data" / "set")
    source = Source("fuzz", root, f"{root}/phrases", seconds=10.0)
    found, remarks = paper_data.recordings(source)
    assert set(found) == {"notes", "phrases"}
    assert found["notes"].train.seconds == pytest.approx(10.0, abs=3.0)
    assert any("phrases: wet was" in line for line in remarks)


def test_a_pedal_that_is_not_simulated_needs_the_set(tmp_path):
    with pytest.raises(TrainingError, match="or EGFxSet's folder by --egfx DIR"):
        paper_data.prepare(tmp_path / "data", Source("RAT", seconds=20.0))
