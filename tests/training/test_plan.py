"""A plan: side by side, one process each, and no failure stops the others."""

import json
import multiprocessing
import re
import socket
import subprocess
import sys
import types
from pathlib import Path

import pytest
import torch
from rich.console import Console

from tests.training.plan_tasks import (
    broken,
    doubled,
    full_disk,
    killed,
    met,
    refused,
    unsendable,
)
from training import cluster, effects, factory, plan, plan_views
from training.errors import TrainingError, WorkerError
from training.plan import Message, Task
from training.run import Report
from training.timing import TimeLeft


def run(tasks: list[Task], workers: int = 2):
    """Runs a plan.   returns: how it went, and the results by task."""
    results = {}

    def heed(message: Message) -> None:
        if message.result is not None:
            results[message.task.name] = message.result

    return plan.side_by_side(tasks, workers, heed), results


def test_every_task_gives_its_result():
    tasks = [Task(f"task {n}", doubled, (n,)) for n in range(1, 4)]
    went, results = run(tasks)
    assert results == {"task 1": 2, "task 2": 4, "task 3": 6}
    assert not went.errors


def test_failures_are_one_line_each_and_stop_no_other():
    tasks = [Task("refused", refused, ()), Task("killed", killed, ())]
    tasks += [Task("full", full_disk, ()), Task("broken", broken, ())]
    tasks += [Task("unsendable", unsendable, ()), Task("good", doubled, (4,))]
    went, results = run(tasks)
    assert results == {"good": 8}
    assert str(went.errors["refused"]) == "nothing to learn"
    assert "killed: its process was killed by SIGKILL; run the same again" in str(
        went.errors["killed"]
    )
    assert "No space left on device; run it again to go on" in str(went.errors["full"])
    assert str(went.errors["broken"]).startswith("broken: IndexError: no such row; ")
    assert str(went.errors["unsendable"]).startswith("unsendable: ")
    assert all("\n" not in str(error) for error in went.errors.values())


def test_a_network_that_finds_no_memory_is_one_line():
    with pytest.raises(RuntimeError) as found:
        torch.empty(1 << 50)
    line = str(plan.in_a_line(Task("blues block 1", doubled, (1,)), found.value))
    assert line == ("blues block 1: found too little memory; run fewer side by side")


def mute(watch) -> None:
    """Fails before it says a word."""
    del watch
    raise TrainingError("nothing to learn")


@pytest.mark.parametrize("task", [refused, mute])
def test_a_worker_whose_parent_is_gone_ends_without_a_traceback(task):
    ours, theirs = multiprocessing.Pipe(duplex=False)
    ours.close()
    plan.work(Task("one", task, ()), theirs)


def test_the_traceback_of_a_bug_is_there_for_who_asks(monkeypatch, capsys):
    monkeypatch.setenv("PEDAL_VERBOSE", "1")
    plan.in_a_line(Task("one", doubled, (1,)), IndexError("no such row"))
    assert capsys.readouterr().err == "IndexError: no such row\n"


def test_two_workers_work_at_once_on_one_thread_each(tmp_path):
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    _, results = run([Task("one", met, (one, two)), Task("two", met, (two, one))])
    assert results == {"one": 1, "two": 1}


def test_a_result_that_cannot_be_kept_is_an_error_of_its_task():
    def heed(message: Message) -> None:
        if message.ended:
            raise TrainingError("bank.json: cannot be written")

    went = plan.side_by_side([Task("one", doubled, (1,))], 1, heed)
    assert str(went.errors["one"]) == "bank.json: cannot be written"


def test_the_board_shows_each_running_task_and_the_time_of_all():
    console = Console(width=90, record=True, force_terminal=True)
    tasks = [
        Task(name, doubled, (1,)) for name in ("screamer block 1", "blues block 1")
    ]
    board = plan_views.Board(console, tasks, 1, None)
    report = Report(done=0.25, error=0.0004, seconds_left=75.0)
    board.heed(Message(tasks[0], report=report))
    console.print(board.bar.get_renderable())
    text = console.export_text()
    assert "screamer block 1" in text
    assert "ESR 0.040 %, 1:15 left" in text
    assert "2:55 left" in text  # 75 s of this one and 100 s of the one that waits


@pytest.mark.parametrize(
    ("running", "waiting", "workers", "left"),
    [([60.0], 0, 2, 60.0), ([60.0, 20.0], 2, 2, 140.0), ([200.0, 1.0], 0, 2, 200.0)],
)
def test_the_time_of_all_counts_what_waits(running, waiting, workers, left):
    found = plan_views.seconds_left(running, waiting, workers, [100.0])
    assert found == pytest.approx(left)


def test_the_time_left_is_right_within_a_fifth_after_a_tenth_of_the_run():
    """A slow first update, ten validations of 30 updates each, one at the very end."""
    clock, left = 0.0, TimeLeft(updates=1000, validations=10)
    estimates = []
    for done in range(1, 1001):
        seconds = 5.0 if done == 1 else 0.01
        left.update.note(seconds)
        clock += seconds
        validated = done // 100
        if done % 100 == 0:
            left.validation.note(0.3)
            clock += 0.3
        estimates.append((clock, left.seconds(done, validated, clock)))
    for moment, estimate in estimates[100:900]:
        assert estimate == pytest.approx(clock - moment, rel=0.2)


def test_a_budget_of_seconds_bounds_the_time_left():
    left = TimeLeft(updates=10**6, validations=0, budget=20.0)
    for _ in range(10):
        left.update.note(0.1)
    assert left.seconds(10, 0, elapsed=1.0) == pytest.approx(19.0)


@pytest.mark.parametrize("updates", [1100, 10**6])
def test_the_validations_are_paid_for_by_the_budget_but_for_the_last(updates):
    """Ten of 1 s in 20 s; 1,100 updates of 10 ms end beside the clock, 10**6 never."""
    clock, left, estimates = 0.0, TimeLeft(updates, validations=10, budget=20.0), []
    done = validated = 0
    while clock < 20.0:
        left.update.note(0.01)
        done, clock = done + 1, clock + 0.01
        if clock < 20.0 and clock >= 2.0 * (validated + 1):
            left.validation.note(1.0)
            validated, clock = validated + 1, clock + 1.0
        estimates.append((clock, left.seconds(done, validated, clock)))
    clock += 1.0
    for moment, estimate in estimates:
        if moment > 0.1 * clock:
            assert estimate == pytest.approx(clock - moment, rel=0.2)


def test_the_first_validation_of_a_short_budget_is_not_taken_for_long():
    left = TimeLeft(updates=10**6, validations=10, budget=20.0)
    left.update.note(0.1)
    assert left.seconds(1, 0, elapsed=0.1) == pytest.approx(20.1)


def test_without_ray_the_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(WorkerError, match=r"found no Ray .* '\.\[cluster\]'"):
        cluster.on_ray([Task("one", doubled, (1,))], "local", lambda _: None)


@pytest.mark.parametrize("kind", ["{}", "ray://{}"])
def test_a_cluster_that_is_not_there_is_one_line_at_once(kind):
    """Ray itself would try for minutes, and say so in lines of its own."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = kind.format("{}:{}".format(*closed.getsockname()))
    asked = []
    ray = types.SimpleNamespace(init=lambda *_, **__: asked.append(1))
    with pytest.raises(WorkerError, match=rf"--ray {address}: no cluster answers"):
        cluster.connect(ray, address)
    assert not asked
    for other in ("local", "auto"):
        cluster.connect(ray, other)
    with socket.create_server(("127.0.0.1", 0)) as there:
        cluster.connect(ray, kind.format("{}:{}".format(*there.getsockname())))
    assert len(asked) == 3


def test_the_same_plan_runs_on_a_local_cluster(tmp_path):
    """In a network of its own, as Ray listens on every interface there is."""
    pytest.importorskip("ray", reason="Ray is not installed (extra [cluster])")
    alone = ["unshare", "--net", "--map-root-user", "sh", "-c"]
    if subprocess.run([*alone, "ip link set lo up"]).returncode:
        pytest.skip("unshare or ip may not make a network here")
    script = 'ip link set lo up && exec "$0" -m tests.training.on_ray "$1"'
    line = [*alone, script, sys.executable, str(tmp_path)]
    found = subprocess.run(line, capture_output=True, text=True, timeout=480)
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout.splitlines()[-1])  # Ray tells of the dead one first
    results = told["results"]
    assert (results["good"], results["refused"]) == (6, "nothing to learn")
    assert results["model"] == [1, [None, None, 1]]
    lost = r"killed: lost on the cluster: [^\n]+; run it again"
    assert re.fullmatch(lost, results["killed"])
    updates, error = results["long"]  # Ctrl-C kept its best
    assert updates > 0
    assert error < 1.0
    assert told["errors"] == ["killed", "refused"]
    assert told["stopped"]


def test_a_plan_keeps_finished_runs_until_all_are(tmp_path, monkeypatch):
    run_on_disk, written = tmp_path / "one.checkpoint", []
    run_on_disk.touch()
    row = {"quality": {"esr": 0.001}, "gain_db": 0.0, "idle_dbfs": -120.0}
    effect = effects.Effect(row, {}, {}, kept=(run_on_disk,))
    monkeypatch.setattr(effects, "write", lambda *what: written.append(what))
    runs: list[Path] = []
    done = Message(Task("blues block 1", doubled, (1,)), result=effect, ended=True)
    factory.write(tmp_path, Console(quiet=True), runs, done)
    assert runs == [run_on_disk]
    assert [(name, kept.kept) for _, name, kept in written] == [("blues", ())]
