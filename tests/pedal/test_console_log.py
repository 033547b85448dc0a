"""The log: bounded, honest about what it could not keep, and never over other files."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from pedal.console import log as log_module
from pedal.console.ledger import Ledger
from pedal.console.limits import limits_from
from pedal.console.log import COMMIT_S, Log
from pedal.console.rig import Rig, added, heard, passed, written
from pedal.errors import LogError
from tests.pedal.simulated import KEY, telemetry

LIMITS = limits_from()


class Show:
    """A rig of one pedal and a log of it; a report each 50 ms of its own clock."""

    def __init__(self, path: Path, limit_bytes: int = 200_000_000) -> None:
        self.now_s = time.monotonic()
        self.rig = added(Rig(LIMITS), "stage", KEY, self.now_s)
        self.log = Log(path, limit_bytes)
        self.sequence = 0
        self.troubles: list[str] = []

    def play(self, reports: int, **changes: object) -> None:
        for _ in range(reports):
            self.sequence += 1
            self.now_s += 0.05
            report = telemetry(self.sequence, **changes)
            self.rig = heard(self.rig, "stage", report, self.now_s)
            self.log.report(self.rig.seats["stage"].pedal, self.now_s)
            self.tend()

    def tend(self) -> None:
        self.troubles.append(self.log.tend(self.rig, self.now_s))
        deadline_s = time.monotonic() + 5
        while self.log._queue.qsize() > 2 and time.monotonic() < deadline_s:
            time.sleep(0.001)  # the test's clock is faster than any disk

    def close(self) -> list[str]:
        self.troubles.append(self.log.close(self.rig, self.now_s))
        return [trouble for trouble in self.troubles if trouble]


def test_every_report_comes_back_as_it_was(tmp_path):
    path = tmp_path / "show.pedal"
    show = Show(path)
    show.play(50)
    sent = show.rig.seats["stage"].pedal.report
    assert show.close() == []
    with Ledger(path) as ledger:
        entries = list(ledger.entries())
    assert [entry.report.sequence for entry in entries] == list(range(1, 51))
    last = entries[-1]
    assert last.report == sent._replace(key=0)
    assert (last.pedal, last.received, last.lost, last.drops) == ("stage", 50, 0, "")
    assert last.at_s - entries[0].at_s == pytest.approx(49 * 0.05, abs=1e-3)
    assert abs(last.at_s - time.time()) < 10


def test_the_key_of_the_lease_is_not_in_the_file(tmp_path):
    path = tmp_path / "show.pedal"
    show = Show(path)
    show.play(5)
    show.close()
    base = sqlite3.connect(path)
    base.row_factory = sqlite3.Row
    assert "key" not in base.execute("SELECT * FROM told").fetchone().keys()  # noqa: SIM118
    base.close()


def test_alarms_and_events_are_kept(tmp_path):
    path = tmp_path / "show.pedal"
    show = Show(path)
    show.play(30)
    show.play(30, load=91.0)
    show.play(40)
    show.now_s += 4.0
    show.rig = passed(show.rig, show.now_s)
    show.rig = written(show.rig, "stage", show.now_s, "asked", "/bypass 1")
    show.close()
    with Ledger(path) as ledger:
        notes = [(note.word, note.text.split(":")[0]) for note in ledger.notes()]
    assert notes == [
        ("link", "connected"),
        ("WARN", "load"),
        ("over", "load"),
        ("ALARM", "lost"),
        ("asked", "/bypass 1"),
    ]


def test_beyond_its_size_the_oldest_go(tmp_path):
    path = tmp_path / "show.pedal"
    show = Show(path, 1_000_000)
    show.play(12_000)
    assert show.close() == []
    assert path.stat().st_size < 1_200_000
    with Ledger(path) as ledger:
        kept = [entry.report.sequence for entry in ledger.entries()]
    assert kept[-1] == 12_000
    assert kept[0] > 1
    assert kept == list(range(kept[0], 12_001))
    assert len(kept) > 3000


def test_a_log_is_gone_on_with(tmp_path):
    path = tmp_path / "show.pedal"
    for _ in range(2):
        show = Show(path)
        show.play(20)
        show.close()
    with Ledger(path) as ledger:
        assert ledger.span.reports == 40


@pytest.mark.parametrize(
    "content", [b"no log, a poem\n" * 99, b"SQLite format 3\0" + b"x" * 200]
)
def test_a_file_that_is_no_log_is_left_alone(tmp_path, content):
    path = tmp_path / "poem.txt"
    path.write_bytes(content)
    with pytest.raises(LogError, match=r"poem\.txt"):
        Log(path)
    with pytest.raises(LogError, match=r"poem\.txt"):
        Ledger(path)
    assert path.read_bytes() == content


def test_another_programs_tables_are_left_alone(tmp_path):
    path = tmp_path / "contacts.sqlite"
    base = sqlite3.connect(path)
    base.executescript("CREATE TABLE reports (id INTEGER PRIMARY KEY); BEGIN; COMMIT")
    base.close()
    content = path.read_bytes()
    with pytest.raises(LogError, match="another kind of file"):
        Log(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("place", ["no/such/folder/x.pedal", "."])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path, place):
    with pytest.raises(LogError) as error:
        Log(tmp_path / place)
    assert "\n" not in str(error.value)


def test_two_consoles_do_not_write_one_log(tmp_path):
    show = Show(tmp_path / "show.pedal")
    with pytest.raises(LogError, match="another console"):
        Log(tmp_path / "show.pedal")
    show.play(3)
    assert show.close() == []


def test_a_full_disk_is_told_once_and_the_log_goes_on(tmp_path):
    path = tmp_path / "show.pedal"
    show = Show(path)
    show.play(40)
    base = show.log._writer._base
    wait_until_empty(show)
    pages = base.execute("PRAGMA page_count").fetchone()[0]
    base.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own "disk is full"
    show.play(2000)
    wait_until_empty(show)
    base.execute("PRAGMA max_page_count=1000000")
    show.play(60)
    wait_until_empty(show)
    show.play(60)
    told = show.close()
    assert len(told) == 2
    assert "full" in told[0]
    assert "goes on" in told[1]
    with Ledger(path) as ledger:
        kept = [entry.report.sequence for entry in ledger.entries()]
    assert kept[-1] == show.sequence
    missing = int(told[1].split(" reports")[0].split()[-1])
    assert len(kept) + missing == show.sequence


def test_a_disk_that_stands_still_does_not_hold_up_the_console(tmp_path, monkeypatch):
    write = log_module._Writer.write

    def slow(writer, batch):
        time.sleep(0.5)
        write(writer, batch)

    monkeypatch.setattr(log_module._Writer, "write", slow)
    show = Show(tmp_path / "show.pedal")
    began_s = time.monotonic()
    for _ in range(20):
        show.sequence += 1
        show.now_s += COMMIT_S + 0.01
        report = telemetry(show.sequence)
        show.rig = heard(show.rig, "stage", report, show.now_s)
        show.log.report(show.rig.seats["stage"].pedal, show.now_s)
        show.troubles.append(show.log.tend(show.rig, show.now_s))
    assert time.monotonic() - began_s < 0.4
    assert any("too slow" in trouble for trouble in show.troubles)
    show.close()


def test_a_disk_that_hangs_does_not_hold_up_the_end(tmp_path, monkeypatch):
    hanging, let_go = threading.Event(), threading.Event()

    def hang(*_):
        hanging.set()
        let_go.wait(20)

    monkeypatch.setattr(log_module._Writer, "write", hang)
    monkeypatch.setattr(log_module, "CLOSE_S", 0.2)
    show = Show(tmp_path / "show.pedal")
    show.play(30)
    assert hanging.wait(10)
    assert "did not answer within 0.2 s" in show.log.close(show.rig, show.now_s)
    let_go.set()


def wait_until_empty(show: Show) -> None:
    """Until the thread has written what it was handed."""
    deadline_s = time.monotonic() + 10
    while show.log._queue.qsize() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    time.sleep(0.3)


def test_more_events_at_once_than_are_remembered_leave_a_note(tmp_path):
    path = tmp_path / "show.pedal"
    show = Show(path)
    show.play(40)
    for number in range(150):
        show.rig = written(show.rig, "stage", show.now_s, "asked", f"{number}")
    show.close()
    with Ledger(path) as ledger:
        texts = [note.text for note in ledger.notes()]
    assert texts[1:] == [log_module.FORGOTTEN, *map(str, range(50, 150))]


def test_a_log_full_of_starts_does_not_stop(tmp_path):
    show = Show(tmp_path / "show.pedal", 1_000_000)
    writer = show.log._writer
    for number in range(130):
        writer._start(("stage", f"boot-{number}", "x" * 10_000))
    show.play(1)
    assert show.close() == []


def test_a_clock_set_back_does_not_disorder_a_log(tmp_path, monkeypatch):
    path, real = tmp_path / "show.pedal", time.time
    show = Show(path)
    show.play(20)
    monkeypatch.setattr(time, "time", lambda: real() - 3600.0)
    show.play(20)
    assert [trouble.split(": ", 1)[1] for trouble in show.close()] == [
        "the clock was set back; times go on from the last one"
    ]
    again = Show(path)
    again.play(20)
    assert len(again.close()) == 1
    with Ledger(path) as ledger:
        times = [entry.at_s for entry in ledger.entries()]
        assert len(times) == 60
        assert times == sorted(times)
        assert ledger.span.last_s - ledger.span.first_s < 10.0
