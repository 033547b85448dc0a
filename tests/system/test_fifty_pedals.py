"""Fifty pedals at 20 reports a second into one console: none lost, little spent."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedal.console.ledger import Ledger

PEDALS = 50
IS_WHOLE = "PEDAL_CONSOLE_SECONDS" in os.environ  # the benchmark, on an idle machine
SECONDS = float(os.environ.get("PEDAL_CONSOLE_SECONDS", "20"))  # 300 for the whole
WARM_S = 5.0  # Python has imported, all leases are given
CORE_PART = 0.25
# The processor time of the console over that of the pedals, which send what it reads,
# from Python and at the same time: machines and their other work differ, this little.
SPENT_RATIO = 3.0
GROWTH_BYTES = 32e6  # ten minutes of history a pedal, and the log's batches
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def fifty_pedals() -> Iterator[tuple[list[int], subprocess.Popen]]:
    line = [sys.executable, "-m", "tests.system.many_pedals", str(PEDALS)]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline()), process
        process.kill()


def spent_s(pid: int) -> float:
    """User and system time of a process so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf(
        "SC_PAGE_SIZE"
    )


@pytest.mark.parametrize("style", ["--json", "plain"])
def test_fifty_pedals_are_watched_without_a_loss(tmp_path, style):
    seconds = SECONDS if style == "--json" else min(SECONDS, 20.0)
    log, out = tmp_path / "show.pedal", tmp_path / "out.txt"
    line = [sys.executable, "-m", "pedal.cli", "monitor", "--seconds", str(seconds)]
    line += ["--log", str(log), "--log-mb", "1000"]
    with fifty_pedals() as (ports, pedals), out.open("w") as lines:
        boards = [f"--board=127.0.0.1:{port}" for port in ports]
        line += boards + ["--json"] * (style == "--json")
        console = subprocess.Popen(line, stdout=lines, stderr=subprocess.PIPE)
        time.sleep(WARM_S)
        cpu, wall = spent_s(console.pid), time.monotonic()
        sending = spent_s(pedals.pid)
        memory = resident_bytes(console.pid)
        time.sleep(seconds - WARM_S - 2.0)
        cpu = spent_s(console.pid) - cpu
        part = cpu / (time.monotonic() - wall)
        ratio = cpu / (spent_s(pedals.pid) - sending)
        grown = resident_bytes(console.pid) - memory
        _, said = console.communicate(timeout=60)
        assert pedals.stdin
        assert pedals.stdout
        pedals.stdin.close()
        sent = json.loads(pedals.stdout.readline())
    spent = f"{part:.1%} of a core, {ratio:.2f} times the pedals'"
    print(f"{style}: {spent}, {grown / 1e6:+.1f} MB, {sum(sent)} sent")
    assert console.returncode == 0, said
    with Ledger(log) as ledger:
        kept: dict[str, list[int]] = {}
        lost = {}
        for entry in ledger.entries():
            kept.setdefault(entry.pedal, []).append(entry.report.sequence)
            lost[entry.pedal] = entry.lost
    assert len(kept) == PEDALS
    assert not any(lost.values())
    for sequences in kept.values():
        assert sequences == list(range(1, len(sequences) + 1))
    reports = sum(len(sequences) for sequences in kept.values())
    unread = sum(sent) - reports  # came between the last turn and the leave
    assert 0 <= unread <= PEDALS * 20 * 0.5
    assert reports >= PEDALS * 20 * (seconds - WARM_S)
    if style == "--json":
        assert len(out.read_text().splitlines()) == reports
    assert ratio <= SPENT_RATIO
    if IS_WHOLE:
        assert part <= CORE_PART
    assert grown <= GROWTH_BYTES
