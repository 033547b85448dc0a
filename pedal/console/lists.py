"""A line a pedal, where a console watches several. Pure."""

from rich.text import Text

from pedal.console.figures import age, sparkline
from pedal.console.rig import Rig, Seat
from pedal.console.rows import STYLES, history_of, row

WIDE = 110  # columns from which a line has the levels too


def several(rig: Rig, now_s: float, width: int, room: int) -> list[Text]:
    """A line for each pedal; where they are more than room, those by the selected."""
    names = list(rig.seats)
    at = names.index(rig.selected)
    first = min(max(at - room // 2, 0), max(len(names) - room, 0))
    lines = [
        pedal_line(rig.seats[name], now_s, width, name == rig.selected)
        for name in names[first : first + room]
    ]
    return lines + [row(width)] * (min(room, 4) - len(lines))


def pedal_line(seat: Seat, now_s: float, width: int, is_shown: bool) -> Text:
    """One pedal: name, verdict, what sounds, load, underruns, levels, unseen alarms."""
    pedal, report = seat.pedal, seat.pedal.report
    verdict = seat.verdict(now_s)
    long = min(max(width - 62, 18), 30)
    mark = "▶" if is_shown else " "
    name = (f"{mark}{pedal.name[-long:]:<{long}} ", "bold" if is_shown else "")
    word = (f"{verdict:<9} ", STYLES.get(verdict, ""))
    if report is None:
        return row(width, name, word, f"for {age(pedal.age_s(now_s))}")
    sound = "BYPASS" if report.bypass else report.effect or "dry"
    load = sparkline(history_of(pedal, now_s, 10, 60).columns)[0]
    levels = f"in {report.input:.0f} out {report.output:.0f} dBFS  "
    codes = ", ".join(alarm.code for alarm in seat.watch.holding())
    figures = f"{sound[:9]:<9} {report.load:3.0f} % {load} under {report.underruns:<3}"
    if width >= WIDE:
        figures += levels
    return row(width, name, word, figures, (f" {codes}", STYLES.get(verdict, "")))
