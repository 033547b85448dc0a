"""Turns a performance file (TOML, the pedal's score) into the engine's events. Pure.

    [[event]]
    at_s = 0.5                                                    # one of:
    message = { address = "/effect/select", args = ["rodent"] }   # as by OSC
    gui = { address = "/bypass", args = [1] }                     # as by the browser
    footswitch = { name = "bypass", down = true }
    knob = { name = "drive", position = 0.7 }                     # 0..1
    cable = { pulled = true }                                     # silent input
    fault = "nan"                                                 # or "overload"

Names and pins come from pedal/protocol/board.toml. Events may stand in any order.
"""

import math
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pedal.errors import PerformanceError
from pedal.protocol.protocol import FOOTSWITCHES, KNOBS, MESSAGES, PARAMS

RATE_HZ = 44100
MAX_BYTES = 4 * 1024 * 1024
LAST_SAMPLE = 2**31 - 1  # what a message's `at` can hold
Event = dict[str, Any]


def load(path: Path, effects: Sequence[str] = ()) -> list[Event]:
    """The events of a file; effects are the ids that may be selected (none: any).

    Raises PerformanceError naming file, event, found and expected.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PerformanceError(f"{path}: expected at most {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise PerformanceError(f"{path}: cannot be read: {cause}") from cause
    return parse(text, str(path), effects)


def parse(text: str, name: str, effects: Sequence[str] = ()) -> list[Event]:
    """The events of a text, sorted by sample, as the engine's --performance wants them.

    Each is {"at": sample, and one of "digital", "analog", "osc", "gui", "cable"}.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as cause:
        raise PerformanceError(f"{name}: not TOML: {cause}") from cause
    rows = table.pop("event", [])
    if table:
        raise PerformanceError(
            f"{name}: expected only [[event]], found {', '.join(table)}"
        )
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PerformanceError(f"{name}: expected a list of [[event]]")
    if any(_loads_bank(row) for row in rows):
        effects = ()  # those of another bank may be meant
    events = []
    for number, row in enumerate(rows, start=1):
        try:
            events.append(_event(row, effects))
        except PerformanceError as cause:
            raise PerformanceError(f"{name}: event {number}: {cause}") from cause
    return sorted(events, key=lambda event: event["at"])


def message_event(
    address: str, args: Sequence[Any], at: int, wire: str = "osc"
) -> Event:
    """A message at a sample, which the message itself carries too, to the very sample.

    One with too few or too many arguments is left as it is; the engine drops it.
    """
    own = len(MESSAGES[address].args) if address in MESSAGES else -1
    if len(args) == own:
        args = [*args, 0, at]
    elif len(args) == own + 1:
        args = [*args, at]
    return {"at": at, wire: {"address": address, "args": list(args)}}


def _loads_bank(row: dict[str, Any]) -> bool:
    """True for the message that brings another bank."""
    bodies = (row.get("message"), row.get("gui"))
    return any(
        isinstance(body, dict) and body.get("address") == "/bank/load"
        for body in bodies
    )


def _event(row: dict[str, Any], effects: Sequence[str]) -> Event:
    """One event of the engine."""
    unknown = sorted(set(row) - {"at_s", *KINDS})
    if unknown:
        raise PerformanceError(
            f'unknown field "{unknown[0]}"; there are {", ".join(KINDS)}'
        )
    kinds = [kind for kind in KINDS if kind in row]
    if len(kinds) != 1:
        raise PerformanceError(
            f"expected one of {', '.join(KINDS)}, found {len(kinds)}"
        )
    at = round(_number(row, "at_s", 0.0, LAST_SAMPLE / RATE_HZ) * RATE_HZ)
    return KINDS[kinds[0]](row[kinds[0]], at, effects)


def _number(row: dict[str, Any], field: str, low: float, high: float) -> float:
    """A number in low..high."""
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PerformanceError(f"{field}: expected a number, found {value!r}")
    if not low <= value <= high:
        raise PerformanceError(f"{field}: expected {low:g} to {high:g}, found {value}")
    return float(value)


def _fields(value: object, *names: str) -> dict[str, Any]:
    """A table of exactly these fields."""
    if not isinstance(value, dict) or set(value) != set(names):
        found = ", ".join(value) if isinstance(value, dict) else repr(value)
        raise PerformanceError(f"expected the fields {', '.join(names)}, found {found}")
    return value


def _flag(row: dict[str, Any], field: str) -> bool:
    """true or false."""
    value = row[field]
    if not isinstance(value, bool):
        raise PerformanceError(f"{field}: expected true or false, found {value!r}")
    return value


def _known(what: str, name: object, names: Sequence[str]) -> str:
    """A name that exists."""
    if not isinstance(name, str) or name not in names:
        raise PerformanceError(f"no {what} {name!r}; there are {', '.join(names)}")
    return name


def _footswitch(value: object, at: int, _: Sequence[str]) -> Event:
    """Foot down closes the switch to ground."""
    row = _fields(value, "name", "down")
    switch = FOOTSWITCHES[_known("footswitch", row["name"], tuple(FOOTSWITCHES))]
    level = switch.pressed if _flag(row, "down") else 1 - switch.pressed
    return {"at": at, "digital": {"channel": switch.digital, "value": level}}


def _knob(value: object, at: int, _: Sequence[str]) -> Event:
    """A position 0..1 as the fraction of full scale that the pin reads."""
    row = _fields(value, "name", "position")
    knob = KNOBS[_known("knob", row["name"], tuple(KNOBS))]
    position = _number(row, "position", 0.0, 1.0)
    reading = knob.low + (knob.high - knob.low) * position
    return {"at": at, "analog": {"channel": knob.analog, "value": reading}}


def _cable(value: object, at: int, _: Sequence[str]) -> Event:
    """The input cable, pulled or plugged."""
    return {"at": at, "cable": {"pulled": _flag(_fields(value, "pulled"), "pulled")}}


def _fault(value: object, at: int, _: Sequence[str]) -> Event:
    """A broken model, for tests."""
    kind = _known("fault", value, ("nan", "overload"))
    return message_event("/fault/inject", [kind], at)


def _message(
    value: object, at: int, effects: Sequence[str], wire: str = "osc"
) -> Event:
    """A message; effect and parameter must exist, the rest is the engine's to judge."""
    row = dict(value) if isinstance(value, dict) else value
    if isinstance(row, dict):
        row.setdefault("args", [])
    row = _fields(row, "address", "args")
    address, args = row["address"], row["args"]
    if not isinstance(address, str) or not address.startswith("/") or "\0" in address:
        raise PerformanceError(
            f"address: expected text like /bypass, found {address!r}"
        )
    if not isinstance(args, list):
        raise PerformanceError(f"args: expected a list, found {args!r}")
    for number, arg in enumerate(args):
        _check_arg(f"args[{number}]", arg)
    if address == "/footswitch":
        raise PerformanceError(
            "/footswitch is for live play; use footswitch = { name, down }"
        )
    if address == "/effect/select" and args and effects:
        _known("effect", args[0], effects)
    if address == "/param/set" and args:
        _known("parameter", args[0], tuple(PARAMS))
    return message_event(address, args, at, wire)


def _check_arg(where: str, arg: object) -> None:
    """Text or a finite number that 32 bits can hold."""
    if isinstance(arg, str):
        return
    number = isinstance(arg, (int, float)) and not isinstance(arg, bool)
    if not number or not math.isfinite(float(arg)):  # type: ignore[arg-type]
        raise PerformanceError(
            f"{where}: expected text or a finite number, found {arg!r}"
        )
    if isinstance(arg, int) and not -LAST_SAMPLE - 1 <= arg <= LAST_SAMPLE:
        raise PerformanceError(f"{where}: expected a number of 32 bits, found {arg}")


def _gui(value: object, at: int, effects: Sequence[str]) -> Event:
    """A message by the browser's channel."""
    return _message(value, at, effects, wire="gui")


KINDS: dict[str, Callable[[Any, int, Sequence[str]], Event]] = {
    "message": _message,
    "gui": _gui,
    "footswitch": _footswitch,
    "knob": _knob,
    "cable": _cable,
    "fault": _fault,
}
