"""The two models of an effect trained side by side: the same, and what stops them."""

import io
import json
import os
import shutil
import signal
import threading

import numpy as np
import pytest
from rich.console import Console

from training import blocks, checkpoint, effects, fragments, interrupts, plan_views
from training.errors import TrainingError, WhistleError, WorkerError
from training.mapped import lay_out
from training.models import build
from training.plan import Message, Plan
from training.run import Recipe
from training.train import Result
from training.virtual import guitar

ORIGIN = {"circuit": "", "recordings": [], "data": ""}
UPDATES = 12


@pytest.fixture(scope="module")
def material():
    dry = guitar.play(20.0, seed=4)
    return fragments.material([(dry, 0.5 * dry)])


@pytest.fixture
def shown():
    return Console(file=io.StringIO(), width=500)


@pytest.fixture(autouse=True)
def few_updates(monkeypatch):
    def recipe(_, seed):
        return Recipe(updates=UPDATES, lanes=8, window=128, seed=seed)

    monkeypatch.setattr(blocks, "standard_recipe", recipe)


def trained(material, folder, console=None, seconds=None, **options):
    """Both blocks in a bank.   returns: their rows."""
    given = ("mine", folder, material, ORIGIN, None, 4, seconds, 7, console)
    return blocks.train_blocks(*given, **options)


def row(block, esr=0.01):
    quality = {"esr": esr, "held_out_s": 3.0}
    told = {"seconds": 1.0, "recipe": "none", "seed": 0}
    return {"block": block, "quality": quality, "idle_dbfs": -99.0, "training": told}


def answering(monkeypatch, answers, stopped=False):
    """In place of processes: for each task an effect, or an error."""

    def run(tasks, *others):
        went, heed = Plan(stopped=stopped), others[-1]
        for task, answer in zip(tasks, answers, strict=True):
            if isinstance(answer, effects.Effect):
                heed(Message(task, result=answer, ended=True))
            else:
                went.errors[task.name] = answer
        return went

    monkeypatch.setattr(plan_views, "run", run)


def made(block, kept=(), stopped=False):
    files = {"model": b"{}", "golden": b"{}"}
    return effects.Effect(row(block), files, {}, kept, stopped)


def test_side_by_side_gives_the_same_networks_as_one_after_the_other(
    material, tmp_path, shown
):
    one = trained(material, tmp_path / "one", shown, workers=1)
    two = trained(material, tmp_path / "two", shown, workers=2)
    assert [r["block"] for r in one] == [r["block"] for r in two] == [1, 16]
    for block in (1, 16):
        name = f"mine-{block}.json"
        same = (tmp_path / "one" / name, tmp_path / "two" / name)
        assert same[0].read_bytes() == same[1].read_bytes()
    bank = json.loads((tmp_path / "two" / "bank.json").read_text())
    assert [m["block"] for m in bank["effects"][0]["models"]] == [1, 16]
    assert "all ━" in shown.file.getvalue()


def test_ctrl_c_keeps_the_best_of_each_and_says_so(
    material, tmp_path, shown, monkeypatch
):
    answers = [made(1, stopped=True), made(16, stopped=True)]
    answering(monkeypatch, answers, stopped=True)
    rows = trained(material, tmp_path, shown, workers=2)
    assert [row["block"] for row in rows] == [1, 16]
    assert shown.file.getvalue().endswith(f"stopped: {tmp_path} has the best so far\n")


def test_a_block_that_ctrl_c_met_before_it_learned_is_named(
    material, tmp_path, shown, monkeypatch
):
    cut = WorkerError("mine block 16: stopped; run the same again to go on")
    answering(monkeypatch, [made(1, stopped=True), cut], stopped=True)
    rows = trained(material, tmp_path, shown, workers=2)
    assert [row["block"] for row in rows] == [1]
    said = shown.file.getvalue().splitlines()
    assert said[-2:] == [
        str(cut),
        f"stopped: {tmp_path} has the best so far, without block 16",
    ]


def test_ctrl_c_before_anything_was_learned_leaves_no_bank(
    material, tmp_path, shown, monkeypatch
):
    cut = WorkerError("stopped; run the same again")
    answering(monkeypatch, [cut, cut], stopped=True)
    with pytest.raises(KeyboardInterrupt):
        trained(material, tmp_path, shown, workers=2)
    assert not list(tmp_path.iterdir())
    assert f"stopped: nothing of mine is in {tmp_path}" in shown.file.getvalue()


def test_a_block_that_fails_leaves_the_other_in_the_bank_and_its_run_on_disk(
    material, tmp_path, shown, monkeypatch
):
    run_on_disk = tmp_path / "one.checkpoint"
    run_on_disk.touch()
    whistles = WhistleError("model whistles at idle")
    answering(monkeypatch, [made(1, (run_on_disk,)), whistles])
    with pytest.raises(WhistleError, match="whistles at idle"):
        trained(material, tmp_path / "bank", shown, workers=2)
    assert "has mine, without block 16 and without a report" in shown.file.getvalue()
    assert (tmp_path / "bank" / "mine-1.json").exists()
    assert run_on_disk.exists()


def test_two_blocks_that_fail_are_one_line(material, tmp_path, monkeypatch):
    answering(monkeypatch, [WhistleError("one"), WorkerError("the other")])
    with pytest.raises(TrainingError, match=r"^one; the other$"):
        trained(material, tmp_path, workers=2)


def test_runs_are_removed_when_all_models_are_written(material, tmp_path, monkeypatch):
    runs = [tmp_path / f"{block}.checkpoint" for block in (1, 16)]
    for run in runs:
        run.touch()
    answering(monkeypatch, [made(16, (runs[1],)), made(1, (runs[0],))])
    rows = trained(material, tmp_path / "bank", workers=2)
    assert [row["block"] for row in rows] == [1, 16]
    assert not any(run.exists() for run in runs)


def test_ctrl_c_begins_no_other_block_on_one_core(
    material, tmp_path, shown, monkeypatch
):
    monkeypatch.setattr(
        effects, "train", lambda _, shape, *__: Result(build(shape), 0.5, 1.0, 1, True)
    )
    rows = trained(material, tmp_path, shown, workers=1)
    assert [row["block"] for row in rows] == [1]
    line = f"stopped: {tmp_path} has the best so far, without block 16\n"
    assert shown.file.getvalue().endswith(line)


def test_a_block_that_fails_on_one_core_stops_no_other(
    material, tmp_path, shown, monkeypatch
):
    found = [WhistleError("model whistles at idle"), made(16)]

    def make(*_):
        one = found.pop(0)
        if isinstance(one, WhistleError):
            raise one
        return one

    monkeypatch.setattr(effects, "make", make)
    with pytest.raises(WhistleError, match="whistles at idle"):
        trained(material, tmp_path / "bank", shown, workers=1)
    assert "has mine, without block 1 and without a report" in shown.file.getvalue()


def test_a_cluster_is_given_the_material_itself(material, tmp_path, monkeypatch):
    asked = []

    def run(tasks, *others):
        asked.append((others[1], [task.arguments[0] for task in tasks]))
        return Plan()

    monkeypatch.setattr(plan_views, "run", run)
    trained(material, tmp_path, ray="local")
    assert asked == [("local", [material, material])]


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_ctrl_c_waits_for_what_must_not_be_cut_whatever_thread_takes_it():
    """A progress bar's thread takes the signal that is blocked in this one."""
    ended, whole = threading.Event(), []
    other = threading.Thread(target=ended.wait)
    other.start()

    def cut():
        with interrupts.held_back():
            os.kill(os.getpid(), signal.SIGINT)
            whole.append(sum(range(100_000)))

    try:
        with pytest.raises(KeyboardInterrupt):
            cut()
    finally:
        ended.set()
        other.join()
    assert whole


def test_mapped_material_is_the_same_and_outlives_its_folder(tmp_path):
    dry = guitar.play(20.0, seed=4)
    one, two = (fragments.material([(dry, 0.5 * dry)]) for _ in range(2))
    folder = tmp_path / "scratch"
    folder.mkdir()
    mapped = lay_out(one, folder).material()
    mapped.train.audio[0] = 9.0
    assert checkpoint.fingerprint(one) == checkpoint.fingerprint(two)
    shutil.rmtree(folder)
    assert np.array_equal(one.test.targets, two.test.targets)
