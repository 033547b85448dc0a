"""Keeps every report and event in one SQLite file, from a thread of its own.

The console never waits for the disk. A kill at any moment, or a power cut, leaves a
log that reads, up to the last commit (SQLite's write-ahead log, synced at each).
"""

import fcntl
import os
import queue
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pedal.console.ledger import FIRST, KEPT, MAGIC, SCHEMA, Note, is_new
from pedal.console.rig import Rig
from pedal.console.session import Event, Pedal
from pedal.console.telemetry import Report
from pedal.errors import LogError

COMMIT_S = 0.75
CLOSE_S = 5.0
LIMIT_BYTES = 200_000_000  # the oldest reports go beyond it: 14 hours of one pedal
LEAST_BYTES = 1_000_000
BACKLOG = 10  # batches that wait for a slow disk; more are lost, and counted
PART = 50  # of what is kept, dropped at a time
CLOCK_STEP_S = 1.0  # of the time of day; it was set, or the laptop slept
FORGOTTEN = "some events before this one are missing"
PAGES = 250  # of the write-ahead log before it is worked in

COLUMNS = [*FIRST, *(f'"{name}"' for name in KEPT)]
MARKS = ", ".join("?" * len(COLUMNS))
INSERT = f"INSERT INTO reports ({', '.join(COLUMNS)}) VALUES ({MARKS})"


class Taken(NamedTuple):
    """A report on its way to the disk."""

    at_s: float
    pedal: str
    received: int
    lost: int
    drops: str
    report: Report


class Batch(NamedTuple):
    """What one commit writes."""

    reports: list[Taken]
    notes: list[Note]


class Log:
    """One console's log; call `tend` often and `close` at the end."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        """Begins or goes on with a log. Raises LogError where that cannot be."""
        self._path = path
        self._writer = _Writer(path, limit_bytes)
        self._queue: queue.Queue[Batch | None] = queue.Queue(BACKLOG)
        self._batch = Batch([], [])
        self._last: dict[str, Event] = {}
        self._offset_s = self._writer.last_s - time.monotonic()
        self._is_behind = False
        self._handed_s = time.monotonic()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def report(self, pedal: Pedal, now_s: float) -> None:
        """Keeps the pedal's last report."""
        assert pedal.report is not None
        drops = ",".join(f"{kind}={count}" for kind, count in pedal.drops.items())
        counts = (pedal.received, pedal.lost, drops)
        row = Taken(self._wall(now_s), pedal.name, *counts, pedal.report)
        self._batch.reports.append(row)

    def tend(self, rig: Rig, now_s: float) -> str:
        """Hands over what came, when it is time. Returns a new trouble, "" for none."""
        if now_s - self._handed_s >= COMMIT_S:
            self._handed_s = now_s
            self._note(rig, now_s)
            self._hand()
        return self._writer.news()

    def close(self, rig: Rig, now_s: float) -> str:
        """Writes what is left and closes the file. Returns the last trouble.

        A disk that hangs is waited for CLOSE_S, no longer.
        """
        self._note(rig, now_s)
        self._hand()
        with suppress(queue.Full):
            self._queue.put(None, timeout=CLOSE_S)
        self._thread.join(CLOSE_S)
        hangs = (
            f"the disk did not answer within {CLOSE_S:g} s; the last reports are lost"
        )
        return f"log: {hangs}" if self._thread.is_alive() else self._writer.news()

    def _note(self, rig: Rig, now_s: float) -> None:
        """Takes the events that are new since the last time."""
        self._wall(now_s)
        for name, seat in rig.seats.items():
            events, last = seat.pedal.events, self._last.get(name)
            if not events or events[-1] is last:
                continue
            at = next((i for i, event in enumerate(events) if event is last), -1)
            if at < 0 and last is not None:  # more at once than a pedal remembers
                note = Note(events[0].at_s + self._offset_s, name, "log", FORGOTTEN)
                self._batch.notes.append(note)
            for event in events[at + 1 :]:
                note = Note(event.at_s + self._offset_s, name, event.word, event.text)
                self._batch.notes.append(note)
            self._last[name] = events[-1]

    def _hand(self) -> None:
        """To the thread; a disk that is far behind loses the batch."""
        batch, self._batch = self._batch, Batch([], [])
        if not batch.reports and not batch.notes:
            return
        try:
            self._queue.put_nowait(batch)
        except queue.Full:
            self._writer.lose(batch, "the disk is too slow")

    def _wall(self, now_s: float) -> float:
        """The time of day of now_s; even, as the monotonic clock, until it was set.

        A clock that was set back is not followed: a log's reports stay in order.
        """
        offset_s = time.time() - time.monotonic()
        if offset_s - self._offset_s > CLOCK_STEP_S:
            self._offset_s = offset_s
        elif self._offset_s - offset_s > CLOCK_STEP_S and not self._is_behind:
            self._is_behind = True
            self._writer.tell("the clock was set back; times go on from the last one")
        return now_s + self._offset_s

    def _write(self) -> None:
        """The thread."""
        while (batch := self._queue.get()) is not None:
            self._writer.write(batch)
        self._writer.close()


class _Writer:
    """The file; used by the log's thread, but for its news."""

    def __init__(self, path: Path, limit_bytes: int) -> None:
        self._path, self._limit = path, max(limit_bytes, LEAST_BYTES)
        self._starts: dict[tuple[str, str, str], int] = {}
        self._news: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._missing = 0
        self._lock = _locked(path)
        try:
            self._base = _opened(path)
            last = "SELECT at_s FROM reports ORDER BY id DESC LIMIT 1"
            self.last_s: float = (self._base.execute(last).fetchone() or (0.0,))[0]
        except (sqlite3.Error, LogError) as cause:
            os.close(self._lock)
            if isinstance(cause, LogError):
                raise
            raise LogError(f"log {path}: cannot be written: {cause}") from cause

    def tell(self, what: str) -> None:
        """A trouble."""
        self._news.put(f"log {self._path}: {what}")

    def news(self) -> str:
        """The next trouble that was not told, "" for none."""
        try:
            return self._news.get_nowait()
        except queue.Empty:
            return ""

    def lose(self, batch: Batch, why: str) -> None:
        """A batch that cannot be kept; told once until it goes on."""
        if not self._missing:
            self._news.put(
                f"log {self._path}: {why}; reports are missing until it goes on"
            )
        self._missing += len(batch.reports)

    def write(self, batch: Batch) -> None:
        """One commit; what the disk does not take is told, the next is tried again."""
        try:
            with self._base:
                self._base.execute("BEGIN")
                rows = (self._row(taken) for taken in batch.reports)
                self._base.executemany(INSERT, rows)
                insert = "INSERT INTO events (at_s, pedal, word, text) VALUES (?,?,?,?)"
                self._base.executemany(insert, batch.notes)
                self._trim()
        except sqlite3.Error as cause:
            self._starts.clear()  # those of this batch were taken back
            self.lose(batch, f"cannot be written: {cause}")
            return
        if self._missing:
            self._news.put(
                f"log {self._path}: goes on; {self._missing} reports are missing"
            )
            self._missing = 0

    def close(self) -> None:
        """SQLite works its write-ahead log in and takes it away."""
        try:
            self._base.close()
        except sqlite3.Error as cause:
            self._news.put(f"log {self._path}: cannot be written: {cause}")
        os.close(self._lock)

    def _row(self, taken: Taken) -> tuple[object, ...]:
        at_s, pedal, received, lost, drops, report = taken
        start = self._start((pedal, report.boot_id, report.versions))
        table = report._asdict()
        return (at_s, start, received, lost, drops, *[table[name] for name in KEPT])

    def _start(self, start: tuple[str, str, str]) -> int:
        """The row of a pedal's start, made where it is new."""
        if start not in self._starts:
            insert = "INSERT OR IGNORE INTO starts (pedal, boot_id, versions) "
            self._base.execute(f"{insert} VALUES (?,?,?)", start)
            found = "SELECT id FROM starts WHERE (pedal, boot_id, versions) = (?,?,?)"
            self._starts[start] = self._base.execute(found, start).fetchone()[0]
        return self._starts[start]

    def _trim(self) -> None:
        """Drops the oldest until the file's pages in use are within the limit."""
        is_less = True
        while is_less and self._used() > self._limit:
            is_less = False
            for table in ("reports", "events"):
                ends = f"SELECT min(id), max(id) FROM {table}"
                first, last = self._base.execute(ends).fetchone()
                if first is not None and (table == "reports" or last - first > PART):
                    behind = first + (last - first) // PART
                    self._base.execute(f"DELETE FROM {table} WHERE id <= ?", (behind,))
                    is_less = True

    def _used(self) -> int:
        """Bytes in use; freed pages are written again before the file grows."""
        names = ("page_count", "freelist_count", "page_size")
        count, free, size = (
            self._base.execute(f"PRAGMA {name}").fetchone()[0] for name in names
        )
        return (count - free) * size


def _locked(path: Path) -> int:
    """A lock on the file, held until it is closed. Raises LogError."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as cause:
        raise LogError(f"log {path}: cannot be written: {cause.strerror}") from cause
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        os.close(lock)
        other = "another console writes it; name another file"
        raise LogError(f"log {path}: {other}") from cause
    return lock


def _opened(path: Path) -> sqlite3.Connection:
    """The file with its tables, made where it is empty."""
    base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        if is_new(base, path):  # in one commit of the main file
            tables = f"BEGIN; PRAGMA application_id={MAGIC}; {SCHEMA} COMMIT;"
            base.executescript(tables)
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        base.execute(f"PRAGMA wal_autocheckpoint={PAGES}")
        base.execute(f"PRAGMA journal_size_limit={LEAST_BYTES}")
        base.execute("SELECT id FROM reports LIMIT 1")
    except (sqlite3.Error, LogError):
        base.close()
        raise
    return base
