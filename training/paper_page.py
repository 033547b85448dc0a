"""The page, CSV and SVG of the paper's comparisons, and why its figures are others."""

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path

from training import drawing, page, paper_pictures, story
from training.errors import TrainingError
from training.page import tabled
from training.paper_apart import APART, PAPER, SAME
from training.paper_data import GAIN, KINDS, Data, Source
from training.paper_tables import (
    NAMES,
    Cell,
    Row,
    cells,
    cells_csv,
    lines_csv,
    runs_csv,
    spread,
    values,
    verdicts,
)


def write(
    folder: Path,
    rows: Sequence[Row],
    planned: int,
    source: Source,
    data: Data,
    workers: int,
) -> Path:
    """Writes all files into the folder.   returns: the page's path.

    Raises TrainingError where one cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"{folder}: cannot be made: {error.strerror}") from error
    found = cells(rows)
    of_data = paper_pictures.dataset_keys(found)
    of_blocks = [key for key in found if key[2] == KINDS[0]]
    tables = {
        "runs": runs_csv(rows),
        "datasets": cells_csv(rows, of_data),
        "blocks": cells_csv(rows, of_blocks),
        "convergence": lines_csv(rows),
    }
    for name, text in tables.items():
        page.write(folder / f"{name}.csv", text)
    data_cells = {key: found[key] for key in of_data}
    block_cells = {key: found[key] for key in of_blocks}
    draws = {}
    if data_cells:
        draws["datasets"] = partial(paper_pictures.datasets, found=data_cells)
        draws["convergence-data"] = partial(paper_pictures.by_data, found=data_cells)
    if block_cells:
        draws["blocks"] = partial(paper_pictures.blocks, found=block_cells)
        draws["convergence-networks"] = partial(
            paper_pictures.by_network, found=block_cells
        )
    shown = {}
    for name, draw in draws.items():
        drawn = drawing.drawn(name, 3.2, draw)
        page.write(folder / f"{name}.svg", drawing.alone(drawn))
        shown[name] = drawing.within(name, drawn)
    text = page_of(rows, planned, source, data, workers, shown)
    path = folder / "paper.html"
    page.write(path, text)
    return path


def page_of(
    rows: Sequence[Row],
    planned: int,
    source: Source,
    data: Data,
    workers: int,
    shown: Mapping[str, str],
) -> str:
    """The page as text. shown: SVG by name."""
    found = cells(rows)
    of_data = paper_pictures.dataset_keys(found)
    of_blocks = sorted(key for key in found if key[2] == KINDS[0])
    lines = "".join(f"<p class=verdict>{escape(one)}</p>" for one in verdicts(rows))
    missing = planned - len(rows)
    left = (
        f"<p>{missing} of {planned} trainings are not done yet; run it again.</p>"
        if missing
        else ""
    )
    body = [
        "<h1>The paper's comparisons, redone</h1>",
        f"<p>{escape(f'{PAPER}: its networks and questions, on {told(source)}')}.</p>",
        left,
        lines,
        "<h2>Notes or phrases to learn from</h2>",
        datasets_part(found, of_data, source),
        pictures(shown, {"datasets": "a dot a seed; lower is better"}),
        "<h2>Block 1 or block 16</h2>",
        "<p>All learned from notes. Images: of a loud sine of 1244 Hz, beside its "
        "harmonics. The cascade is not the paper's: it is this project's network for "
        "block 16. ns: time of a sample in the engine on this machine, the least of "
        f"the seeds, taken amid trainings, {workers} at a time. How many samples an "
        "update hears differs by network, see below. The paper counts 223 parameters "
        "for 6 units: torch has two biases, which only add up and are one here.</p>",
        blocks_part(found, of_blocks),
        pictures(shown, {"blocks": "a dot a seed, lines: their means"}),
        "<h2>Convergence</h2>",
        "<p>Validation ESR, on the same audio for all, of the network that would be "
        "exported: the best so far.</p>",
        pictures(
            shown,
            {
                "convergence-data": "notes or phrases; a line a seed",
                "convergence-networks": "learned from notes; a line a seed",
            },
        ),
        "<h2>Where the paper's figures can't be compared with these</h2>",
        tabled(["of the paper", "why"], APART, "words"),
        "<p>What is the same for all trainings here:</p>",
        page.nested(SAME),
        "<h2>Where it comes from</h2>",
        page.nested(facts(rows, source, data)),
    ]
    return page.frame("The paper's comparisons, redone", body)


def pictures(shown: Mapping[str, str], words: Mapping[str, str]) -> str:
    """Plots side by side, those that there are. words: of each, by name."""
    drawn = [
        page.pictured("", words[name], shown[name]) for name in words if name in shown
    ]
    return f"<div class=pictures>{''.join(drawn)}</div>"


def told(source: Source) -> str:
    """What was learned from, in words."""
    if source.simulated:
        return (
            f"a simulated pedal ({source.effect}) in the layout of EGFxSet; no "
            "recording, and no pedal of the paper"
        )
    more = ", and phrases of your own" if source.phrases else ""
    return f"EGFxSet's {source.effect}{more}"


def datasets_part(
    found: dict[Cell, list[Row]], keys: Sequence[Cell], source: Source
) -> str:
    """The table by what was learned from."""
    if KINDS[1] not in source.kinds:
        return (
            "<p>Not compared: EGFxSet has no phrases. Phrases of the same pedal, in "
            "folders dry/ and wet/, are added by --phrases DIR.</p>"
        )
    if not keys:
        return "<p>None of these trainings is done yet.</p>"
    heads = ["held out"]
    heads += [f"learned from {key[2]}" for key in keys]
    lines = []
    for held in (*KINDS, "all"):
        for figure, scale, unit in (("esr", 100.0, "ESR %"), ("mse", 1.0, "MSE")):
            cells_of = [values(found[key], f"{figure}_{held}") for key in keys]
            lines.append([f"{held}, {unit}", *(spread(one, scale) for one in cells_of)])
    said = (
        f"{NAMES[keys[0][0]]}, of {keys[0][1]} units. Mean and standard deviation over "
        "seeds; MSE in full scale squared."
    )
    return f"{tabled(heads, lines)}<p class=soft>{said}</p>"


def blocks_part(found: dict[Cell, list[Row]], keys: Sequence[Cell]) -> str:
    """The table by block and hidden units."""
    heads = ["network", "units", "parameters", "ESR %, all", "MSE, all", "ESR %, notes"]
    heads += ["images dB", "idle dBFS", "MAC", "ns"]
    lines = []
    for key in keys:
        rows = found[key]
        line = [NAMES[key[0]], str(key[1]), f"{rows[0]['parameters']}"]
        line += [spread(values(rows, "esr_all"), 100), spread(values(rows, "mse_all"))]
        line.append(spread(values(rows, "esr_notes"), 100))
        line += [ranged(values(rows, name)) for name in ("images_db", "idle_dbfs")]
        line += [f"{rows[0]['mac']:.0f}", f"{min(values(rows, 'ns')):.0f}"]
        lines.append(line)
    return tabled(heads, lines)


def ranged(found: Sequence[float]) -> str:
    """From the least to the most over seeds."""
    low, high = f"{min(found):.0f}", f"{max(found):.0f}"
    return low if low == high else f"{low} to {high}"


def facts(rows: Sequence[Row], source: Source, data: Data) -> dict:
    """All that decides the figures."""
    jobs = [row["job"] for row in rows]
    scaled = f"; wet times {GAIN:g}" if source.simulated else ""
    return story.facts(
        data={
            "of": told(source) + scaled,
            "to learn from": f"{data.figures['train_s']:.0f} s of each kind",
            "to choose the epoch by": f"{data.figures['validate_s']:.0f} s of each",
            "held out": f"{data.figures['test_s']:.0f} s of each",
            "remarks": list(data.remarks),
        },
        recipe={
            "updates": sorted({job["updates"] for job in jobs}),
            "seeds": sorted({job["seed"] for job in jobs}),
            "samples an update": {
                NAMES[net]: sorted(
                    {
                        row["samples_an_update"]
                        for row in rows
                        if row["job"]["network"] == net
                    }
                )
                for net in NAMES
                if any(job["network"] == net for job in jobs)
            },
        },
    )
