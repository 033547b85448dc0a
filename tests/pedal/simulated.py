"""A simulated pedal: the messages of one, without an engine, a clock or a socket."""

from typing import Any

from pedal.console.example import KEY, REPORT
from pedal.messages import Reading, read

RATE_HZ = 20
TOKEN = 4711  # of a lease
STATE: dict[str, Any] = {
    "boot_id": "boot-1",
    "revision": 3,
    "request": 0,
    "version": 1,
    "bank": "factory",
    "effects": "screamer,blues,rodent",
    "effect": "screamer",
    "bypass": 0,
    "block": 1,
    "delay": 0,
    "fault": "none",
    "trim": 0.0,
    "drive": 50.0,
    "tone": -1.5,
    "level": 0.0,
    "gate": -80.0,
    "dropped": 0,
}


def telemetry(sequence: int, **changes: Any) -> Reading:
    """Report `sequence` of a pedal that plays: blocks and signal go on."""
    flow = {"blocks": 17 * sequence, "signal": 17 * 128 * sequence}
    row = REPORT | {"sequence": sequence, "up_s": sequence / RATE_HZ} | flow | changes
    return read("/telemetry", list(row.values()), to="clients")


def state(**changes: Any) -> Reading:
    """A snapshot."""
    return read("/state", list((STATE | changes).values()), to="clients")


def lease(control: int = 1, **changes: Any) -> Reading:
    """The answer to /monitor/subscribe."""
    row = {"boot_id": "boot-1", "revision": 3, "request": 0, "key": KEY}
    row |= {"lease": 10, "consoles": 1, "control": control}
    row |= {"token": TOKEN} | changes
    return read("/monitor/lease", list(row.values()), to="clients")


def message(address: str, *args: Any) -> Reading:
    """Any other, of the first boot: boot_id, revision and request come first."""
    return read(address, ["boot-1", *args], to="clients")
