"""A console that is killed at any moment leaves a log that reads."""

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pedal.console.ledger import Ledger
from pedal.errors import LogError

ROUNDS = 9
AT_ONCE = 4
MOST_S = 3.6  # until a kill
KEPT_WITHIN_S = 2.0


def begun(path: Path, number: int) -> subprocess.Popen:
    """A writer; every second one drops its oldest all the time."""
    size, rate = ("1", "2500") if number % 2 else ("200", "400")
    line = [sys.executable, "-m", "tests.system.log_writer", str(path), size, rate]
    return subprocess.Popen(line, stdout=subprocess.PIPE, text=True)


def handed(out: str, before_s: float) -> int:
    """How many reports the log was given before a moment."""
    rows = [line.split() for line in out.splitlines() if line.count(" ") == 1]
    times = [(int(number), float(at_s)) for number, at_s in rows if "." in at_s]
    return max((number for number, at_s in times if at_s < before_s), default=0)


def is_whole(path: Path) -> bool:
    base = sqlite3.connect(path)
    try:
        return base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        base.close()


def sequences_in(path: Path) -> list[int]:
    """Of all reports kept; none where the kill came before the first commit."""
    try:
        with Ledger(path) as ledger:
            return [entry.report.sequence for entry in ledger.entries()]
    except LogError as error:
        if "expected reports, found none" not in str(error):
            raise
        return []


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_kill_at_any_moment_leaves_a_log_that_reads(tmp_path, number):
    chance = random.Random(number)
    after_s = sorted(chance.uniform(0.3, MOST_S) for _ in range(AT_ONCE))
    paths = [tmp_path / f"{place}.pedal" for place in range(AT_ONCE)]
    began_s = time.monotonic()
    writers = [begun(path, place) for place, path in enumerate(paths)]
    killed_s = []
    for writer, wait_s in zip(writers, after_s, strict=True):
        time.sleep(max(began_s + wait_s - time.monotonic(), 0))
        killed_s.append(time.monotonic())
        writer.kill()
    for writer, path, at_s in zip(writers, paths, killed_s, strict=True):
        out, _ = writer.communicate()
        due = handed(out, at_s - KEPT_WITHIN_S)
        sequences = []
        if path.exists():
            assert is_whole(path)
            sequences = sequences_in(path)
        last = sequences[-1] if sequences else 0
        assert last >= due
        assert sequences == list(range(last - len(sequences) + 1, last + 1))
        assert due == 0 or len(sequences) > 100


def test_a_killed_log_is_gone_on_with(tmp_path):
    path = tmp_path / "show.pedal"
    for _ in range(2):
        writer = begun(path, 0)
        assert writer.stdout
        while int(writer.stdout.readline().split()[0]) < 800:
            pass
        writer.kill()
        writer.communicate()
    with Ledger(path) as ledger:
        sequences = [entry.report.sequence for entry in ledger.entries()]
    restart = sequences.index(1, 1)
    assert restart > 100
    assert len(sequences) - restart > 100
