"""A pedal as one line of text, and a report as one JSON object. Pure."""

import json
from datetime import datetime
from typing import Any

from pedal.console.figures import age, printable
from pedal.console.rig import Seat
from pedal.console.session import Drop


def plain_line(seat: Seat, now_s: float, wall: datetime) -> str:
    """What a log file wants to know, once a second."""
    pedal, report = seat.pedal, seat.pedal.report
    head = printable(f"{wall:%H:%M:%S} {pedal.name} {seat.verdict(now_s)}")
    if report is None:
        return f"{head} no answer for {age(pedal.age_s(now_s))}"
    sound = "bypass" if report.bypass else printable(report.effect) or "dry"
    codes = ", ".join(alarm.code for alarm in seat.watch.holding()) or "none"
    return (
        f"{head} {sound} block {report.block} load {report.load:.1f} % "
        f"peak {report.peak:.1f} % p99 {report.p99_us / 1e3:.2f} of "
        f"{report.deadline_us / 1e3:.2f} ms underruns {report.underruns} "
        f"in {report.input:.1f} out {report.output:.1f} dBFS "
        f"link {age(pedal.age_s(now_s))} lost {pedal.lost} "
        f"dropped {sum(pedal.drops.values())} alarms {codes}"
    )


def json_line(seat: Seat, wall: datetime) -> str:
    """The last report with its time, the link's counts and the alarms that hold."""
    pedal = seat.pedal
    assert pedal.report is not None
    report: dict[str, Any] = pedal.report._asdict()
    report.pop("request")
    report.pop("key")  # not to be told to others
    rounded = {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in report.items()
    }
    row = {
        "time": wall.isoformat(timespec="milliseconds"),
        "pedal": pedal.name,
        **rounded,
        "received": pedal.received,
        "lost": pedal.lost,
        "drops": {str(kind): pedal.drops.get(kind, 0) for kind in Drop},
        "watch": [
            {"code": alarm.code, "weight": str(alarm.weight), "cause": alarm.cause}
            for alarm in seat.watch.holding()
        ],
    }
    return json.dumps(row)
