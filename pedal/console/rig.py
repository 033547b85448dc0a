"""All pedals that a console watches, with their alarms; what a screen is drawn from.

Pure and frozen: each function takes a Rig and gives the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from pedal.console.alarms import Alarm, Watch, Weight, acknowledged, watch
from pedal.console.session import Drop, Link, Pedal, dropped, noted, reduce, rekeyed
from pedal.console.thresholds import Limits
from pedal.messages import Reading

__all__ = ["Pedal", "Rig", "Seat", "reduce"]


@dataclass(frozen=True)
class Seat:
    """One pedal and its alarms."""

    pedal: Pedal
    watch: Watch = field(default_factory=Watch)

    def verdict(self, now_s: float) -> str:
        """How it is, in one word: the link's, or OK, WARN, ALARM."""
        link = self.pedal.link(now_s)
        if link is not Link.CONNECTED:
            return "LOST" if link is Link.LOST else str(link)
        weights = {alarm.weight for alarm in self.watch.holding()}
        if Weight.ALARM in weights:
            return "ALARM"
        return "WARN" if weights else "OK"


@dataclass(frozen=True)
class Rig:
    """seats: by the pedal's name, in the order found. bells: rung so far, for the bell.

    bell: whether a new alarm is to be heard. selected: the name of the pedal shown.
    """

    limits: Limits
    seats: Mapping[str, Seat] = field(default_factory=lambda: MappingProxyType({}))
    selected: str = ""
    bell: bool = False
    bells: int = 0

    def shown(self) -> Seat | None:
        """The selected pedal's."""
        return self.seats.get(self.selected)


def added(rig: Rig, name: str, key: int, now_s: float) -> Rig:
    """A pedal to look for; the first is selected."""
    seat = Seat(Pedal(name, key, now_s))
    return replace(_seated(rig, name, seat), selected=rig.selected or name)


def removed(rig: Rig, name: str) -> Rig:
    """Without a pedal; where it was selected, the first is."""
    seats = {known: seat for known, seat in rig.seats.items() if known != name}
    selected = rig.selected if rig.selected in seats else next(iter(seats), "")
    return replace(rig, seats=MappingProxyType(seats), selected=selected)


def doubles(rig: Rig) -> list[str]:
    """Names of pedals that are there under an earlier name: the same start of one."""
    boots: set[str] = set()
    found = []
    for name, seat in rig.seats.items():
        boot_id = seat.pedal.boot_id
        if boot_id and boot_id in boots:
            found.append(name)
        boots.add(boot_id)
    return found


def heard(rig: Rig, name: str, reading: Reading, now_s: float) -> Rig:
    """After a checked message from the address of a pedal."""
    seat = rig.seats[name]
    pedal = reduce(seat.pedal, reading, now_s)
    return _watched(rig, name, Seat(pedal, seat.watch), now_s)


def refused(rig: Rig, name: str, kind: Drop) -> Rig:
    """After a datagram that was not taken."""
    seat = rig.seats[name]
    return _seated(rig, name, replace(seat, pedal=dropped(seat.pedal, kind)))


def renewed(rig: Rig, name: str, key: int) -> Rig:
    """A new lease under another key."""
    seat = rig.seats[name]
    return _seated(rig, name, replace(seat, pedal=rekeyed(seat.pedal, key)))


def passed(rig: Rig, now_s: float) -> Rig:
    """Time has passed: pedals may be lost, alarms over."""
    for name, seat in rig.seats.items():
        rig = _watched(rig, name, seat, now_s)
    return rig


def written(rig: Rig, name: str, now_s: float, word: str, text: str) -> Rig:
    """A line in a pedal's event log."""
    seat = rig.seats[name]
    return _seated(rig, name, replace(seat, pedal=noted(seat.pedal, now_s, word, text)))


def seen(rig: Rig, name: str, now_s: float) -> Rig:
    """All alarms of a pedal are acknowledged."""
    seat = rig.seats[name]
    count = len(seat.watch.unseen())
    if not count:
        return rig
    rig = _seated(rig, name, replace(seat, watch=acknowledged(seat.watch)))
    return written(rig, name, now_s, "seen", f"{count} acknowledged")


def _seated(rig: Rig, name: str, seat: Seat) -> Rig:
    return replace(rig, seats=MappingProxyType({**rig.seats, name: seat}))


def _watched(rig: Rig, name: str, seat: Seat, now_s: float) -> Rig:
    """Looks at the rules; alarms that begin or end go into the log, and ring."""
    after = watch(seat.watch, seat.pedal, now_s, rig.limits)
    if after is seat.watch:
        return rig if seat is rig.seats.get(name) else _seated(rig, name, seat)
    before = {alarm.code for alarm in seat.watch.holding()}
    new = [alarm for alarm in after.holding() if alarm.code not in before]
    ended = before - {alarm.code for alarm in after.holding()}
    pedal = seat.pedal
    for alarm in new:
        pedal = noted(pedal, now_s, alarm.weight, f"{alarm.code}: {alarm.cause}")
    for code in sorted(ended):
        pedal = noted(pedal, now_s, "over", code)
    rig = _seated(rig, name, Seat(pedal, after))
    return replace(rig, bells=rig.bells + 1) if new else rig


def alarms_of(rig: Rig) -> list[tuple[str, Alarm]]:
    """(pedal, alarm) of all pedals that hold."""
    return [
        (name, alarm)
        for name, seat in rig.seats.items()
        for alarm in seat.watch.holding()
    ]
