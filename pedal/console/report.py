"""`pedal report`: a log as one HTML page that needs nothing else, nor a network."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from pedal.console.ledger import Ledger, Note
from pedal.console.limits import limits_from
from pedal.console.plots import svg
from pedal.console.tally import Figures, Trouble, course_of, figures_of, troubles_of
from pedal.errors import LogError

PLOTTED = 8  # pedals; those with most alarms, then the highest peaks
ROWS = 1000  # of a table; the last ones
STYLE = Path(__file__).with_name("report.css")


def write(log: Path, page: Path, thresholds: Path | None = None) -> str:
    """Writes the page and returns its summary. thresholds: a file over ours.

    Raises LogError for a file that is no log or a page that cannot be written,
    UsageError for thresholds that cannot be meant, and PedalError where matplotlib is
    not installed.
    """
    limit = limits_from(thresholds).load_percent
    if page.exists() and log.exists() and page.samefile(log):
        raise LogError(f"report {page}: it is the log itself; name another --out")
    with Ledger(log) as ledger:
        text, summary = page_of(ledger, log.name, limit)
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as cause:
        raise LogError(f"report {page}: cannot be written: {cause.strerror}") from cause
    return f"{page}: {summary}"


def page_of(ledger: Ledger, title: str, limit: float) -> tuple[str, str]:
    """The page, and its summary in a few sentences. limit: of the load, in %."""
    notes = ledger.notes()
    troubles, figures = troubles_of(notes), figures_of(ledger)
    summary = summary_of(figures, troubles)
    shown = sorted(figures, key=lambda f: (-_alarms(f, troubles), -f.peak))[:PLOTTED]
    day = datetime.fromtimestamp(ledger.span.first_s)
    heading = f"{escape(title)}, {day:%Y-%m-%d %H:%M}"
    body = [
        f"<h1>{heading}</h1>",
        f'<p class="summary">{escape(summary)}</p>',
        "<h2>Pedals</h2>",
        _pedals(figures, troubles),
        "<h2>Alarms</h2>",
        _troubles(troubles, ledger.span.last_s - ledger.span.first_s > 86400),
        *_plots(ledger, [f.pedal for f in figures if f in shown], troubles, limit),
        "<h2>Events</h2>",
        _events(notes),
    ]
    if len(shown) < len(figures):
        plotted = f"Plots of the {PLOTTED} pedals with most alarms or highest peaks."
        body.insert(5, f"<p>{plotted}</p>")
    return PAGE.format(
        title=heading, style=STYLE.read_text(encoding="utf-8"), body="\n".join(body)
    ), summary


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def summary_of(figures: Sequence[Figures], troubles: Sequence[Trouble]) -> str:
    """How the show went, for somebody who reads no plot."""
    long_s = max(f.last_s for f in figures) - min(f.first_s for f in figures)
    worst = max(figures, key=lambda f: f.high)
    tail = max(figures, key=lambda f: f.p99)
    broken = sum(f.underruns for f in figures)
    alarms = sum(trouble.weight == "ALARM" for trouble in troubles)
    lost, reports = sum(f.lost for f in figures), sum(f.reports for f in figures)
    sound = _count(broken, "underrun") if broken else "The sound never broke"
    return (
        f"{_count(len(figures), 'pedal')} over {_long(long_s)}. {sound}; "
        f"{_count(alarms, 'alarm')} and {_count(len(troubles) - alarms, 'warning')}. "
        f"Load at most {worst.high:.0f} % "
        f"({worst.pedal}); 99 % of blocks took at most {tail.p99:.0f} % of the "
        f"deadline ({tail.pedal}). {lost} of {lost + reports} reports were lost "
        "on the way."
    )


PEDAL_HEADS = (
    *("pedal", "heard for", "reports", "lost", "load mean", "load most"),
    *("worst block", "p99 most", "underruns", "late blocks", "in most", "out most"),
    *("clipped", "temperature", "alarms"),
)
ALARM_HEADS = (
    *("no.", "began", "lasted", "pedal", "weight", "alarm", "cause", "what to do"),
)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _alarms(figures: Figures, troubles: Sequence[Trouble]) -> int:
    return sum(trouble.pedal == figures.pedal for trouble in troubles)


def _pedals(figures: Sequence[Figures], troubles: Sequence[Trouble]) -> str:
    rows = [
        (
            f.pedal,
            _long(f.last_s - f.first_s),
            f"{f.reports}",
            f"{f.lost}",
            f"{f.load:.1f} %",
            f"{f.high:.1f} %",
            f"{f.peak:.1f} %",
            f"{f.p99:.1f} %",
            f"{f.underruns}",
            f"{f.late}",
            _level(f.input),
            _level(f.output),
            f"{f.clips}",
            f"{f.temperature:.0f} °C" if f.temperature > -273 else "none",
            f"{_alarms(f, troubles)}",
        )
        for f in figures
    ]
    return _table(PEDAL_HEADS, rows)


def _troubles(troubles: Sequence[Trouble], with_day: bool) -> str:
    if not troubles:
        return "<p>None.</p>"
    numbers: dict[str, int] = {}
    rows = []
    for trouble in troubles:
        number = numbers[trouble.pedal] = numbers.get(trouble.pedal, 0) + 1
        over = trouble.over_s
        rows.append(
            (
                f"{number}",
                _clock(trouble.begun_s, with_day),
                "to the end" if over is None else _long(over - trouble.begun_s),
                trouble.pedal,
                trouble.weight,
                trouble.code,
                trouble.cause,
                trouble.hint(),
            )
        )
    return _cut(rows) + _table(ALARM_HEADS, rows[-ROWS:])


def _plots(
    ledger: Ledger, pedals: Sequence[str], troubles: Sequence[Trouble], limit: float
) -> list[str]:
    """A plot a pedal; alarms in it bear the table's numbers."""
    each_s, course = course_of(ledger)
    drawn = []
    for place, pedal in enumerate(pedals):
        own = [trouble for trouble in troubles if trouble.pedal == pedal]
        plot = svg(course[pedal], each_s, own, limit, f"plot{place}")
        label = escape(f"load, block times, delay and levels of {pedal}", quote=True)
        plot = plot.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
        drawn.append(f"<h2>{escape(pedal)}</h2>\n<figure>\n{plot}</figure>")
    return drawn


def _events(notes: Sequence[Note]) -> str:
    days = {datetime.fromtimestamp(note.at_s).date() for note in notes}
    rows = [
        (_clock(note.at_s, len(days) > 1), note.pedal, note.word, note.text)
        for note in notes
    ]
    return _cut(rows) + _table(["time", "pedal", "kind", "what"], rows[-ROWS:])


def _cut(rows: Sequence[object]) -> str:
    return f"<p>The last {ROWS} of {len(rows)}.</p>" if len(rows) > ROWS else ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    lines = [f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows]
    body = "\n".join(lines)
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _cell(text: str) -> str:
    mark = f' class="{text.lower()}"' if text in ("ALARM", "WARN") else ""
    return f"<td{mark}>{escape(text)}</td>"


def _level(level: float) -> str:
    return f"{level:.1f} dBFS" if level > -119 else "silent"


def _clock(at_s: float, with_day: bool) -> str:
    at = datetime.fromtimestamp(at_s)
    return f"{at:%Y-%m-%d %H:%M:%S}" if with_day else f"{at:%H:%M:%S}"


def _long(seconds: float) -> str:
    """3725 -> "1 h 2 min"."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return (
        f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    )
