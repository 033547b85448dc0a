"""The console's one screen, from a Rig to text of exactly width x height. Pure.

Every line keeps its place, whatever happens; a colour never says what no word says.
`python -m pedal.console.views` shows one.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.text import Text

from pedal.console.alarms import Alarm
from pedal.console.figures import age, bar, big, clock, level_bar, sparkline
from pedal.console.lists import several
from pedal.console.rig import Rig, Seat
from pedal.console.rows import (
    STYLES,
    History,
    audio_row,
    blocks_row,
    breaks_row,
    delay_row,
    drops_row,
    history_of,
    row,
    sound_row,
)
from pedal.console.session import Link, Pedal
from pedal.console.telemetry import params_of

KEYS = " space bypass  n/N effect  p/P preset  a seen  q quit"
TALL = 32  # lines from which the big words and the list both have room
LEAST = (80, 24)  # width and height below which only a word is shown
LEVELS = 40  # signs of a level bar at 80 columns
ALARM_LINES = 4  # two alarms with their hints; more on a taller screen


@dataclass(frozen=True)
class Frame:
    """What a screen needs besides the rig. wall: the time of day at now_s."""

    now_s: float
    wall: datetime
    width: int = 80
    height: int = 24

    def clock(self, at_s: float) -> str:
        """The time of day of a moment."""
        return clock(at_s, self.now_s, self.wall)


def screen(rig: Rig, frame: Frame) -> Text:
    """The whole screen; (height) lines of (width) columns, the last without an end."""
    if (frame.width, frame.height) < LEAST or frame.height < LEAST[1]:
        return _too_small(rig, frame)
    seat = rig.shown()
    lines = [_title(rig, seat, frame)]
    many = len(rig.seats) > 1
    tall = frame.height >= TALL
    if many:
        room = max(frame.height - TALL + 2, 4) if tall else 4
        lines += several(rig, frame.now_s, frame.width, room)
    if seat is None or seat.pedal.report is None:
        lines += _searching(seat, frame)
    else:
        if tall or not many:
            lines += _band(seat, rig, frame)
        lines += _figures(seat, rig, frame, 3 if tall else 1)
    return _filled(lines, rig, seat, frame)


def _filled(lines: list[Text], rig: Rig, seat: Seat | None, frame: Frame) -> Text:
    """Alarms, the log as far as there is room, and the keys in the last line."""
    if seat is not None:
        left = frame.height - len(lines) - 2
        alarms = max(ALARM_LINES, left // 3 // 2 * 2)
        lines += _alarms(seat, frame, alarms)
        lines += _log(seat.pedal, frame, frame.height - len(lines) - 1)
    lines = lines[: frame.height - 1]
    lines += [row(frame.width)] * (frame.height - 1 - len(lines))
    bell = "on" if rig.bell else "off"
    keys = KEYS + ("  tab pedal" if len(rig.seats) > 1 else "")
    lines.append(row(frame.width, (f"{keys}  b bell is {bell}", "dim")))
    return Text("\n").join(lines)


def _title(rig: Rig, seat: Seat | None, frame: Frame) -> Text:
    """Whose screen it is, the state of the link, the time of day."""
    right = f" {frame.wall:%H:%M:%S} "
    if seat is None:
        left = " pedal monitor   SEARCHING for pedals"
    else:
        pedal = seat.pedal
        link = pedal.link(frame.now_s)
        heard = "" if link is Link.SEARCHING else f" {age(pedal.age_s(frame.now_s))}"
        control = {None: "", True: "control", False: "read-only"}[pedal.control]
        left = f" {pedal.name[:30]}   {link}{heard}   {control}"
        if len(rig.seats) > 1:
            place = list(rig.seats).index(pedal.name) + 1
            left += f"   pedal {place} of {len(rig.seats)}"
    style = "reverse bold"
    return row(frame.width, (str(row(frame.width - len(right), left)) + right, style))


def _band(seat: Seat, rig: Rig, frame: Frame) -> list[Text]:
    """What sounds, how it is, and the load, in big letters."""
    report = seat.pedal.report
    assert report is not None
    verdict = seat.verdict(frame.now_s)
    sound = "bypass" if report.bypass else report.effect or "dry"
    is_old = seat.pedal.link(frame.now_s) is not Link.CONNECTED
    load = "?" if is_old else f"{report.load:.0f}%"
    over = report.load > rig.limits.load_percent
    wide = frame.width
    parts = [
        (big(sound, wide - 44), STYLES["sound"]),
        (big(verdict, 26), STYLES.get(verdict, "bold")),
        (big(load, 17), STYLES["WARN" if over else "OK"]),
    ]
    return [
        row(wide, " ", *((lines[i] + "", style) for lines, style in parts))
        for i in range(3)
    ]


def _figures(seat: Seat, rig: Rig, frame: Frame, rows: int) -> list[Text]:
    """All figures of the selected pedal, each in its own line."""
    pedal, report, wide = seat.pedal, seat.pedal.report, frame.width
    assert report is not None
    limit = rig.limits.load_percent
    length = wide - 34
    over = STYLES["WARN"] if report.load > limit else ""
    load = (f" LOAD {report.load:5.1f} % ", f"bold {over}")
    peak = f" peak {report.peak:5.1f} %"
    params = "  ".join(f"{name} {value}" for name, value in params_of(report))
    return [
        sound_row(pedal, wide),
        row(wide, (f" {params}", "")),
        row(wide, load, (bar(report.load / 100, length, limit / 100), over), peak),
        *_history(history_of(pedal, frame.now_s, wide - 20), wide, rows, frame),
        blocks_row(report, wide),
        breaks_row(pedal, frame.now_s, wide),
        delay_row(report, wide),
        _level(" IN ", report.input, pedal.input_clip_s, report.input_clip, frame),
        _level(" OUT", report.output, pedal.output_clip_s, report.output_clip, frame),
        audio_row(pedal, frame.now_s, wide),
        drops_row(pedal, wide),
    ]


def _history(history: History, wide: int, rows: int, frame: Frame) -> list[Text]:
    """Ten minutes of load: the worst of each column."""
    worst_s, worst = history.worst
    note = f" max {worst:.0f} %" if worst_s else ""
    lines = [f" 10 MIN {text}" for text in sparkline(history.columns, rows)]
    lines = [lines[0], *(" " * 8 + text[8:] for text in lines[1:])]
    drawn = [row(wide, (text, STYLES["sound"])) for text in lines]
    drawn[-1] = row(wide, (lines[-1], STYLES["sound"]), note)
    if rows > 1 and worst_s:
        drawn[0] = row(wide, (lines[0], STYLES["sound"]), f" {frame.clock(worst_s)}")
    return drawn


def _level(name: str, level: float, clip_s: float, clips: int, frame: Frame) -> Text:
    """A level with its bar, and how often and when it clipped."""
    length = frame.width - 40
    clipping = frame.now_s - clip_s < 2.0
    what = "limited" if "OUT" in name else "clipped"
    note = f" {what} {clips}"
    if clips and clip_s > -1e9:
        note += f", {age(frame.now_s - clip_s)} ago"
    figure = f"{level:6.1f} dBFS " if level > -119 else "silent      "
    style = STYLES["WARN"] if clipping and what == "clipped" else ""
    return row(
        frame.width,
        (f"{name} {figure}", "bold"),
        level_bar(level, length),
        (note, style),
    )


def _alarms(seat: Seat, frame: Frame, lines: int) -> list[Text]:
    """The alarms, those that nobody has seen first; each with time, cause and hint."""
    alarms = sorted(
        seat.watch.alarms, key=lambda a: (a.acknowledged, a.over, a.weight, -a.raised_s)
    )
    holding, unseen = len(seat.watch.holding()), len(seat.watch.unseen())
    head = f" ALARMS  {holding} now, {unseen} not seen " if alarms else " ALARMS  none "
    more = len(alarms) - lines // 2
    head += f"({more} more) " if more > 0 else ""
    drawn = [Text(head.ljust(frame.width, "─"), style="bold")]
    for alarm in alarms[: lines // 2]:
        drawn += _alarm(alarm, frame)
    return drawn + [row(frame.width)] * (lines + 1 - len(drawn))


def _alarm(alarm: Alarm, frame: Frame) -> list[Text]:
    """Two lines: word, time, cause; and what to do."""
    word = f"{alarm.weight}"
    style = STYLES[word]
    if alarm.over:
        word, style = "OVER", "bold"
    elif alarm.acknowledged:
        word, style = "SEEN", "bold"
    else:
        style += " reverse"
    when = frame.clock(alarm.raised_s)
    return [
        row(
            frame.width,
            " ",
            (f"{word:^7}", style),
            f" {when} {alarm.code}: {alarm.cause}",
        ),
        row(frame.width, f"{'':9}do: {alarm.hint}"),
    ]


def _log(pedal: Pedal, frame: Frame, lines: int) -> list[Text]:
    """The last things that happened, the newest first."""
    head = Text(" LOG ".ljust(frame.width, "─"), style="bold")
    events = reversed(pedal.events[-max(lines - 1, 1) :])
    rows = [
        row(frame.width, f" {frame.clock(at_s)} {word:<8} {text}")
        for at_s, word, text in events
    ]
    return [head, *rows] if lines > 1 else []


def _searching(seat: Seat | None, frame: Frame) -> list[Text]:
    """Nobody answered yet: where it looks, and what may be wrong."""
    looked = frame.now_s - seat.pedal.since_s if seat else 0.0
    where = f"at {seat.pedal.name} " if seat else ""
    lines = [" " * frame.width, *(f"  {text}" for text in big("SEARCHING", 70))]
    if seat and seat.pedal.refusal:
        said = f"  {seat.pedal.name} answers, but says no: {seat.pedal.refusal}"
        return [row(frame.width, text) for text in [*lines, "", said]]
    lines += ["", f"  No pedal {where}has answered for {age(looked)}; it goes on."]
    if looked > 5.0:
        lines += [f"  {hint}" for hint in HINTS]
    return [row(frame.width, text) for text in lines]


HINTS = (
    "Is the pedal on? `make run` starts one on this laptop.",
    "Is it on this network? `ping` it, then `pedal monitor --board HOST`.",
    "Eight consoles are served at most; close one that nobody looks at.",
)


def _too_small(rig: Rig, frame: Frame) -> Text:
    """A word a pedal, where there is no room for more."""
    lines = [
        f"{seat.verdict(frame.now_s):<9} {name}"[: frame.width]
        for name, seat in rig.seats.items()
    ]
    wanted = f"make it {LEAST[0]}x{LEAST[1]}"[: frame.width]
    return Text("\n".join([*lines[: max(frame.height - 1, 0)], wanted]))


if __name__ == "__main__":
    from rich.console import Console

    from pedal.console.example import example
    from pedal.console.thresholds import limits_of

    DEFAULTS = Path(__file__).with_name("thresholds.toml")
    rig = example(limits_of(DEFAULTS.read_text(encoding="utf-8")))
    Console().print(screen(rig, Frame(700.2, datetime.now())))
