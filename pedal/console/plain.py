"""A pedal as one line of text, and a report as one JSON object. Pure."""

import json
from datetime import datetime

from pedal.console.figures import age, printable
from pedal.console.rig import Seat
from pedal.console.session import Drop
from pedal.console.telemetry import Report

UNTOLD = ("request", "key")  # the key is not to be told to others
FLOATS = [name for name, kind in Report.__annotations__.items() if kind is float]
NO_DROPS = dict.fromkeys(map(str, Drop), 0)


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
    row = pedal.report._asdict()
    for name in UNTOLD:
        del row[name]
    for name in FLOATS:
        row[name] = round(row[name], 3)
    line = {
        "time": wall.isoformat(timespec="milliseconds"),
        "pedal": pedal.name,
        **row,
        "received": pedal.received,
        "lost": pedal.lost,
        "drops": NO_DROPS | {str(kind): count for kind, count in pedal.drops.items()},
        "watch": [
            {"code": alarm.code, "weight": str(alarm.weight), "cause": alarm.cause}
            for alarm in seat.watch.holding()
        ],
    }
    return json.dumps(line)
