"""What a console knows of one pedal: its last report, its link, ten minutes of load.

Pure: `reduce` takes a message and the time, and gives the next frozen Pedal. A report
costs the same whatever came before: the history grows by one slot a second.
All times are seconds of one monotonic clock, given by the caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import NamedTuple

from pedal.console.course import NO_SLOT, Slot, last_times, remembered
from pedal.console.telemetry import Report, report_of, risen
from pedal.messages import Reading
from pedal.state import Session
from pedal.state import reduce as follow

STALE_S = 1.0  # without a report: what is shown is old
LOST_S = 3.0
EVENTS = 100  # kept of each pedal
WINDOW = 64  # sequence numbers back in which a late report is told from a replayed one
BOOTS = 8  # earlier starts of the pedal that are remembered, against replay


class Drop(StrEnum):
    """Why a datagram was not taken."""

    MALFORMED = "malformed"
    SPOOFED = "spoofed"  # from another address than the pedal's
    WRONG_KEY = "wrong key"
    REPLAYED = "replayed"
    REORDERED = "re-ordered"


class Link(StrEnum):
    """How the pedal is heard."""

    SEARCHING = "SEARCHING"
    CONNECTED = "CONNECTED"
    STALE = "STALE"
    LOST = "LOST"


class Event(NamedTuple):
    """Something that happened. word: what kind, in one word."""

    at_s: float
    word: str
    text: str


@dataclass(frozen=True)
class Pedal:
    """One pedal, as far as it was heard.

    key: of our lease, comes back in each report. sequence: of the last report taken, 0
    for none; seen: bit n is set where report (sequence - n) came. heard_s, flowing_s,
    signal_s, underrun_s, input_clip_s, output_clip_s: when a report came last, blocks
    went on, signal flowed, ...; -inf for never. gap_s: since when the pedal's revision
    is ahead of the state we followed, None while it is not. went_back_s: when the
    revision last fell without a restart. control: intents from here are taken; None
    where the pedal has not said. refusal: why it gives no lease. fault: code, cause and
    time of its last /alarm.
    """

    name: str
    key: int
    since_s: float
    boot_id: str = ""
    boots: tuple[str, ...] = ()
    sequence: int = 0
    seen: int = 0
    received: int = 0
    lost: int = 0
    drops: Mapping[Drop, int] = field(default_factory=lambda: MappingProxyType({}))
    report: Report | None = None
    heard_s: float = -inf
    flowing_s: float = -inf
    signal_s: float = -inf
    underrun_s: float = -inf
    input_clip_s: float = -inf
    output_clip_s: float = -inf
    gap_s: float | None = None
    went_back_s: float = -inf
    control: bool | None = None
    consoles: int = 0
    refusal: str = ""
    fault: tuple[str, str, float] = ("", "", -inf)
    state: Session = field(default_factory=Session)
    slot: Slot = NO_SLOT
    history: tuple[Slot, ...] = ()
    events: tuple[Event, ...] = ()

    def age_s(self, now_s: float) -> float:
        """Since the last report; since the search began where there was none."""
        return now_s - (self.since_s if self.report is None else self.heard_s)

    def link(self, now_s: float) -> Link:
        """How it is heard now."""
        age_s = self.age_s(now_s)
        if self.report is None:
            return Link.SEARCHING
        if age_s < STALE_S:
            return Link.CONNECTED
        return Link.STALE if age_s < LOST_S else Link.LOST


def reduce(pedal: Pedal, reading: Reading, now_s: float) -> Pedal:
    """The next state after one checked message from the pedal's own address."""
    if reading.address == "/telemetry":
        return _report(pedal, report_of(reading.args), now_s)
    row = reading.named()
    if "boot_id" not in row:
        return dropped(pedal, Drop.MALFORMED)
    boot_id = str(row["boot_id"])
    if boot_id in pedal.boots:
        return dropped(pedal, Drop.REPLAYED)
    if reading.address == "/monitor/lease":
        if row["key"] != pedal.key:
            return dropped(pedal, Drop.WRONG_KEY)
        pedal = _of_boot(pedal, boot_id, now_s)
        control, consoles = bool(row["control"]), int(row["consoles"])
        if (control, consoles) == (pedal.control, pedal.consoles):
            return pedal
        return replace(pedal, control=control, consoles=consoles)
    if row.get("address") == "/monitor/subscribe" and pedal.report is None:
        return replace(pedal, refusal=str(row["reason"]))
    if boot_id != pedal.boot_id:  # only a lease or a report, by its key, names a boot
        return dropped(pedal, Drop.WRONG_KEY)
    return _told(pedal, reading, now_s)


def dropped(pedal: Pedal, kind: Drop) -> Pedal:
    """Counts a datagram that was not taken."""
    drops = {**pedal.drops, kind: pedal.drops.get(kind, 0) + 1}
    return replace(pedal, drops=MappingProxyType(drops))


def rekeyed(pedal: Pedal, key: int) -> Pedal:
    """A new lease under another key; its reports count from 1 again."""
    return replace(pedal, key=key, sequence=0, seen=0)


def noted(pedal: Pedal, at_s: float, word: str, text: str) -> Pedal:
    """Writes a line into the pedal's event log."""
    return replace(pedal, events=(*pedal.events, Event(at_s, word, text))[-EVENTS:])


def _report(pedal: Pedal, report: Report, now_s: float) -> Pedal:
    """A report: dropped where its key or order is not right, else taken."""
    if report.key != pedal.key:
        return dropped(pedal, Drop.WRONG_KEY)
    if report.boot_id in pedal.boots or report.sequence < 1:
        return dropped(pedal, Drop.REPLAYED)
    pedal = _of_boot(pedal, report.boot_id, now_s)
    step = report.sequence - pedal.sequence
    if step <= 0:
        return _late(pedal, -step)
    before = pedal.report
    moved = _changes(pedal, before, report, now_s)
    slot, history = remembered(pedal.slot, pedal.history, report, now_s)
    return replace(
        moved,
        sequence=report.sequence,
        seen=(pedal.seen << min(step, WINDOW) | 1) & (1 << WINDOW) - 1,
        received=pedal.received + 1,
        lost=pedal.lost + step - 1,
        report=report,
        heard_s=now_s,
        slot=slot,
        history=history,
        gap_s=_gap(pedal, report, now_s),
        **last_times(before, report, now_s),
    )


def _late(pedal: Pedal, back: int) -> Pedal:
    """A report older than the last: it came late, or a second time."""
    if back >= min(WINDOW, pedal.sequence) or pedal.seen >> back & 1:
        return dropped(pedal, Drop.REPLAYED)
    found = replace(pedal, seen=pedal.seen | 1 << back, lost=pedal.lost - 1)
    return dropped(found, Drop.REORDERED)


def _of_boot(pedal: Pedal, boot_id: str, now_s: float) -> Pedal:
    """The pedal under this start of it; a new one begins to count anew."""
    if boot_id == pedal.boot_id:
        return pedal
    if not pedal.boot_id:
        return replace(pedal, boot_id=boot_id)
    flowed = pedal.signal_s > -inf
    fresh = replace(
        pedal,
        boot_id=boot_id,
        boots=(*pedal.boots, pedal.boot_id)[-BOOTS:],
        sequence=0,
        seen=0,
        report=None,
        since_s=now_s,
        flowing_s=now_s,
        signal_s=now_s if flowed else -inf,
        gap_s=None,
        fault=("", "", -inf),
    )
    return noted(fresh, now_s, "link", "the pedal has started again")


def _gap(pedal: Pedal, report: Report, now_s: float) -> float | None:
    """Since when the pedal's revision is ahead of the state that we followed."""
    if pedal.state.boot_id != report.boot_id:
        return None  # no state yet, so none that is old
    if report.revision <= pedal.state.revision and not pedal.state.wants_snapshot:
        return None
    return now_s if pedal.gap_s is None else pedal.gap_s


def _changes(
    pedal: Pedal, before: Report | None, report: Report, now_s: float
) -> Pedal:
    """The event log after a report: the link, and what sounds."""
    if before is None:
        return noted(pedal, now_s, "link", f"connected: {report.versions}")
    if now_s - pedal.heard_s >= STALE_S:
        gone_s = now_s - pedal.heard_s
        pedal = noted(pedal, now_s, "link", f"heard again after {gone_s:.1f} s")
    if before.effect != report.effect:
        pedal = noted(pedal, now_s, "effect", report.effect or "dry")
    if before.preset != report.preset and report.preset:
        pedal = noted(pedal, now_s, "preset", report.preset)
    if before.bypass != report.bypass:
        pedal = noted(pedal, now_s, "bypass", "on" if report.bypass else "off")
    if before.block != report.block:
        pedal = noted(pedal, now_s, "block", str(report.block))
    if (refused := risen(before.refused, report.refused)) > 0:
        text = f"{refused} intents from addresses that may not control"
        pedal = noted(pedal, now_s, "refused", text)
    return pedal


def _told(pedal: Pedal, reading: Reading, now_s: float) -> Pedal:
    """An echo, a snapshot, a list, a refusal or an alarm."""
    row = reading.named()
    state = follow(pedal.state, reading)
    report, gap_s = pedal.report, pedal.gap_s
    if not state.wants_snapshot and report and report.revision <= state.revision:
        gap_s = None
    after = replace(pedal, state=state, gap_s=gap_s)
    if reading.address == "/echo/rejected":
        return noted(after, now_s, "refused", f"{row['address']}: {row['reason']}")
    if reading.address == "/alarm":
        code, text = str(row["code"]), str(row["text"])
        if code != "recovered":
            after = replace(after, fault=(code, text, now_s))
        return noted(after, now_s, "pedal", f"{code}: {text}")
    return after
