"""The tables of a log, and its reading. Any SQLite tool reads it: `SELECT * FROM told`.

reports: each report that the console took, in the order taken; units are those of
/telemetry in pedal/protocol/messages.toml. at_s: seconds since 1970 by this laptop.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from pedal.console.telemetry import Report
from pedal.errors import LogError
from pedal.protocol.protocol import MESSAGES

MAGIC = 0x50444C31  # "PDL1", in the file's header: it is a log of ours
OF_START = ("boot_id", "versions")  # the same from start to end: a table of its own
NOT_KEPT = ("request", "key", *OF_START)  # the key is not to be told to others
KEPT = tuple(name for name in Report._fields if name not in NOT_KEPT)
TYPES = {"i": "INTEGER", "f": "REAL", "s": "TEXT"}
KINDS = {arg.name: TYPES[arg.type] for arg in MESSAGES["/telemetry"].args}
FIRST = ("at_s", "start", "received", "lost", "drops")
CHUNK = 500  # reports read at once

SCHEMA = f"""
CREATE TABLE starts (id INTEGER PRIMARY KEY, pedal TEXT, boot_id TEXT, versions TEXT,
  UNIQUE (pedal, boot_id, versions));
CREATE TABLE reports (id INTEGER PRIMARY KEY, at_s REAL, start INTEGER,
  received INTEGER, lost INTEGER, drops TEXT,
  {", ".join(f'"{name}" {KINDS[name]}' for name in KEPT)});
CREATE TABLE events (id INTEGER PRIMARY KEY, at_s REAL, pedal TEXT, word TEXT,
  text TEXT);
CREATE VIEW told AS SELECT reports.id, datetime(at_s, 'unixepoch', 'localtime') AS time,
  pedal, boot_id, versions, reports.* FROM reports JOIN starts ON starts.id = start;
"""


class Entry(NamedTuple):
    """One report as it was taken. drops: "spoofed=2,malformed=1", "" for none."""

    id: int
    at_s: float
    pedal: str
    received: int
    lost: int
    drops: str
    report: Report


class Note(NamedTuple):
    """A line of a pedal's event log."""

    at_s: float
    pedal: str
    word: str
    text: str


class Span(NamedTuple):
    """From the first to the last report, and how many there are."""

    first_s: float
    last_s: float
    reports: int


def is_new(base: sqlite3.Connection, path: Path) -> bool:
    """False for a log, True for a file with nothing in it; else raises LogError."""
    try:
        magic = base.execute("PRAGMA application_id").fetchone()[0]
        tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except sqlite3.DatabaseError as cause:
        if "not a database" not in str(cause):
            raise
        magic, tables = 0, 1
    if magic != MAGIC and tables:
        raise LogError(
            f"log {path}: expected a log of `pedal monitor`, found another kind of "
            "file; it is left as it was, name another one"
        )
    return not tables


class Ledger:
    """A log that is read, also while a console writes it. Close it, or use `with`."""

    def __init__(self, path: Path) -> None:
        """Raises LogError where there is no log with a report in it."""
        self._path = path
        self._base = self._opened()
        first = self._one("SELECT min(id), max(id), count(*) FROM reports")
        if not first[2]:
            self.close()
            raise LogError(f"log {path}: expected reports, found none in it")
        at = [
            self._one(f"SELECT at_s FROM reports WHERE id = {i}")[0] for i in first[:2]
        ]
        self.span = Span(at[0], max(at), first[2])
        rows = self._all("SELECT DISTINCT pedal FROM starts ORDER BY id")
        self.pedals = [name for (name,) in rows]

    def entries(self, after: int = 0, until_s: float = 1e18) -> Iterator[Entry]:
        """Reports in the order taken, from the one behind that id on."""
        columns = ", ".join(f'r."{name}"' for name in KEPT)
        query = (
            f"SELECT r.id, at_s, pedal, received, lost, drops, boot_id, versions, "
            f"{columns} FROM reports r JOIN starts ON starts.id = start "
            f"WHERE r.id > ? AND at_s < ? ORDER BY r.id LIMIT {CHUNK}"
        )
        while rows := self._all(query, after, until_s):
            for row in rows:
                yield _entry(row)
            after = rows[-1][0]

    def before(self, at_s: float) -> int:
        """The id of the last report before a moment, 0 for none; by halving."""
        low, high = self._one("SELECT min(id) - 1, max(id) FROM reports")
        while low < high:
            middle = (low + high + 1) // 2
            query = "SELECT at_s FROM reports WHERE id >= ? ORDER BY id LIMIT 1"
            if self._one(query, middle)[0] < at_s:
                low = middle
            else:
                high = middle - 1
        return low

    def seconds(self, after: int, last: int) -> list[tuple[str, int, float, float]]:
        """(pedal, second, highest load, highest peak) of the reports after..last."""
        query = (
            "SELECT pedal, CAST(at_s AS INTEGER) AS second, max(load), max(peak) "
            "FROM reports r JOIN starts ON starts.id = start "
            "WHERE r.id > ? AND r.id <= ? GROUP BY pedal, second ORDER BY second"
        )
        return self._all(query, after, last)

    def ask(self, query: str, *args: float) -> list[tuple]:
        """The rows of any query. Raises LogError where the file breaks off."""
        return self._all(query, *args)

    def notes(self, until_s: float = 1e18) -> list[Note]:
        """All events before a moment, in their order."""
        query = "SELECT at_s, pedal, word, text FROM events WHERE at_s < ? ORDER BY id"
        return [Note(*row) for row in self._all(query, until_s)]

    def close(self) -> None:
        """Closes the file."""
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> sqlite3.Connection:
        """To read only; on a disk that can't be written it takes no part in locking."""
        if not self._path.is_file():
            expected = "expected a log of `pedal monitor --log`, found nothing"
            raise LogError(f"log {self._path}: {expected}")
        place = self._path.absolute().as_uri()
        try:
            return self._tried(f"{place}?mode=ro")
        except sqlite3.Error:
            pass
        try:
            return self._tried(f"{place}?mode=ro&immutable=1")
        except sqlite3.Error as cause:
            raise LogError(f"log {self._path}: cannot be read: {cause}") from cause

    def _tried(self, place: str) -> sqlite3.Connection:
        base = sqlite3.connect(place, uri=True)
        try:
            if is_new(base, self._path):
                raise LogError(f"log {self._path}: expected reports, found none in it")
            base.execute("SELECT id FROM reports LIMIT 1")
        except (sqlite3.Error, LogError):
            base.close()
            raise
        return base

    def _all(self, query: str, *args: float) -> list:
        try:
            return self._base.execute(query, args).fetchall()
        except sqlite3.Error as cause:
            raise LogError(f"log {self._path}: cannot be read: {cause}") from cause

    def _one(self, query: str, *args: float) -> tuple:
        return self._all(query, *args)[0]


def _entry(row: tuple) -> Entry:
    """A row of the query in `entries`."""
    table = dict(zip(KEPT, row[8:], strict=True))
    report = Report(boot_id=row[6], versions=row[7], request=0, key=0, **table)
    number, at_s, pedal, received, lost, drops = row[:6]
    return Entry(number, at_s, pedal, received, lost, drops, report)
