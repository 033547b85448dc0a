"""What the engine itself told, in order, and the pedal that follows from it.

The tests' own reading of messages.toml: no code of the page or of pedal/state.py.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pedal.protocol.protocol import MESSAGES, PARAMS
from tests.system.stage import PATIENCE_S, wait_until

Row = dict[str, Any]
FIELDS = ("scope", "kind", "switches", "message", "off")  # of a row of /gestures
NUMBERED = ("/presets", "/gestures", "/expression", "/takeover", "/banks")  # and echoes


@dataclass(frozen=True)
class Told:
    """One message of the engine. at_s: of the monotonic clock, when it was heard."""

    at_s: float
    address: str
    args: tuple[Any, ...]

    @property
    def row(self) -> Row:
        names = [arg.name for arg in MESSAGES[self.address].args]
        return dict(zip(names, self.args, strict=True))


class Witness:
    """Hears all that the engine tells its bridge, on a line of its own that is good."""

    def __init__(self, port: int) -> None:
        self.told: list[Told] = []
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.settimeout(None)
        self._socket.sendall(b'{"event":"connection-reply"}\n')
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> "Witness":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        for line in self._socket.makefile("rb"):
            found = json.loads(line)
            if "address" in found:
                told = Told(time.monotonic(), found["address"], tuple(found["args"]))
                self.told.append(told)

    def ask(self, address: str, answer: str, request: int) -> Told:
        """Asks the engine itself."""
        line = json.dumps({"address": address, "args": [request]})
        self._socket.sendall(line.encode() + b"\n")

        def found() -> list[Told]:
            return [
                t for t in self.told if t.address == answer and t.args[2] == request
            ]

        wait_until(found, PATIENCE_S)
        return found()[0]

    def seconds(self, period: int, rate_hz: int = 44100) -> float:
        """How long the engine has played, by its last meter."""
        meters = [told for told in self.told[-500:] if told.address == "/meter"]
        return meters[-1].row["blocks"] * period / rate_hz if meters else 0.0


def near(value: float) -> float:
    """A number as far as 32 bits hold it."""
    return round(value, 3)


def pedals(told: list[Told]) -> Iterator[tuple[int, Row]]:
    """(revision, pedal) after each message from the first /state on.

    Raises AssertionError where the engine contradicts itself: a revision that jumps or
    falls, a change without one, a snapshot that is not what the echoes say.
    """
    pedal: Row = {}
    revision = -1
    for message in told:
        row = message.row
        if not pedal and message.address != "/state":
            continue
        step = row["revision"] - revision
        if pedal:
            assert step in (0, 1), f"revision {revision}, then {row}"
        before = pedal
        pedal = after(pedal, message.address, row)
        if message.address == "/state" and before:
            retold = {"delay": 0, "knobs": {}}
            assert before | retold == pedal | retold, message
        answer = message.address == "/echo/rejected"
        own = message.address in NUMBERED or message.address.startswith("/echo/")
        if own and before and not answer:
            assert step == 1, f"{message} has the revision of another"
        revision = row["revision"]
        yield revision, pedal


def after(pedal: Row, address: str, row: Row) -> Row:
    """The pedal after one message."""
    match address:
        case "/state":
            fields = ("effect", "block", "delay", "fault")
            params = {name: near(row[name]) for name in PARAMS}
            more = {"bypass": bool(row["bypass"]), "params": params, "knobs": {}}
            return pedal | {field: row[field] for field in fields} | more
        case "/echo/effect":
            return pedal | {"effect": row["id"]}
        case "/echo/bypass":
            return pedal | {"bypass": bool(row["on"])}
        case "/echo/block":
            return pedal | {"block": row["frames"], "delay": row["delay"]}
        case "/echo/param":
            return pedal | {"params": pedal["params"] | {row["id"]: near(row["value"])}}
        case "/echo/preset":
            return pedal | {"preset": row["id"], "unsaved": bool(row["unsaved"])}
        case "/presets":
            return pedal | setlist(row)
        case "/gestures":
            return pedal | {"gestures": row["map"].split("\n")}
        case "/takeover":
            knobs = {k: v for k, v in pedal.get("knobs", {}).items() if k != row["id"]}
            if row["pending"]:
                knobs[row["id"]] = near(row["knob"])
            return pedal | {"knobs": knobs}
    return pedal


def setlist(row: Row) -> Row:
    """What /presets tells."""
    ids = row["ids"].split(",") if row["ids"] else []
    rows = zip(ids, row["names"].split("\n"), row["effects"].split(","), strict=False)
    return {
        "presets": [list(preset) for preset in rows],
        "kept": sorted(name for name in row["kept"].split(",") if name),
        "preset": row["current"],
        "unsaved": bool(row["unsaved"]),
    }


def seen(view: Row) -> Row:
    """A page's view in the same words."""
    return {
        "effect": view["effect"],
        "bypass": view["bypass"],
        "block": view["block"],
        "delay": view["delay"],
        "fault": view["fault"],
        "params": {name: near(value) for name, value in view["params"].items()},
        "knobs": {name: near(value) for name, value in view["knobs"].items()},
        "preset": view["preset"],
        "unsaved": view["unsaved"],
        "presets": [[p["id"], p["name"], p["effect"]] for p in view["presets"]],
        "kept": sorted(view["kept"]),
        "gestures": [
            "\t".join(row[f] for f in FIELDS) for row in view["gestures"] or ()
        ],
    }
