"""What a pressed key means to a console: another rig, or intents for a pedal. Pure."""

from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from pedal.console.rig import Rig, Seat, seen, written
from pedal.messages import Value

ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left", "Z": "back"}
ESCAPE = "\x1b"


class Intent(NamedTuple):
    """For one pedal."""

    name: str
    address: str
    args: tuple[Value, ...] = ()


class Wish(Enum):
    """What else a key may ask for."""

    QUIT = "quit"


def keys_in(text: str) -> list[str]:
    """Single keys of what a terminal sent; arrows by name, other sequences left out."""
    keys: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != ESCAPE:
            keys.append(text[at])
            at += 1
            continue
        end = at + 1
        if text[end : end + 1] in ("[", "O"):
            end += 1
            while end < len(text) and not "@" <= text[end] <= "~":
                end += 1
            if end == at + 2 and text[end : end + 1] in ARROWS:
                keys.append(ARROWS[text[end]])
        at = end + 1
    return keys


def press(rig: Rig, key: str, now_s: float) -> tuple[Rig, list[Intent | Wish]]:
    """The rig after a key, and what is to be done in the world."""
    if key in ("q", "\x03", "\x04"):
        return rig, [Wish.QUIT]
    if key == "b":
        return replace(rig, bell=not rig.bell), []
    seat = rig.shown()
    if seat is None:
        return rig, []
    if key in ("\t", "down", "back", "up"):
        return _stepped(rig, -1 if key in ("back", "up") else 1), []
    if key.isdecimal() and 1 <= int(key) <= len(rig.seats):
        return replace(rig, selected=list(rig.seats)[int(key) - 1]), []
    if key == "a":
        return seen(rig, rig.selected, now_s), []
    intent = intent_of(seat, key)
    if intent is None:
        return rig, []
    if seat.pedal.control is False:
        text = f"{intent.address}: this console may only read here"
        return written(rig, rig.selected, now_s, "refused", text), []
    asked = " ".join([intent.address, *map(str, intent.args)])
    return written(rig, rig.selected, now_s, "asked", asked), [intent]


def intent_of(seat: Seat, key: str) -> Intent | None:
    """What a key asks of a pedal that is heard, if anything."""
    name, report = seat.pedal.name, seat.pedal.report
    if report is None:
        return None
    if key == " ":
        return Intent(name, "/bypass/toggle")  # two before the next report are two
    if key in ("n", "right"):
        return Intent(name, "/effect/next")
    if key in ("N", "left"):
        return _previous_effect(seat)
    if key == "p":
        return Intent(name, "/preset/next")
    return Intent(name, "/preset/previous") if key == "P" else None


def _previous_effect(seat: Seat) -> Intent | None:
    """The one before in the bank; before the first comes clean."""
    report, effects = seat.pedal.report, [*seat.pedal.state.effects, "clean"]
    assert report is not None
    if report.effect not in effects or len(effects) == 1:
        return None  # its list has not come yet
    before = effects[effects.index(report.effect) - 1]
    return Intent(seat.pedal.name, "/effect/select", (before,))


def _stepped(rig: Rig, step: int) -> Rig:
    """The next pedal is shown; after the last the first."""
    names = list(rig.seats)
    at = (names.index(rig.selected) + step) % len(names)
    return replace(rig, selected=names[at])
