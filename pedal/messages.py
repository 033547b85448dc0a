"""Checks a message, whatever wire it came by, against the protocol's table. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pedal.errors import ProtocolError
from pedal.protocol.protocol import INTENT_OPTIONS, MESSAGES, PARAMS, Arg, Message

Value = int | float | str
LARGEST_FLOAT = 3.4028234663852886e38  # of 32 bits, what OSC carries
ID_PATTERN = re.compile(r"[a-z0-9-]{1,31}")
NAME_PATTERN = re.compile(r"[ -~]{0,31}")


@dataclass(frozen=True)
class Reading:
    """A message that passed: its own arguments, typed as the table says.

    clamped: an argument was out of range and moved to the nearest end of it.
    request: the asker's number, 0 for none. at: the engine's sample, None for "now".
    """

    address: str
    args: tuple[Value, ...]
    clamped: bool = False
    request: int = 0
    at: int | None = None

    def named(self) -> dict[str, Value]:
        """The arguments by name."""
        names = (arg.name for arg in MESSAGES[self.address].args)
        return dict(zip(names, self.args, strict=True))


def read(address: str, args: Sequence[object], to: str = "") -> Reading:
    """Checks one message; what passes is typed, and clamped where the table allows.

    to: who reads it, "engine" or "clients"; "" is either. A number may be int or float.
    Raises ProtocolError, which says why, when the message is to be dropped: an unknown
    address, wrong number or type of arguments, a value that is not finite, or out of a
    range that does not clamp.
    """
    row = MESSAGES.get(address)
    if row is None:
        raise ProtocolError(
            f"{address}: no such message; see pedal/protocol/messages.toml"
        )
    if to and row.to != to:
        raise ProtocolError(f"{address}: is for the {row.to}, found by the {to}")
    own = len(row.args)
    most = own + (len(INTENT_OPTIONS) if row.to == "engine" else 0)
    if not own <= len(args) <= most:
        expected = str(own) if own == most else f"{own} to {most}"
        raise ProtocolError(
            f"{address}: expected {expected} arguments, found {len(args)}"
        )
    values: list[Value] = []
    clamped = False
    for arg, value in zip(row.args, args, strict=False):
        low, high = _range(row, arg, values)
        checked, moved = _value(f"{address}: {arg.name}", arg, value, low, high)
        values.append(checked)
        clamped |= moved
    request, at = _options(address, args[own:])
    return Reading(address, tuple(values), clamped, request, at)


def _range(
    row: Message, arg: Arg, before: list[Value]
) -> tuple[float | None, float | None]:
    """The range of an argument; that of /param/set's value is its parameter's."""
    if row.address == "/param/set" and arg.name == "value":
        param = PARAMS.get(str(before[0]))
        if param is None:
            known = ", ".join(PARAMS)
            raise ProtocolError(f'no parameter "{before[0]}"; there are {known}')
        return param.min, param.max
    return arg.min, arg.max


def _value(
    where: str, arg: Arg, value: object, low: float | None, high: float | None
) -> tuple[Value, bool]:
    """One argument, typed; and whether it was clamped."""
    if arg.type == "s":
        return _text(where, arg, value), False
    number = _number(where, arg, value)
    if arg.choices and number not in arg.choices:
        allowed = ", ".join(map(str, arg.choices))
        raise ProtocolError(f"{where}: expected one of {allowed}, found {number}")
    inside = number if low is None else max(number, low)
    inside = inside if high is None else min(inside, high)
    if inside == number:
        return number, False
    if not arg.clamp:
        raise ProtocolError(f"{where}: expected {low} to {high}, found {number}")
    return inside, True


def _number(where: str, arg: Arg, value: object) -> int | float:
    """A finite number of the argument's type; 1.0 stands for 1, 1.5 does not."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ProtocolError(f"{where}: expected a number, found {value!r}")
    if not abs(value) <= LARGEST_FLOAT:  # NaN too
        raise ProtocolError(f"{where}: expected a finite number, found {value}")
    if arg.type == "f":
        return float(value)
    if value != int(value):
        raise ProtocolError(f"{where}: expected a whole number, found {value}")
    return int(value)


def _text(where: str, arg: Arg, value: object) -> str:
    """A string of the argument's kind; ids are short, lower case and ASCII."""
    if not isinstance(value, str) or "\0" in value:
        raise ProtocolError(f"{where}: expected text, found {value!r}")
    if arg.name == "id" and not ID_PATTERN.fullmatch(value):
        raise ProtocolError(
            f"{where}: expected 1 to 31 of a-z, 0-9 and -, found {value!r}"
        )
    if arg.name == "name" and not NAME_PATTERN.fullmatch(value):
        raise ProtocolError(
            f"{where}: expected at most 31 plain ASCII signs, found {value[:40]!r}"
        )
    if arg.name == "param" and value and value not in PARAMS:
        known = ", ".join(PARAMS)
        raise ProtocolError(f'{where}: no parameter "{value}"; there are {known}')
    if arg.choices and value not in arg.choices:
        allowed = ", ".join(map(str, arg.choices))
        raise ProtocolError(f"{where}: expected one of {allowed}, found {value!r}")
    return value


def _options(address: str, extra: Sequence[object]) -> tuple[int, int | None]:
    """What may follow an intent's own arguments: request, then at."""
    found = []
    for option, value in zip(INTENT_OPTIONS, extra, strict=False):
        where = f"{address}: {option.name}"
        found.append(int(_value(where, option, value, option.min, option.max)[0]))
    request = found[0] if found else 0
    return request, found[1] if len(found) > 1 else None
