"""A log as a rig at any moment of it: what the console showed then.

Alarms follow from the reports by the same rules; the event log is the one kept. Times
are those of the log, seconds since 1970.
"""

import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pedal.console.alarms import acknowledged
from pedal.console.course import HISTORY_S, NO_SLOT, Slot
from pedal.console.ledger import Entry, Ledger, Note
from pedal.console.rig import Rig, Seat, added, heard, passed, renewed
from pedal.console.session import EVENTS, Drop, Event
from pedal.console.thresholds import Limits
from pedal.messages import Reading

WARM_S = 5.0  # of reports that are read one by one before the moment jumped to
GAP_S = 10.0  # without any report: passed over
LOOK_S = 0.5  # between two looks for what is missing
KEY = 0  # of all leases in a log


@dataclass
class Past:
    """A log at a moment. at_s moves by `to` and `advance`; rig is what was then."""

    ledger: Ledger
    limits: Limits
    at_s: float = 0.0
    rig: Rig = field(init=False)
    is_over: bool = False

    def __post_init__(self) -> None:
        self._notes: dict[str, list[Note]] = {}
        for note in self.ledger.notes():
            self._notes.setdefault(note.pedal, []).append(note)
        self._seen: dict[str, int] = {}
        self.rig = Rig(self.limits)
        self.to(self.ledger.span.first_s)

    def to(self, at_s: float) -> None:
        """Jumps to a moment; outside the log to its nearer end."""
        span = self.ledger.span
        self.at_s = min(max(at_s, span.first_s), span.last_s)
        warm_s = self.at_s - WARM_S
        after = self.ledger.before(warm_s)
        self._begin(after, warm_s)
        self._entries = self.ledger.entries(after)
        self._next = next(self._entries, None)
        self._looked_s = self._heard_s = warm_s
        self.is_over = False
        for _ in self.advance(0.0):
            pass

    def advance(self, seconds: float, budget_s: float = 1e9) -> Iterator[Seat]:
        """On by so much, at most as far as budget_s of work goes; each report's seat.

        Where the log is silent for long it goes on with the next report.
        """
        until_s, began_s = self.at_s + seconds, time.monotonic()
        while (entry := self._next) is not None:
            if entry.at_s > until_s:
                if until_s - self._heard_s < GAP_S:
                    break
                until_s = self.at_s = entry.at_s
            if time.monotonic() - began_s > budget_s:
                until_s = max(self.at_s, min(entry.at_s, until_s))
                break
            self._look(entry.at_s)
            self._take(entry)
            self._heard_s = entry.at_s
            self.at_s = max(self.at_s, entry.at_s)
            yield self.rig.seats[entry.pedal]
            self._next = next(self._entries, None)
        self.is_over = self._next is None
        if not self.is_over:
            self.at_s = max(self.at_s, until_s)
        self._look(self.at_s)
        self._tell()

    def alarm(self, step: int) -> float | None:
        """When the next (1) or last (-1) alarm of any pedal began; None for none."""
        times = sorted(
            note.at_s
            for notes in self._notes.values()
            for note in notes
            if note.word in ("ALARM", "WARN")
        )
        if step > 0:
            return next((at for at in times if at > self.at_s + 0.1), None)
        return next((at for at in reversed(times) if at < self.at_s - 1.0), None)

    def _begin(self, after: int, now_s: float) -> None:
        """Before that report: only the load of the ten minutes until then."""
        selected = self.rig.selected
        self.rig = Rig(self.limits)
        for name in self.ledger.pedals:
            self.rig = added(self.rig, name, KEY, now_s)
        self.rig = replace(self.rig, selected=selected or self.rig.selected)
        histories: dict[str, list[Slot]] = {}
        first = self.ledger.before(now_s - HISTORY_S)
        for name, second, worst, peak in self.ledger.seconds(first, after):
            histories.setdefault(name, []).append(Slot(second, worst, peak))
        for name, slots in histories.items():
            kept = tuple(slots[-HISTORY_S:-1])
            self._seat(name, history=kept, slot=slots[-1] if slots else NO_SLOT)
        self._seen = {name: self._told(name, now_s) for name in self.rig.seats}

    def _take(self, entry: Entry) -> None:
        """One report, through the reducer that took it when it came."""
        name, report = entry.pedal, entry.report
        if name not in self.rig.seats:
            self.rig = added(self.rig, name, KEY, entry.at_s)
        pedal = self.rig.seats[name].pedal
        if report.sequence <= pedal.sequence:  # another lease, or console
            self.rig = renewed(self.rig, name, KEY)
        if report.boot_id in pedal.boots:
            self._seat(name, boots=())
        reading = Reading("/telemetry", tuple(report))
        self.rig = heard(self.rig, name, reading, entry.at_s)
        drops = MappingProxyType(_drops(entry.drops))
        self._seat(name, received=entry.received, lost=entry.lost, drops=drops)

    def _look(self, until_s: float) -> None:
        """What is missing is seen in its time; of a long silence its beginning only."""
        seen_s = min(until_s, self._looked_s + GAP_S)
        while self._looked_s + LOOK_S <= seen_s:
            self._looked_s += LOOK_S
            self.rig = passed(self.rig, self._looked_s)
        if seen_s < until_s:
            self._looked_s = until_s

    def _tell(self) -> None:
        """The event logs as they were; what was acknowledged then is so now."""
        for name in self.rig.seats:
            notes, count = self._notes.get(name, []), self._told(name, self.at_s)
            words = [note.word for note in notes[self._seen.get(name, 0) : count]]
            self._seen[name] = count
            events = (Event(n.at_s, n.word, n.text) for n in notes[:count][-EVENTS:])
            self._seat(name, events=tuple(events))
            if "seen" in words:
                seat = self.rig.seats[name]
                self._put(name, replace(seat, watch=acknowledged(seat.watch)))

    def _told(self, name: str, at_s: float) -> int:
        """How many of a pedal's events had been until then."""
        return bisect_right(self._notes.get(name, []), at_s, key=lambda note: note.at_s)

    def _seat(self, name: str, **changes: object) -> None:
        seat = self.rig.seats[name]
        pedal = replace(seat.pedal, **changes)  # type: ignore[arg-type]
        self._put(name, replace(seat, pedal=pedal))

    def _put(self, name: str, seat: Seat) -> None:
        seats = MappingProxyType({**self.rig.seats, name: seat})
        self.rig = replace(self.rig, seats=seats)


def _drops(text: str) -> dict[Drop, int]:
    """ "spoofed=2,malformed=1" as counts."""
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    kinds = {str(kind): kind for kind in Drop}
    return {kinds[kind]: int(count) for kind, _, count in pairs if kind in kinds}
