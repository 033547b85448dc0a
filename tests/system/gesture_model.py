"""What presses mean under a foot map: the README's and board.toml's words as a model.

No code of the pedal's: a list of presses in, what must be told out. Times in ms.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

RATE_HZ = 44100
SWITCHES = ("bypass", "effect")
CHORD_MS, DOUBLE_MS, LONG_MS = 60, 300, 500
BOUNCE = 220  # samples: 5 ms
GAPS_MS = (60, 350)  # between two gestures: triple taps, a chord and a tap at once
EDGE_MS = 15  # off a window's end: bounce makes a press up to 5 ms late
# Each switch moves a parameter of its own, so that two at once need no order.
PARAMS = {"bypass": "tone", "effect": "level", "bypass+effect": "trim"}
VALUES = {"press": 1, "latch": 2, "momentary": 3, "long": 4, "double": 5, "chord": 6}


@dataclass(frozen=True)
class Row:
    """A row of the foot map; has_off: the negative value, let go or pressed again."""

    kind: str
    switches: str
    has_off: bool = False

    @property
    def param(self) -> str:
        return PARAMS[self.switches]

    def message(self, sign: int = 1) -> str:
        return f"/param/set {self.param} {sign * VALUES[self.kind]}"


@dataclass(frozen=True)
class Press:
    """A foot on a switch from `down` to `up`."""

    switch: str
    down: int
    up: int


def is_off_edges(one: Press, other: Press) -> bool:
    """Whether bounce cannot bring these two into a window, or out of it."""
    window_ms = DOUBLE_MS if one.switch == other.switch else CHORD_MS
    return abs(abs(one.down - other.down) - window_ms) >= EDGE_MS


@dataclass(frozen=True)
class Told:
    """An echo that must come, from `at_ms` on."""

    at_ms: int
    param: str
    value: int


def setting(rows: Sequence[Row], at: int) -> list[dict[str, Any]]:
    """The messages that make `rows` the whole map, at a sample."""

    def event(address: str, *args: str) -> dict[str, Any]:
        return {"at": at, "osc": {"address": address, "args": [*args, 0, at]}}

    events = [
        event("/gesture/clear", "", "latch", "bypass"),
        event("/gesture/clear", "", "press", "effect"),
    ]
    for row in rows:
        off = row.message(-1) if row.has_off else ""
        events.append(
            event("/gesture/set", "", row.kind, row.switches, row.message(), off)
        )
    return events


def fired(rows: Sequence[Row], presses: Sequence[Press]) -> list[tuple[int, Row, bool]]:
    """(when, row, whether a momentary was let go), in the order of time."""
    found: list[tuple[int, Row, bool]] = []
    used: set[Press] = set()
    order = sorted(presses, key=lambda press: press.down)

    def row_of(switch: str, *kinds: str) -> Row | None:
        for row in rows:
            if row.kind in kinds and switch in row.switches.split("+"):
                return row
        return None

    def partner(press: Press, same: bool, within_ms: int) -> Press | None:
        for other in order:
            near = 0 <= other.down - press.down <= within_ms
            fits = (other.switch == press.switch) == same
            if near and fits and other is not press and other not in used:
                return other
        return None

    for press in order:
        if press in used:
            continue
        used.add(press)
        chord = row_of(press.switch, "chord")
        double = row_of(press.switch, "double")
        held = row_of(press.switch, "long")
        momentary = row_of(press.switch, "momentary")
        plain = row_of(press.switch, "press", "latch")
        if chord and (other := partner(press, False, CHORD_MS)):
            used.add(other)
            found.append((other.down, chord, False))
        elif double and (other := partner(press, True, DOUBLE_MS)):
            used.add(other)
            found.append((other.down, double, False))
        elif held and press.up - press.down >= LONG_MS:
            found.append((press.down + LONG_MS, held, False))
        elif momentary:
            found += [(press.down, momentary, False), (press.up, momentary, True)]
        elif plain:
            waits = [press.down]
            waits += [press.down + CHORD_MS] if chord else []
            waits += [press.down + DOUBLE_MS] if double else []
            waits += [press.up] if held else []
            found.append((max(waits), plain, False))
    return sorted(found, key=lambda item: item[0])


def expected(rows: Sequence[Row], presses: Sequence[Press]) -> list[Told]:
    """What the engine must tell, by parameter in this order."""
    now: dict[str, int] = {}
    told = []
    for at_ms, row, let_go in fired(rows, presses):
        value = VALUES[row.kind]
        again = row.has_off and row.kind != "momentary" and now.get(row.param) == value
        now[row.param] = -value if let_go or again else value
        told.append(Told(at_ms, row.param, now[row.param]))
    return told


def contacts(presses: Sequence[Press], draw: random.Random) -> list[dict[str, Any]]:
    """The pins' events, with up to 5 ms of bounce after each edge."""
    events = []
    for press in presses:
        channel = SWITCHES.index(press.switch)
        for edge_ms, level in ((press.down, 0), (press.up, 1)):
            at = edge_ms * RATE_HZ // 1000
            chatter = sorted(draw.sample(range(1, BOUNCE), 2 * draw.randrange(6)))
            for number, offset in enumerate([0, *chatter]):
                now = level if number % 2 == 0 else 1 - level
                pin = {"channel": channel, "value": now}
                events.append({"at": at + offset, "digital": pin})
    return sorted(events, key=lambda event: event["at"])
