"""The report of a bank's models: one HTML file with pictures and sound in it."""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from training import figures, pictures
from training.errors import TrainingError
from training.evaluation import Audio, Result

RATE_HZ = 44100
LISTEN_S = 8.0  # of each player
GOOD_ESR, FAIR_ESR = 0.005, 0.02  # what most can't hear; what most can
IDLE_DBFS = -90.0
HEARD_IMAGES_DB = -40.0
STYLE = Path(__file__).with_name("report.css")


def write(
    page: Path,
    bank: str,
    results: Sequence[Result],
    provenance: Mapping[str, Mapping[str, Any]],
) -> None:
    """Writes the page. Raises TrainingError where it cannot be."""
    folder = page.absolute().parent
    if not folder.is_dir():
        raise TrainingError(f"{page}: cannot be written: there is no folder {folder}")
    text = page_of(bank, results, provenance)
    aside = page.with_name(f".{page.name}.new")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(page)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise TrainingError(f"{page}: cannot be written: {error.strerror}") from error


def page_of(
    bank: str,
    results: Sequence[Result],
    provenance: Mapping[str, Mapping[str, Any]],
) -> str:
    """The whole page as text; it reaches for nothing outside itself."""
    body = [f"<h1>Bank {escape(bank)}</h1>", summary(results)]
    for result in results:
        body += section(result)
    body.append("<h2>Where it comes from</h2>")
    for effect, origin in provenance.items():
        body.append(f"<h3>{escape(effect)}</h3>{nested(origin)}")
    style = STYLE.read_text(encoding="utf-8")
    return PAGE.format(title=f"Bank {escape(bank)}", style=style, body="\n".join(body))


def verdict(result: Result) -> str:
    """What the figures mean for a player, in a sentence."""
    name = f"{result.effect}, block {result.block}"
    if result.idle_dbfs > IDLE_DBFS:
        return (
            f"{name}: not fit to play, it sounds at {result.idle_dbfs:.0f} dBFS idle."
        )
    if result.esr <= GOOD_ESR:
        fit = "next to the original"
    elif result.esr <= FAIR_ESR:
        fit = "close, a careful ear hears a difference"
    else:
        fit = "of the same kind, but not the original"
    said = f"{name}: {fit}, with an error of {100 * result.esr:.3f} % of the energy"
    added = [
        hz
        for hz, level in result.images.items()
        if level > max(HEARD_IMAGES_DB, result.target_images.get(hz, level - 1.0))
    ]
    if not added:
        return f"{said}."
    tones = " and ".join(f"{hz}" for hz in added)
    worst = max(result.images[hz] for hz in added)
    return f"{said}; a loud {tones} Hz brings tones of its own, at {worst:.0f} dB."


def summary(results: Sequence[Result]) -> str:
    """The verdicts, and all figures side by side."""
    lines = "".join(f"<p class=verdict>{escape(verdict(one))}</p>" for one in results)
    heads = [
        "model",
        "ESR %",
        "at unseen drives %",
        "MSE",
        "DC part",
        "STFT",
        *(f"images {hz} Hz (original) dB" for hz in figures.TONES_HZ),
        "idle dBFS",
        "loudness LU",
        "MAC a sample",
        "ns a sample here",
    ]
    rows = []
    for one in results:
        images = [
            f"{level:.0f}"
            + (f" ({wanted[hz]:.0f})" if (wanted := one.target_images) else "")
            for hz, level in one.images.items()
        ]
        rows.append(
            [
                f"{one.effect} {one.block}",
                f"{100 * one.esr:.4f}",
                "" if one.esr_unseen is None else f"{100 * one.esr_unseen:.4f}",
                f"{one.mse:.2e}",
                f"{one.dc:.1e}",
                "not measured" if one.stft is None else f"{one.stft:.3f}",
                *images,
                f"{one.idle_dbfs:.0f}",
                f"{one.loudness_lu:+.2f}",
                f"{one.mac:.0f}",
                f"{one.ns:.0f}",
            ]
        )
    held = results[0]
    told = (
        f"Measured on {held.seconds:.0f} s of {escape(held.source)}, which no training "
        "heard, on the exported models in the engine that plays them live."
    )
    return f"{lines}<p>{told}</p>{tabled(heads, rows)}"


def section(result: Result) -> list[str]:
    """One model: errors by level and setting, pictures, players."""
    name = f"{result.effect}, block {result.block}"
    levels = [
        [f"from {low:.0f}", f"{seconds:.1f}", f"{100 * error:.4f}"]
        for low, seconds, error in result.by_level
    ]
    settings = [
        [f"{drive:g}", f"{100 * error:.4f}"]
        for drive, error in sorted(result.by_setting.items())
    ]
    parts = [
        f"<h2>{escape(name)}</h2>",
        "<h3>Listen: dry, original, model</h3>",
        *(
            player(word, loudest(audio, result.wanted))
            for word, audio in (
                ("dry", result.dry),
                ("original", result.wanted),
                ("model", result.heard),
            )
        ),
        "<h3>Error by the level of the input</h3>",
        tabled(["dBFS", "s", "ESR %"], levels),
    ]
    if len(settings) > 1:
        parts += ["<h3>Error by drive</h3>", tabled(["%", "ESR %"], settings)]
    for title, words, data in pictures.of(result):
        source = base64.b64encode(data).decode()
        parts.append(
            f'<h3>{escape(title)}</h3><img alt="{escape(words, quote=True)}" '
            f'src="data:image/png;base64,{source}">'
        )
    return parts


def loudest(audio: Audio, guide: Audio) -> Audio:
    """The same 8 s of a recording: where the guide is loudest."""
    size = min(len(guide), round(LISTEN_S * RATE_HZ))
    energy = np.concatenate(([0.0], np.cumsum(np.square(guide, dtype=float))))
    start = int(np.argmax(energy[size:] - energy[: len(energy) - size]))
    return np.asarray(audio[start : start + size])


def player(word: str, audio: Audio) -> str:
    """An audio element with its sound in it, 16-bit FLAC; louder than 1 is clipped."""
    file = io.BytesIO()
    soundfile.write(file, np.clip(audio, -1, 1), RATE_HZ, "PCM_16", format="FLAC")
    source = base64.b64encode(file.getvalue()).decode()
    return (
        f"<label>{word} <audio controls preload=none "
        f'src="data:audio/flac;base64,{source}"></audio></label>'
    )


def tabled(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; numbers line up."""
    head = "".join(f"<th scope=col>{escape(text)}</th>" for text in heads)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>"
        for row in rows
    )
    return (
        f"<div class=wide><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def nested(value: Any) -> str:
    """Provenance as lists within lists."""
    if isinstance(value, Mapping):
        rows = "".join(
            f"<li>{escape(str(key))}: {nested(item)}</li>"
            for key, item in value.items()
        )
        return f"<ul>{rows}</ul>"
    if isinstance(value, list | tuple):
        return "<ul>" + "".join(f"<li>{nested(item)}</li>" for item in value) + "</ul>"
    return escape(str(value))


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>
{style}</style></head><body>
{body}
</body></html>
"""
