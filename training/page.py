"""Pieces of HTML pages that hold all they show: tables, players, pictures, frame."""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from training import whole
from training.errors import TrainingError

RATE_HZ = 44100
STYLE = Path(__file__).with_name("report.css")
SCRIPT = Path(__file__).with_name("report.js")


def frame(title: str, body: Sequence[str]) -> str:
    """The whole page as text; it reaches for nothing outside itself."""
    return PAGE.format(
        title=escape(title),
        style=STYLE.read_text(encoding="utf-8"),
        script=SCRIPT.read_text(encoding="utf-8"),
        body="\n".join(body),
    )


def write(path: Path, text: str) -> None:
    """Writes a file, whole or not at all. Raises TrainingError where it cannot be."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise TrainingError(f"{path}: cannot be written: there is no folder {folder}")
    try:
        with whole.aside(path) as new:
            new.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrainingError(
            f"{path}: cannot be written: {error.strerror}; make room and run it again"
        ) from error


def tabled(heads: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    """A table; numbers line up. kind: "words" where cells are text, which wraps.

    The first cell of a row is its head.
    """
    head = "".join(f"<th scope=col>{escape(text)}</th>" for text in heads)
    lines = "".join(
        f"<tr><th scope=row>{escape(row[0])}</th>"
        + "".join(f"<td>{escape(text)}</td>" for text in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide {kind}" tabindex=0><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def nested(value: Any) -> str:
    """Plain values as lists within lists, an innermost one as a line."""
    if isinstance(value, Mapping):
        rows = "".join(
            f"<li><b>{escape(str(key).replace('_', ' '))}</b> {nested(item)}</li>"
            for key, item in value.items()
        )
        return f"<ul>{rows}</ul>"
    if isinstance(value, list | tuple):
        if all(isinstance(item, int | float) for item in value):
            return ", ".join(str(item) for item in value)
        return "<ul>" + "".join(f"<li>{lined(item)}</li>" for item in value) + "</ul>"
    return escape(str(value))


def lined(value: Any) -> str:
    """An item of a list; a mapping of plain values as one line."""
    if not isinstance(value, Mapping) or any(
        isinstance(item, Mapping | list | tuple) for item in value.values()
    ):
        return nested(value)
    return escape("; ".join(f"{key}: {item}" for key, item in value.items()))


def pictured(title: str, words: str, drawing: str) -> str:
    """A picture with its title; words: what it shows, for who can't see it."""
    head = f"<h3>{escape(title)}</h3>" if title else ""
    return (
        f"<figure>{head}<div role=img "
        f'aria-label="{escape(words, quote=True)}">{drawing}</div>'
        f"<figcaption>{escape(words)}</figcaption></figure>"
    )


def players(takes: Mapping[str, NDArray[np.floating]]) -> str:
    """Players of the same moment (N,) each: starting one goes on where another was.

    All are softened by as much as keeps the loudest from clipping, which is said.
    """
    top = max(float(np.abs(take).max(initial=0.0)) for take in takes.values())
    gain = 1.0 / max(1.0, top)
    said = f" All are {-20 * np.log10(gain):.1f} dB softer than they are."
    rows = "".join(player(word, gain * take) for word, take in takes.items())
    words = "Start one while another plays: it goes on at the same moment."
    return f"<div class=takes>{rows}</div><p>{words}{said if gain < 1.0 else ''}</p>"


def player(word: str, audio: NDArray[np.floating]) -> str:
    """An audio element with its sound in it, 16-bit FLAC."""
    file = io.BytesIO()
    soundfile.write(file, audio, RATE_HZ, "PCM_16", format="FLAC")
    source = base64.b64encode(file.getvalue()).decode()
    return (
        f"<label><span>{escape(word)}</span> <audio controls preload=metadata "
        f'src="data:audio/flac;base64,{source}"></audio></label>'
    )


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
{style}</style></head><body><main>
{body}
</main><script>
{script}</script></body></html>
"""
