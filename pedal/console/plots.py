"""A pedal's course as one SVG to put into a page; needs matplotlib."""

import io
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import nan
from typing import Any

from pedal.console.tally import RATE_HZ, Column, Trouble
from pedal.errors import PedalError

WIDTH_IN, HEIGHT_IN = 10.0, 9.6
BLUE, RED, ORANGE, GREEN, GREY = "#1f5fa8", "#b3202a", "#b86200", "#2f7d3b", "#666666"
NAMESPACES = re.compile(r'\sxmlns(:\w+)?="[^"]*"')
IDS = re.compile(r'(\bid="|xlink:href="#|url\(#)')
OWN_FONT = {"svg.fonttype": "none", "font.size": 10.0, "axes.grid": True}


def svg(
    columns: Sequence[Column],
    each_s: float,
    troubles: Sequence[Trouble],
    limit: float,
    name: str,
) -> str:
    """Load, block times, delay and levels over the time of day, alarms marked.

    limit: load in % that is an alarm. name: of the plot, unique in its page.
    Raises PedalError where matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ModuleNotFoundError as cause:
        raise PedalError(
            f"report needs the package {cause.name}, found none; run "
            "`pip install -e '.[report]'`"
        ) from cause
    with rc_context({**OWN_FONT, "svg.hashsalt": name, "grid.color": "#dddddd"}):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
        axes = figure.subplots(4, 1, sharex=True)
        rows = _with_gaps(columns, each_s)
        times = [datetime.fromtimestamp(row.at_s) for row in rows]
        _load(axes[0], times, rows, limit)
        _blocks(axes[1], times, rows)
        _delay(axes[2], times, rows)
        _levels(axes[3], times, rows)
        _mark(axes, troubles)
        _time_of_day(axes[3], times)
        file = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", metadata=nothing)
    return _inlined(file.getvalue(), name)


def _load(axis: Any, times: list, rows: Sequence[Column], limit: float) -> None:
    axis.fill_between(times, 0, [r.peak for r in rows], color=BLUE, alpha=0.18, lw=0)
    axis.plot(times, [r.peak for r in rows], ":", color=BLUE, lw=1, label="worst block")
    axis.plot(times, [r.load for r in rows], color=BLUE, lw=1.5, label="mean")
    axis.axhline(limit, color=RED, ls="--", lw=1, label=f"alarm at {limit:g} %")
    _named(axis, "load, % of deadline")
    axis.set_ylim(0, max(100, *(r.peak * 1.05 for r in rows if r.peak == r.peak)))


def _blocks(axis: Any, times: list, rows: Sequence[Column]) -> None:
    axis.plot(times, [r.max_ms for r in rows], ":", color=ORANGE, lw=1, label="longest")
    axis.plot(times, [r.p99_ms for r in rows], color=ORANGE, lw=1.5, label="99 % under")
    deadline = [r.deadline_ms for r in rows]
    axis.plot(times, deadline, "--", color=RED, lw=1, label="deadline")
    _named(axis, "block time, ms")
    axis.set_ylim(bottom=0)


def _delay(axis: Any, times: list, rows: Sequence[Column]) -> None:
    """Stacked by part: two periods, the model block, the converters."""
    per_ms = 1e3 / RATE_HZ
    period = [r.delay_period * per_ms for r in rows]
    model = [r.delay_model * per_ms for r in rows]
    converters = [max(r.delay_converters, 0.0) * per_ms for r in rows]
    unknown = any(r.delay_converters < 0 for r in rows)
    names = ["2 periods", "model", "converters" + (" (not known)" if unknown else "")]
    shades = ["#a9cdb0", "#6fae7c", GREEN]
    parts = axis.stackplot(
        times, period, model, converters, labels=names, colors=shades
    )
    for part, hatch in zip(parts, ("", "///", "xx"), strict=True):
        part.set_hatch(hatch)
    _named(axis, "delay, ms")
    total = [a + b + c for a, b, c in zip(period, model, converters, strict=True)]
    axis.set_ylim(0, 1.4 * max([t for t in total if t == t] or [1.0]) or 1.0)


def _levels(axis: Any, times: list, rows: Sequence[Column]) -> None:
    axis.plot(times, [r.input for r in rows], ":", color=GREY, lw=1.2, label="in")
    axis.plot(times, [r.output for r in rows], color=GREEN, lw=1.2, label="out")
    axis.axhline(0, color=RED, ls="--", lw=1, label="full scale")
    _named(axis, "level, dBFS")
    axis.set_ylim(-80, 6)


def _named(axis: Any, title: str) -> None:
    """With its unit and a legend beside it, never over the lines."""
    axis.set_ylabel(title)
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def _mark(axes: Any, troubles: Sequence[Trouble]) -> None:
    """Lines where alarms began, through all plots, with their number in the table."""
    for number, trouble in enumerate(troubles, 1):
        at = datetime.fromtimestamp(trouble.begun_s)
        color = RED if trouble.weight == "ALARM" else ORANGE
        for axis in axes:
            axis.axvline(at, color=color, lw=0.8, alpha=0.7)
        if len(troubles) <= 40:
            up = 2 + (number - 1) % 2 * 9  # so that two close ones are both read
            place = {"xytext": (1, up), "textcoords": "offset points", "fontsize": 8}
            top = (at, axes[0].get_ylim()[1])
            axes[0].annotate(str(number), top, color=color, **place)


def _time_of_day(axis: Any, times: list) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    spans_days = times[0].date() != times[-1].date()
    axis.xaxis.set_major_locator(AutoDateLocator(maxticks=9))
    style = "%d. %H:%M" if spans_days else "%H:%M:%S"
    axis.xaxis.set_major_formatter(DateFormatter(style))
    axis.set_xlabel("time of day")
    if times[-1] - times[0] < timedelta(seconds=4):  # one report: a line in the middle
        axis.set_xlim(times[0] - timedelta(seconds=2), times[0] + timedelta(seconds=2))


def _with_gaps(columns: Sequence[Column], each_s: float) -> list[Column]:
    """No line is drawn over a time without reports."""
    rows: list[Column] = []
    for column in columns:
        if rows and column.at_s - rows[-1].at_s > 2.5 * each_s:
            rows.append(Column(rows[-1].at_s + each_s, *[nan] * 11))
        rows.append(column)
    return rows


def _inlined(text: str, name: str) -> str:
    """As part of a page: no prolog, no addresses, ids that are this plot's own."""
    text = text[text.index("<svg") :]
    text = NAMESPACES.sub("", text)
    return IDS.sub(rf"\g<1>{name}-", text)
