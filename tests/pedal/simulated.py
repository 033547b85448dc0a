"""A simulated pedal: the messages of one, without an engine, a clock or a socket."""

from typing import Any

from pedal.messages import Reading, read

KEY = 4711
REPORT: dict[str, Any] = {
    "boot_id": "boot-1",
    "revision": 3,
    "request": 0,
    "key": KEY,
    "sequence": 1,
    "up_s": 3725.0,
    "period": 128,
    "blocks": 1000,
    "deadline_us": 2902.5,
    "mean_us": 348.0,
    "p99_us": 510.0,
    "max_us": 610.0,
    "load": 12.0,
    "peak": 21.0,
    "late": 0,
    "underruns": 0,
    "underrun_age_s": -1.0,
    "cpu": 14.0,
    "input": -12.5,
    "output": -11.0,
    "input_clip": 0,
    "output_clip": 0,
    "signal": 0,
    "effect": "screamer",
    "preset": "verse",
    "block": 1,
    "bypass": 0,
    "params": "trim=0,drive=50,tone=-1.5,level=0,gate=-80",
    "delay_period": 256,
    "delay_converters": -1.0,
    "delay_model": 0,
    "alarms": "",
    "temperature": 45.0,
    "versions": "pedal 0.1.0, protocol 1, bank factory",
    "dropped": 0,
    "refused": 0,
}
RATE_HZ = 20
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
    row |= {"lease": 10, "consoles": 1, "control": control} | changes
    return read("/monitor/lease", list(row.values()), to="clients")


def message(address: str, *args: Any) -> Reading:
    """Any other, of the first boot: boot_id, revision and request come first."""
    return read(address, ["boot-1", *args], to="clients")
