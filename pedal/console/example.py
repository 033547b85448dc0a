"""A pedal made up to look at: a report, and a rig after ten minutes of them. Pure."""

from math import sin
from typing import Any

from pedal.console.rig import Rig, added, heard
from pedal.console.thresholds import Limits
from pedal.messages import read

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


def example(limits: Limits, name: str = "example", now_s: float = 700.0) -> Rig:
    """A rig whose one pedal was heard once a second for ten minutes."""
    rig = added(Rig(limits), name, KEY, now_s - 600)
    for sequence in range(1, 601):
        flow = {"blocks": 340 * sequence, "signal": 43520 * sequence}
        load = {"load": 14.0 + 6.0 * sin(sequence / 50)}
        row = REPORT | {"sequence": sequence, "up_s": float(sequence)} | flow | load
        reading = read("/telemetry", list(row.values()))
        rig = heard(rig, name, reading, now_s - 600 + sequence)
    return rig
