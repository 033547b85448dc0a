"""A matplotlib figure as SVG within a page, in the page's colours, light or dark."""

import io
import re
from collections.abc import Callable
from typing import Any

from training.errors import TrainingError

INK, SOFT, LINE = (
    "#010101",
    "#020202",
    "#030303",
)  # each stands for a colour of the page
BLUE, ORANGE, GREEN, RED = "#040404", "#050505", "#060606", "#070707"
NAMES = ("ink", "soft", "line", "blue", "orange", "green", "red")
COLOURS = dict(zip((INK, SOFT, LINE, BLUE, ORANGE, GREEN, RED), NAMES, strict=True))
LIGHT = {  # for an SVG that stands alone; see report.css
    "ink": "#1a1a1a",
    "soft": "#5c5c5c",
    "line": "#d4d4d4",
    "blue": "#1f5fa8",
    "orange": "#b86200",
    "green": "#2f7d3b",
    "red": "#b3202a",
}
BITMAP_BLUE = "#3d85c6"  # in bitmaps, which no page can colour; seen on both
WIDTH_IN, DOTS = 5.4, 160
SIZE_PT = 10.0
NAMESPACES = re.compile(r'\sxmlns(:\w+)?="[^"]*"')
IDS = re.compile(r'(\bid="|xlink:href="#|url\(#)')
STYLE = {
    "svg.fonttype": "none",
    "font.size": SIZE_PT,
    "axes.titlesize": SIZE_PT,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LINE,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
}


def svg(name: str, height_in: float, draw: Callable[[Any], None]) -> str:
    """What `draw` puts into a figure, to stand in a page, its colours by name.

    name: unique in its page. Raises TrainingError where matplotlib is not installed.
    """
    return within(name, drawn(name, height_in, draw))


def within(name: str, text: str) -> str:
    """A drawn SVG as a part of a page, in the page's colours. name: unique there."""
    text = NAMESPACES.sub("", text[text.index("<svg") :])
    for colour, known in COLOURS.items():
        text = text.replace(colour, f"var(--{known})")
    return IDS.sub(rf"\g<1>{name}-", text)


def alone(text: str) -> str:
    """A drawn SVG as a file of its own, for light paper."""
    for colour, known in COLOURS.items():
        text = text.replace(colour, LIGHT[known])
    return text


def drawn(name: str, height_in: float, draw: Callable[[Any], None]) -> str:
    """The SVG as matplotlib writes it, colours standing for others; see `within`."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ModuleNotFoundError as cause:
        raise TrainingError(
            f"the report needs the package {cause.name}, found none; run "
            "`.venv/bin/pip install -e '.[report]'`"
        ) from cause
    with rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        draw(figure)
        file = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, dpi=DOTS, metadata=nothing)
    return file.getvalue()
