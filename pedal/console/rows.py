"""Single lines of the screen: from a pedal's report to text of an exact width. Pure."""

from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from pedal.console.course import HISTORY_S
from pedal.console.figures import age, bar, printable
from pedal.console.session import Drop, Link, Pedal
from pedal.console.telemetry import NO_TEMPERATURE, Report

STYLES = {
    "OK": "bold green",
    "WARN": "bold yellow",
    "ALARM": "bold red",
    "LOST": "bold red",
    "STALE": "bold yellow",
    "SEARCHING": "bold yellow",
    "sound": "bold cyan",
}
RATE_HZ = 44100.0


def row(width: int, *parts: str | tuple[str, str]) -> Text:
    """Parts, with or without a style, as one line of exactly `width` columns.

    What a pedal or a stranger wrote can't break the screen: signs of control are "?".
    """
    line = Text(no_wrap=True, end="")
    room = width
    for part in parts:
        text, style = part if isinstance(part, tuple) else (part, "")
        text = printable(text)
        if cell_len(text) > room:
            text = set_cell_size(text, room)
        line.append(text, style=style)
        room -= cell_len(text)
    line.append(" " * room)
    return line


def sound_row(pedal: Pedal, width: int) -> Text:
    """What is heard."""
    report = pedal.report
    assert report is not None
    names = {preset.id: preset.name for preset in pedal.state.presets}
    preset = names.get(report.preset) or report.preset or "none"
    on = ("BYPASS", STYLES["WARN"]) if report.bypass else ("ON", STYLES["OK"])
    rest = f"   preset {preset}   block {report.block}   revision {report.revision}"
    return row(width, (f" {report.effect or 'dry'} ", "bold"), on, rest)


def blocks_row(report: Report, width: int) -> Text:
    """The tail of the block times against the deadline."""
    deadline = max(report.deadline_us, 1e-9)
    share = 100 * report.p99_us / deadline
    p99 = f" P99 {_ms(report.p99_us)} of {_ms(deadline)} ms = {share:3.0f} % "
    rest = f" mean {_ms(report.mean_us)}  max {_ms(report.max_us)} ms"
    length = max(width - len(p99) - len(rest), 0)
    return row(width, (p99, "bold"), bar(share / 100, length), rest)


def breaks_row(pedal: Pedal, now_s: float, width: int) -> Text:
    """Underruns with the last one's age, blocks too late, Bela's own load."""
    report = pedal.report
    assert report is not None
    when = (
        "never" if pedal.underrun_s < -1e9 else f"{age(now_s - pedal.underrun_s)} ago"
    )
    style = STYLES["ALARM"] if now_s - pedal.underrun_s < 10 else "bold"
    bela = f"{report.cpu:.1f} %" if report.cpu >= 0 else "none"
    rest = f"   late blocks {report.late}   Bela CPU {bela}"
    return row(width, (f" UNDERRUNS {report.underruns}, {when}", style), rest)


def delay_row(report: Report, width: int) -> Text:
    """The delay from jack to jack, part by part; "?" where a part is not known."""
    known = report.delay_converters >= 0
    total = report.delay_period + report.delay_model + max(report.delay_converters, 0.0)
    converters = f"{_delay(report.delay_converters)}" if known else "?"
    parts = f"period {_delay(report.delay_period)} + converters {converters}"
    parts += f" + model {_delay(report.delay_model)}"
    sign = "=" if known else "+ ? ="
    return row(width, (f" DELAY {_delay(total)} ms ", "bold"), f"{sign} {parts}")


def audio_row(pedal: Pedal, now_s: float, width: int) -> Text:
    """Whether blocks and signal flow, how hot, how long it is up."""
    report = pedal.report
    assert report is not None
    standing_s = pedal.heard_s - pedal.flowing_s
    silent_s = pedal.heard_s - pedal.signal_s
    if pedal.link(now_s) is not Link.CONNECTED:
        old = f"not heard for {age(pedal.age_s(now_s))}: all figures are from before"
        flow = (old, STYLES["LOST"])
    elif standing_s >= 1.0:
        flow = (f"STANDS STILL {age(standing_s)}", STYLES["ALARM"])
    elif silent_s > 1e9:
        flow = ("blocks flow, no signal yet", "")
    elif silent_s >= 1.0:
        flow = (f"blocks flow, NO SIGNAL {age(silent_s)}", STYLES["WARN"])
    else:
        flow = ("signal flows", STYLES["OK"])
    hot = report.temperature
    heat = f"{hot:.0f} C" if hot > NO_TEMPERATURE else "none"
    rest = f"   temperature {heat}   up {_up(report.up_s)}"
    rest += f"   consoles {pedal.consoles}" if pedal.consoles else ""
    return row(width, (" AUDIO ", "bold"), flow, rest)


def drops_row(pedal: Pedal, width: int) -> Text:
    """Reports lost on the link, and datagrams that were not taken, by kind."""
    sent = pedal.received + pedal.lost
    lost = f" LINK lost {pedal.lost} of {sent}"
    kinds = [f"{kind} {pedal.drops[kind]}" for kind in Drop if kind in pedal.drops]
    style = STYLES["WARN"] if kinds else ""
    dropped = f"   dropped: {', '.join(kinds)}" if kinds else "   dropped none"
    return row(width, (lost, "bold"), (dropped, style))


class History(NamedTuple):
    """columns: worst load in % of each, the newest last, None for no report.

    worst: when it was, 0 for never, and its value.
    """

    columns: list[float | None]
    worst: tuple[float, float]


def history_of(
    pedal: Pedal, now_s: float, width: int, span_s: int = HISTORY_S
) -> History:
    """The load over span_s in as many columns as divide it and fit in width."""
    count = max(n for n in range(1, width + 1) if span_s % n == 0)
    each_s = span_s // count
    last = int(now_s) // each_s
    columns: list[float | None] = [None] * count
    worst = (0.0, -1.0)
    for slot in (*pedal.history[-span_s:], pedal.slot):
        place = count - 1 - (last - slot.second // each_s)
        if slot.second < 0 or not 0 <= place < count:
            continue
        columns[place] = max(columns[place] or 0.0, slot.worst)
        if slot.worst > worst[1]:
            worst = (float(slot.second), slot.worst)
    return History(columns, worst)


def _ms(microseconds: float) -> str:
    return f"{microseconds / 1e3:.2f}"


def _delay(samples: float) -> str:
    return f"{1e3 * samples / RATE_HZ:.2f}"


def _up(seconds: float) -> str:
    """Hours, minutes, seconds."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
