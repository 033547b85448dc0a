"""`pedal monitor` on simulated pedals: lines, JSON, exits, hostile packets, keys."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pedal.console.ledger import Ledger
from pedal.osc import encode
from tests.pedal.simulated import REPORT
from tests.system.simulated_pedal import SimulatedPedal
from tests.system.terminal import NO_TMUX, Terminal

MONITOR = [sys.executable, "-m", "pedal.cli", "monitor"]
in_a_terminal = pytest.mark.skipif(bool(NO_TMUX), reason=NO_TMUX)


def at(pedal: SimulatedPedal) -> list[str]:
    return ["--board", f"127.0.0.1:{pedal.port}"]


def monitor(*options: str, limit_s: float = 60.0) -> subprocess.CompletedProcess:
    """A console without a terminal, to its end."""
    return subprocess.run(
        [*MONITOR, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )


def test_json_is_one_object_a_report():
    with SimulatedPedal() as pedal:
        done = monitor(*at(pedal), "--json", "--seconds", "3")
        assert pedal.consoles == {}, "the console has not left"
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) > 20
    numbers = [row["sequence"] for row in rows]
    assert numbers == list(range(1, len(rows) + 1))
    assert {row["effect"] for row in rows} == {"screamer"}
    assert rows[-1]["watch"] == []


def test_without_a_terminal_it_prints_a_line_a_second_and_pedal():
    with SimulatedPedal() as left, SimulatedPedal(effect="rodent") as right:
        done = monitor(*at(left), *at(right), "--seconds", "4")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert 4 <= len(lines) <= 8
    assert " OK screamer block 1 load 12.0 % " in lines[-2]
    assert f"127.0.0.1:{right.port} OK rodent" in lines[-1]


def test_where_no_pedal_answers_one_line_says_what_to_do():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        name = f"127.0.0.1:{silent.getsockname()[1]}"
        done = monitor("--board", name)
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"pedal: pedal at {name}: no answer within 5 s; start"
    )
    assert (done.stdout.count("SEARCHING") > 2, done.stderr.count("\n")) == (True, 1)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--board", "no-such-host.invalid"], "pedal: pedal at no-such-host.invalid:"),
        (["--board", "x:y"], "pedal: --board: expected HOST or HOST:PORT"),
        (["--seconds", "-1"], "pedal: --seconds: expected above 0, found -1"),
        (["--thresholds", "no-such-file"], "pedal: thresholds no-such-file: cannot be"),
    ],
)
def test_what_cannot_be_meant_is_one_line(options, says):
    done = monitor(*options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1


def test_a_full_disk_under_its_lines_is_one_line():
    with SimulatedPedal() as pedal, Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*MONITOR, *at(pedal)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_a_clean_end(number):
    with SimulatedPedal() as pedal:
        process = subprocess.Popen(
            [*MONITOR, *at(pedal)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert " OK " in process.stdout.readline() + process.stdout.readline()
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "")
        time.sleep(0.2)
        assert pedal.consoles == {}


def test_hostile_datagrams_are_dropped_and_counted():
    """Garbage, a wrong key, a replay and another address, at a console that watches."""
    with SimulatedPedal() as pedal:
        process = subprocess.Popen(
            [*MONITOR, *at(pedal), "--json", "--seconds", "6"],
            stdout=subprocess.PIPE,
            text=True,
        )
        process.stdout.readline()
        (console,) = pedal.consoles
        key = pedal.consoles[console][0]
        row = REPORT | {"key": key, "sequence": 1, "effect": "evil"}
        wrong = row | {"key": key % 1000 + 1, "sequence": 9999}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.2", 0))
            evil = row | {"sequence": 500}
            stranger.sendto(encode("/telemetry", list(evil.values())), console)
        for datagram in (
            b"\0\0\0",
            b"/telemetry\0\0,i\0\0\0\0\0\1",
            encode("/telemetry", list(wrong.values())),
            encode("/telemetry", list(row.values())),
        ):
            pedal.speaking.sendto(datagram, console)
        rows = [
            json.loads(line)
            for line in process.communicate(timeout=60)[0].split("\n")[:-1]
        ]
    assert rows[-1]["drops"] == {
        "malformed": 2,
        "spoofed": 1,
        "wrong key": 1,
        "replayed": 1,
        "re-ordered": 0,
    }
    assert {row["effect"] for row in rows} == {"screamer"}
    assert rows[-1]["lost"] == 0


@in_a_terminal
def test_keys_ask_the_pedal_and_the_screen_follows_its_echo(tmp_path):
    with (
        SimulatedPedal() as pedal,
        Terminal(tmp_path, [*MONITOR, *at(pedal)]) as terminal,
    ):
        terminal.wait_for("screamer ON")
        terminal.press("Space", "Space", "Space")  # all before the next report
        terminal.wait_for("screamer BYPASS")
        terminal.press("n")
        terminal.wait_for("blues BYPASS")
        terminal.press("N")
        terminal.wait_for("screamer BYPASS")
        terminal.press("p")
        terminal.wait_for("asked    /preset/next")
        terminal.press("b")
        terminal.wait_for("bell is on")
        terminal.press("q")
        text = terminal.wait_for("exit 0")
    assert "0 lost on the way" in text
    assert [address for address, _ in pedal.taken] == [
        "/bypass/toggle",
        "/bypass/toggle",
        "/bypass/toggle",
        "/effect/next",
        "/effect/select",
        "/preset/next",
    ]


@in_a_terminal
def test_where_control_is_not_allowed_keys_send_nothing(tmp_path):
    with (
        SimulatedPedal(control=0) as pedal,
        Terminal(tmp_path, [*MONITOR, *at(pedal)]) as terminal,
    ):
        terminal.wait_for("read-only")
        terminal.wait_for("signal flows")  # before the first report keys mean nothing
        terminal.press("Space", "n", "p")
        terminal.wait_for("this console may only read here")
    assert pedal.taken == []


@in_a_terminal
def test_a_lost_pedal_is_told_and_found_again(tmp_path):
    with (
        SimulatedPedal() as pedal,
        Terminal(tmp_path, [*MONITOR, *at(pedal), "--bell"]) as terminal,
    ):
        terminal.wait_for("signal flows")
        pedal.is_mute = True
        terminal.wait_for("lost: no report")
        pedal.is_mute = False
        terminal.wait_for("heard again after")
        text = terminal.wait_for("OVER")
        assert "CONNECTED" in text
        terminal.press("a")
        terminal.wait_for("ALARMS  none")


@in_a_terminal
def test_two_pedals_have_a_line_each(tmp_path):
    with (
        SimulatedPedal() as left,
        SimulatedPedal(effect="rodent", temperature=90.0) as right,
        Terminal(tmp_path, [*MONITOR, *at(left), *at(right)]) as terminal,
    ):
        terminal.wait_for("pedal 1 of 2")
        text = terminal.wait_for("temperature")
        assert f"▶127.0.0.1:{left.port}" in text
        terminal.press("Tab")
        text = terminal.wait_for("pedal 2 of 2")
        assert f"▶127.0.0.1:{right.port}" in text
        assert "temperature 90 C" in text
        terminal.press("C-c")
        terminal.wait_for("exit 0")


def test_every_report_is_kept_in_the_log(tmp_path):
    with SimulatedPedal() as pedal:
        log = ["--log", str(tmp_path / "show.pedal")]
        done = monitor(*at(pedal), *log, "--json", "--seconds", "3")
    assert (done.returncode, done.stderr) == (0, "")
    with Ledger(tmp_path / "show.pedal") as ledger:
        kept = [entry.report.sequence for entry in ledger.entries()]
    shown = [json.loads(line)["sequence"] for line in done.stdout.splitlines()]
    assert kept == shown
