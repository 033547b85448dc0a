"""A console among strangers: what they send is dropped, counted, shown, never kept."""

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedal.console.ledger import Ledger
from pedal.osc import encode
from tests.pedal.simulated import REPORT
from tests.system.simulated_pedal import SimulatedPedal

FOREIGN = REPORT | {"boot_id": "boot-666", "load": 99.0, "effect": "fuzz", "key": 13}
SEEDS = [
    encode("/telemetry", list(FOREIGN.values())),
    encode("/monitor/lease", ["boot-666", 1, 0, 13, 10, 1, 1, 5]),
    encode("/echo/bypass", ["boot-666", 9, 0, 1]),
    encode("/alarm", ["boot-666", 9, 0, "nan", "a lie"]),
]
MANY = 3000
A_TURN = 30  # sent at once: as many as a socket's buffer takes on a busy machine


def spoilt(chance: random.Random) -> bytes:
    """One of the seeds with bytes changed, cut off, put in or doubled; or noise."""
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            data[at:at] = chance.randbytes(chance.randrange(9))
        elif kind == 3:
            data[at:at] = data[: chance.randrange(60)]
        elif chance.random() < 0.2:
            data = bytearray(chance.randbytes(chance.randrange(2000)))
    return bytes(data)


@contextmanager
def console(pedal: SimulatedPedal, out: Path, *options: str) -> Iterator[tuple]:
    """A console at a pedal, its process and its address."""
    line = [sys.executable, "-m", "pedal.cli", "monitor", "--seconds", "60", *options]
    with out.open("w") as lines:
        process = subprocess.Popen(
            [*line, f"--board=127.0.0.1:{pedal.port}"],
            stdout=lines,
            stderr=subprocess.PIPE,
        )
        end_s = time.monotonic() + 30
        while out.stat().st_size == 0 and time.monotonic() < end_s:
            time.sleep(0.05)
        yield process, next(iter(pedal.consoles))
        process.terminate()
        process.communicate(timeout=20)


def last(out: Path) -> dict:
    return json.loads(out.read_text().splitlines()[-1])


def wait_for_drops(out: Path, count: int) -> dict:
    """The last report, when so many were dropped; or what there is after 20 s."""
    end_s = time.monotonic() + 20
    while time.monotonic() < end_s:
        time.sleep(0.2)
        text = out.read_text()
        row = json.loads(text[: text.rindex("\n")].splitlines()[-1])
        if sum(row["drops"].values()) >= count:
            return row
    return row


def test_spoilt_and_foreign_datagrams_are_dropped_and_counted(tmp_path):
    out, log = tmp_path / "out.txt", tmp_path / "show.pedal"
    chance = random.Random(4)
    with (
        SimulatedPedal() as pedal,
        console(pedal, out, "--json", "--log", str(log)) as (process, place),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        for number in range(MANY):
            stranger.sendto(spoilt(chance), place)
            if number % A_TURN == 0:
                time.sleep(0.03)
        row = wait_for_drops(out, MANY)
        assert process.poll() is None
    assert sum(row["drops"].values()) == MANY
    assert row["drops"]["malformed"] > MANY / 2
    assert row["drops"]["wrong key"] > 20
    assert row["drops"]["spoofed"] == 0
    assert row["lost"] == 0
    assert row["watch"] == []
    with Ledger(log) as ledger:
        reports = [entry.report for entry in ledger.entries()]
    assert {report.boot_id for report in reports} == {"boot-1"}
    assert {(report.load, report.effect) for report in reports} == {(12.0, "screamer")}
    sequences = [report.sequence for report in reports]
    assert sequences == list(range(1, len(sequences) + 1))


def test_replayed_reordered_and_spoofed_reports_are_told_apart(tmp_path):
    out = tmp_path / "out.txt"
    with SimulatedPedal() as pedal, console(pedal, out, "--json") as (_, place):
        key, sequence = pedal.consoles[place]
        true = REPORT | {"key": key, "load": 99.0, "sequence": sequence + 1}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.2", 0))  # even with the key that it overheard
            for _ in range(7):
                stranger.sendto(encode("/telemetry", list(true.values())), place)
        old = encode("/telemetry", list((true | {"sequence": 1}).values()))
        for _ in range(5):
            pedal.speaking.sendto(old, place)
        pedal.consoles[place][1] += 3  # three that come late
        time.sleep(0.5)
        for late in (1, 2, 3):
            row = true | {"sequence": sequence_of_gap(out) + late}
            pedal.speaking.sendto(encode("/telemetry", list(row.values())), place)
        found = wait_for_drops(out, 15)
        text = out.read_text()
    assert found["drops"] == {
        "malformed": 0,
        "spoofed": 7,
        "wrong key": 0,
        "replayed": 5,
        "re-ordered": 3,
    }
    assert found["lost"] == 0
    assert '"load": 99.0' not in text


def sequence_of_gap(out: Path) -> int:
    """The report before the gap in a console's lines."""
    text = out.read_text()
    rows = [json.loads(line) for line in text[: text.rindex("\n")].splitlines()]
    numbers = [row["sequence"] for row in rows]
    after = {number + 1 for number in numbers} - set(numbers)
    return min(after) - 1


@pytest.mark.parametrize("kind", ["folder", "poem"])
def test_a_log_that_cannot_be_is_one_line_and_the_console_goes_on(tmp_path, kind):
    path = tmp_path / "poem.txt"
    path.write_text("not a log\n" * 50)
    place = {"folder": tmp_path / "none" / "x.pedal", "poem": path}[kind]
    with SimulatedPedal() as pedal:
        board = f"--board=127.0.0.1:{pedal.port}"
        line = [sys.executable, "-m", "pedal.cli", "monitor", board, "--seconds", "3"]
        done = subprocess.run(
            [*line, "--json", "--log", str(place)],
            capture_output=True,
            text=True,
            check=True,
        )
    assert len(done.stdout.splitlines()) > 20
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"pedal: log {place}: ")
    assert path.read_text() == "not a log\n" * 50
