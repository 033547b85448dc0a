"""The report of models: what was measured of them, to read, to see and to hear."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from training import figures, page, pictures
from training.align import SPREAD
from training.evaluation import Audio, Result
from training.page import nested, tabled
from training.story import Story

RATE_HZ = 44100
LISTEN_S = 8.0  # of each player
NEAR = (  # words for an ESR up to so much; ours, no listening test stands behind them
    (0.001, "very near to the original"),
    (0.01, "near to the original"),
    (0.1, "of the same kind as the original, but not near"),
    (math.inf, "not like the original"),
)
IDLE_DBFS = -90.0
HEARD_IMAGES_DB = -40.0
NOT = "not measured"


def write(
    path: Path,
    title: str,
    results: Sequence[Result],
    provenance: Mapping[str, Any],
    story: Story | None = None,
) -> None:
    """Writes the page. Raises TrainingError where it cannot be."""
    page.write(path, page_of(title, results, provenance, story))


def page_of(
    title: str,
    results: Sequence[Result],
    provenance: Mapping[str, Any],
    story: Story | None = None,
) -> str:
    """The whole page as text.

    provenance: what the bank says, by effect. story: what a training knows beside it;
    without one the page leaves out checks, alignment and files.
    """
    body = [f"<h1>{escape(title)}</h1>", summary(results)]
    for result in results:
        body += section(result)
    if story is not None:
        body += checked(story)
        body += aligned(story)
    body += ["<h2>Where it comes from</h2>", nested(provenance)]
    if story is not None:
        body += [nested(story.facts), filed(story)]
    return page.frame(title, body)


def verdict(result: Result) -> str:
    """What the figures mean for a player, in a sentence."""
    name = f"{result.effect}, block {result.block}"
    if result.idle_dbfs > IDLE_DBFS:
        return (
            f"{name}: not fit to play, it sounds at {result.idle_dbfs:.0f} dBFS idle."
        )
    fit = next(words for most, words in NEAR if result.esr <= most)
    said = f"{name}: {fit}, with an error of {percent(result.esr)} % of the energy"
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


def percent(ratio: float) -> str:
    """A ratio in %, with three digits that count."""
    return f"{100 * ratio:#.3g}".rstrip(".") if ratio else "0"


def summary(results: Sequence[Result]) -> str:
    """The verdicts, and all figures side by side: a column a model."""
    lines = "".join(f"<p class=verdict>{escape(verdict(one))}</p>" for one in results)
    heads = ["", *(f"{one.effect} {one.block}" for one in results)]
    rows: list[tuple[str, list[str]]] = [
        ("ESR, %", [percent(one.esr) for one in results]),
        (
            "ESR at unseen settings, %",
            [NOT if x.esr_unseen is None else percent(x.esr_unseen) for x in results],
        ),
        ("MSE, full scale squared", [f"{one.mse:.2e}" for one in results]),
        ("DC part of the ESR", [f"{one.dc:.1e}" for one in results]),
        (
            "multi-resolution STFT loss",
            [NOT if one.stft is None else f"{one.stft:.3f}" for one in results],
        ),
    ]
    for hz in figures.TONES_HZ:
        words = f"images of {hz} Hz (the original's), dB"
        rows.append((words, [imaged(one, hz) for one in results]))
    rows += [
        ("idle, dBFS", [f"{one.idle_dbfs:.0f}" for one in results]),
        (
            "loudness against the original, LU",
            [signed(one.loudness_lu) for one in results],
        ),
        ("loudness of the stock clip, LUFS", [stock(one) for one in results]),
        ("the bank's gain, dB", [signed(one.gain_db) for one in results]),
        ("MAC a sample", [f"{one.mac:.0f}" for one in results]),
        ("ns a sample, in the engine on this machine", [costs(x) for x in results]),
    ]
    held = results[0]
    told = (
        f"Measured on {held.seconds:.0f} s of {escape(held.source)}: the exported "
        "models, in the engine that plays them live. ESR is the energy of the error "
        "over that of the original; with knobs it is the mean of the trained "
        "settings, or where none of them was measured of those that were. Images are "
        "what a loud sine brings beside its harmonics. The words "
        "above stand for the size of the error; no listening test is behind them."
    )
    listed = [[words, *cells] for words, cells in rows if set(cells) != {NOT}]
    missing = [words for words, cells in rows if set(cells) == {NOT}]
    left = f" Not measured: {escape('; '.join(missing))}." if missing else ""
    return f"{lines}{tabled(heads, listed)}<p class=soft>{told}{left}</p>"


def imaged(result: Result, hz: int) -> str:
    """The images of a tone, and the original's where it could be asked."""
    original = result.target_images.get(hz)
    return f"{result.images[hz]:.0f}" + (
        "" if original is None else f" ({original:.0f})"
    )


def signed(level: float) -> str:
    """A difference of levels; none where one of them was silent."""
    return f"{level:+.2f}" if math.isfinite(level) else "none: silence"


def stock(result: Result) -> str:
    """Loudness of the stock clip before and behind the model."""
    dry, wet = result.stock_lufs
    return f"{dry:.1f} → {wet:.1f}"


def costs(result: Result) -> str:
    """The time of a sample, and its share of the time there is."""
    return f"{result.ns:.0f} ({result.ns * RATE_HZ * 1e-7:.2g} % of a core)"


def section(result: Result) -> list[str]:
    """One model: players, errors by level and setting, pictures."""
    name = f"{result.effect}, block {result.block}"
    levels = [
        [f"from {low:.0f}", f"{seconds:.1f}", percent(error)]
        for low, seconds, error in result.by_level
    ]
    takes = {"dry": result.dry, "original": result.wanted, "model": result.heard}
    knob = bool(result.knobs.names)
    where = result.knobs.told(result.middle)
    at = f"<p>Heard and drawn at {escape(where)}.</p>" if knob else ""
    parts = [
        f"<h2>{escape(name)}</h2>{at}<h3>Listen</h3>",
        page.players({k: loudest(v, result.wanted) for k, v in takes.items()}),
        "<div class=pictures>",
        *(page.pictured(*picture) for picture in pictures.of(result)),
        "</div><div class=pictures><div><h3>Error by the level of the input</h3>",
        tabled(["dBFS", "s", "ESR %"], levels),
        f"<p class=soft>Below {figures.LEVELS_DBFS[0]} dBFS it is not told.</p></div>",
        tracked(result),
    ]
    if knob:
        parts.append(by_setting(result))
    return [*parts, "</div>"]


def by_setting(result: Result) -> str:
    """The error at each setting of the knobs, and which of them were trained."""
    names = result.knobs.names
    rows = [
        [
            *(f"{at:g}" for at in setting),
            percent(error),
            "" if result.knows(setting) else "not trained",
        ]
        for setting, error in sorted(result.by_setting.items())
    ]
    heads = [*(f"{name} %" for name in names), "ESR %", ""]
    return f"<div><h3>Error by {' and '.join(names)}</h3>{tabled(heads, rows)}</div>"


def tracked(result: Result) -> str:
    """The level that comes out, for the level that goes in."""
    rows = [
        [f"{level:.0f}", f"{mine:.1f}"]
        + ([] if wanted is None else [f"{wanted:.1f}", f"{mine - wanted:+.2f}"])
        for level, mine, wanted in result.tracking
    ]
    heads = ["in, dBFS", "model", "original", "difference, dB"][: len(rows[0])]
    words = f"A sine of {figures.TRACKED_HZ} Hz: its peak, and the RMS that comes out."
    none = "" if result.target_levels else " The original cannot be asked."
    return (
        f"<div><h3>Level tracking</h3>{tabled(heads, rows)}"
        f"<p class=soft>{words}{none}</p></div>"
    )


def checked(story: Story) -> list[str]:
    """What was looked at in the recordings before, and found."""
    parts = ["<h2>Checks of the recordings</h2>"]
    for report in story.checks:
        rows = [[row.name, row.state, row.found, row.expected] for row in report.rows]
        parts.append(f"<p>{escape(report.line())}</p>")
        parts.append(tabled(["check", "", "found", "expected"], rows, "words"))
    if not story.checks:
        parts.append(f"<p>{escape(story.unchecked)}</p>")
    if story.remarks:
        parts.append(nested(story.remarks))
    return parts


def aligned(story: Story) -> list[str]:
    """The delay that was found and undone, and how sure that is."""
    parts = ["<h2>Alignment</h2>"]
    for place, report in enumerate(story.checks):
        found = report.alignment
        if found is None:
            text = f"{report.dry} and {report.wet}: the checks never came to it."
            parts.append(f"<p>{escape(text)}</p>")
            continue
        track = found.track
        near = np.abs(track.delays - found.samples) <= SPREAD
        turned = "the same" if found.polarity > 0 else "turned over, undone"
        text = (
            f"{report.dry} and {report.wet}: wet is {found.samples:.2f} samples "
            f"({1000 * found.samples / RATE_HZ:.2f} ms) late; {round(found.samples)} "
            f"are undone. Polarity: {turned}. Likeness {found.likeness:.1f}, where two "
            f"performances have 2 to 3 and a pair 8 or more; {near.sum()} of "
            f"{len(near)} moments say the same to {SPREAD} samples."
        )
        words = "likeness over the delay, and the delay of each moment; dashed: taken"
        drawing = pictures.alignment(found, f"alignment-{place}")
        parts.append(f"<p>{escape(text)}</p>{page.pictured('', words, drawing)}")
    if not story.checks:
        parts.append(f"<p>{escape(story.unaligned)}</p>")
    return parts


def filed(story: Story) -> str:
    """The recordings by name and hash."""
    if not story.files:
        return ""
    rows = [[row.name, f"{row.size}", row.sha256] for row in story.files]
    table = tabled(["file", "bytes", "SHA-256"], rows, "words")
    return f"<h3>Recordings it heard</h3>{table}"


def loudest(audio: Audio, guide: Audio) -> Audio:
    """The same 8 s of a recording: where the guide is loudest."""
    size = min(len(guide), round(LISTEN_S * RATE_HZ))
    energy = np.concatenate(([0.0], np.cumsum(np.square(guide, dtype=float))))
    start = int(np.argmax(energy[size:] - energy[: len(energy) - size]))
    return np.asarray(audio[start : start + size])
