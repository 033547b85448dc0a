"""Ctrl-C and kills while a plan runs, with real processes and real signals."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANY = 100_000  # updates that nobody waits for
pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


@contextmanager
def program(folder: Path, updates: int) -> Iterator[subprocess.Popen]:
    """The plan in a group of its own, as in a terminal; gone at the end."""
    command = [sys.executable, "-m", "tests.training.plan_program"]
    running = subprocess.Popen(
        [*command, str(folder), str(updates)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.stdout.close()
        running.wait()


def heard_until(running: subprocess.Popen, line: str) -> None:
    """Reads until that line comes."""
    for heard in running.stdout:
        if heard.strip() == line:
            return
    raise AssertionError(f'ended before it said "{line}"')


def test_ctrl_c_keeps_the_best_of_each_model_and_the_next_run_goes_on(tmp_path):
    with program(tmp_path, MANY) as running:
        heard_until(running, "learning")
        os.killpg(running.pid, signal.SIGINT)
        said = running.stdout.read()
        assert running.wait(60) == 1
    assert "Traceback" not in said
    results = re.findall(r"^(one|two) (\d+) (\S+)$", said, re.MULTILINE)
    assert sorted(name for name, *_ in results) == ["one", "two"]
    assert all(0 < int(updates) < MANY for _, updates, _ in results)
    assert all(float(error) < 1.0 for *_, error in results)
    with program(tmp_path, MANY) as running:
        line = running.stdout.readline()
        assert re.match(rf"(one|two) going on after \d+ of {MANY} updates", line)
