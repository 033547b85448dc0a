"""What a log comes to: figures of each pedal, its course in columns, its alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pedal.console.alarms import RULES
from pedal.console.ledger import Ledger, Note

COLUMNS = 600  # of a plot; a log of less than ten minutes has one a second
RATE_HZ = 44100.0
HINTS = {rule.code: rule.hint for rule in RULES}

COURSE = """
SELECT pedal, CAST((at_s - ?) / ? AS INTEGER) AS place, avg(load), max(load), max(peak),
  max(p99_us) / 1e3, max(max_us) / 1e3, max(deadline_us) / 1e3,
  max(delay_period), max(delay_converters), max(delay_model), max(input), max(output)
FROM reports r JOIN starts ON starts.id = start GROUP BY pedal, place ORDER BY place
"""
FIGURES = """
SELECT pedal, count(*), min(at_s), max(at_s), avg(load), max(load), max(peak),
  max(p99_us / deadline_us) * 100, max(max_us / deadline_us) * 100,
  max(input), max(output), max(temperature)
FROM reports r JOIN starts ON starts.id = start GROUP BY pedal
"""
COUNTS = """
SELECT pedal, max(underruns) - min(underruns), max(late) - min(late),
  max(input_clip) - min(input_clip)
FROM reports r JOIN starts ON starts.id = start GROUP BY start
"""
# Each console that writes into the log counts from 0 again.
LOST = """
SELECT pedal, sum(CASE WHEN received > max(earlier, 1) THEN lost - known ELSE lost END)
FROM (SELECT pedal, received, lost,
  lag(received, 1, 0) OVER its AS earlier, lag(lost, 1, lost) OVER its AS known
  FROM reports r JOIN starts ON starts.id = start
  WINDOW its AS (PARTITION BY pedal ORDER BY r.id))
GROUP BY pedal
"""


class Column(NamedTuple):
    """A pedal's worst in a piece of time: %, ms, samples, dBFS."""

    at_s: float
    load: float
    high: float
    peak: float
    p99_ms: float
    max_ms: float
    deadline_ms: float
    delay_period: float
    delay_converters: float
    delay_model: float
    input: float
    output: float


@dataclass(frozen=True)
class Figures:
    """One pedal over the whole log; p99 and longest in % of the deadline."""

    pedal: str
    reports: int
    first_s: float
    last_s: float
    load: float
    high: float
    peak: float
    p99: float
    longest: float
    input: float
    output: float
    temperature: float
    underruns: int
    late: int
    clips: int
    lost: int


class Trouble(NamedTuple):
    """An alarm: from when to when, None where the log ends with it."""

    begun_s: float
    over_s: float | None
    pedal: str
    weight: str
    code: str
    cause: str

    def hint(self) -> str:
        """What to do, as the console said."""
        return HINTS.get(self.code, "")


def figures_of(ledger: Ledger) -> list[Figures]:
    """Each pedal's, in the order found."""
    counts: dict[str, list[int]] = {}
    for pedal, *risen in ledger.ask(COUNTS):
        sums = counts.setdefault(pedal, [0, 0, 0])
        counts[pedal] = [a + b for a, b in zip(sums, risen, strict=True)]
    lost = dict(ledger.ask(LOST))
    rows = {row[0]: row for row in ledger.ask(FIGURES)}
    return [
        Figures(*[*rows[name], *counts[name], max(lost[name], 0)])
        for name in ledger.pedals
        if name in rows
    ]


def course_of(ledger: Ledger) -> tuple[float, dict[str, list[Column]]]:
    """Seconds of a column, and the columns of each pedal that have a report."""
    span = ledger.span
    each_s = max((span.last_s - span.first_s) / COLUMNS, 1.0)
    course: dict[str, list[Column]] = {}
    for pedal, place, *values in ledger.ask(COURSE, span.first_s, each_s):
        at_s = span.first_s + (place + 0.5) * each_s
        course.setdefault(pedal, []).append(Column(at_s, *values))
    return each_s, course


def troubles_of(notes: Sequence[Note]) -> list[Trouble]:
    """Alarms in the order raised, each with the end that belongs to it."""
    found: list[Trouble] = []
    holding: dict[tuple[str, str], int] = {}
    for note in notes:
        if note.word in ("ALARM", "WARN"):
            code, _, cause = note.text.partition(": ")
            holding[note.pedal, code] = len(found)
            trouble = Trouble(note.at_s, None, note.pedal, note.word, code, cause)
            found.append(trouble)
        elif note.word == "over":
            place = holding.pop((note.pedal, note.text), None)
            if place is not None:
                found[place] = found[place]._replace(over_s=note.at_s)
    return found
