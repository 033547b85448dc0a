"""Writes the Python tables: pedal/protocol/protocol.py."""

from pedal.protocol.rows import NOTE, TAGS, bounds, types

PYTHON_TYPES = '''\
from dataclasses import dataclass


@dataclass(frozen=True)
class Param:
    """A parameter that a player can move, in its own unit."""

    id: str
    unit: str
    min: float
    max: float
    default: float
    curve: str
    smooth_ms: float
    help: str


@dataclass(frozen=True)
class Arg:
    """One argument; type is i, f or s, None is no bound, choices () is any."""

    name: str
    type: str
    unit: str
    min: float | None
    max: float | None
    clamp: bool
    choices: tuple[float | str, ...]


@dataclass(frozen=True)
class Message:
    """One row of the protocol; to is engine or clients."""

    address: str
    types: str
    to: str
    args: tuple[Arg, ...]
    help: str


@dataclass(frozen=True)
class Footswitch:
    """A switch to ground: pressed is what its digital channel then reads."""

    name: str
    digital: int
    pressed: int


@dataclass(frozen=True)
class Gesture:
    """What feet mean: a kind of board.toml, switches, messages; off may be None."""

    kind: str
    on: tuple[str, ...]
    message: tuple[str, tuple[float | str, ...]]
    off: tuple[str, tuple[float | str, ...]] | None


@dataclass(frozen=True)
class Knob:
    """A pot: low and high are its readings at both ends, fractions of full scale.

    swept: an expression pedal, which does nothing until it is calibrated.
    """

    name: str
    analog: int
    param: str
    low: float
    high: float
    swept: bool


@dataclass(frozen=True)
class Led:
    """An LED on a digital channel."""

    name: str
    digital: int

'''


def python_arg(arg: dict) -> str:
    """One Arg(...) call."""
    low, high = bounds(arg)
    choices = tuple(arg.get("choices", []))
    values = (arg["name"], TAGS[arg["type"]], arg.get("unit", ""), low, high)
    return f"Arg({', '.join(map(repr, values))}, {bool(arg.get('clamp'))}, {choices!r})"


def python_table(name: str, kind: str, rows: list[tuple[str, str]]) -> list[str]:
    """A dict from key to row."""
    lines = [f"    {key!r}: {kind}({row})," for key, row in rows]
    return [f"{name}: dict[str, {kind}] = {{", *lines, "}"]


def python_message(row: dict) -> str:
    """The arguments of one Message(...) call, an Arg a line."""
    args = "".join(f"\n            {python_arg(arg)}," for arg in row["args"])
    inner = f"({args}\n        )" if args else "()"
    head = f"{row['address']!r}, {types(row)!r}, {row['to']!r}"
    return f"\n        {head}, {inner}, {row['help']!r}\n    "


def python_gesture(row: dict) -> str:
    """One Gesture(...) call."""

    def message(body: dict | None) -> tuple | None:
        return None if body is None else (body["address"], tuple(body.get("args", [])))

    parts = (row["kind"], tuple(row["on"]), message(row["message"]))
    return f"Gesture({', '.join(map(repr, parts))}, {message(row.get('off'))!r})"


def swept(knob: dict) -> str:
    """Whether the knob is an expression pedal."""
    return repr(bool(knob.get("swept")))


def python(spec: dict) -> str:
    """The text of pedal/protocol/protocol.py."""
    board = spec["board"]
    fields = ("id", "unit", "min", "max", "default", "curve", "smooth_ms", "help")
    params = [
        (p["id"], ", ".join(repr(p[key]) for key in fields)) for p in spec["param"]
    ]
    messages = [(row["address"], python_message(row)) for row in spec["message"]]
    switches = [
        (
            row["name"],
            f"{row['name']!r}, {row['digital']}, {row['pressed']}",
        )
        for row in board["footswitch"]
    ]
    keys = ("name", "analog", "param", "low", "high")
    knobs = [
        (k["name"], ", ".join([*(repr(k[key]) for key in keys), swept(k)]))
        for k in board["knob"]
    ]
    leds = [(row["name"], f"{row['name']!r}, {row['digital']}") for row in board["led"]]
    options = [f"    {python_arg(arg)}," for arg in spec["intent_option"]]
    lines = [f'"""{NOTE}"""', "", "# ruff: noqa", PYTHON_TYPES]
    lines += [f"VERSION = {spec['version']}", f"OSC_PORT = {spec['port']}", ""]
    lines += [*python_table("PARAMS", "Param", params), ""]
    lines += [*python_table("MESSAGES", "Message", messages), ""]
    lines += ["# What any message to the engine may carry after its own arguments."]
    lines += ["INTENT_OPTIONS: tuple[Arg, ...] = (", *options, ")", ""]
    lines += [*python_table("FOOTSWITCHES", "Footswitch", switches)]
    lines += ["GESTURES: tuple[Gesture, ...] = ("]
    lines += [f"    {python_gesture(row)}," for row in board["gesture"]] + [")"]
    lines += [*python_table("KNOBS", "Knob", knobs), *python_table("LEDS", "Led", leds)]
    return "\n".join([*lines, ""])
