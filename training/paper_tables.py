"""Figures of the paper's comparisons over seeds: cells, spread, verdicts, CSV. Pure."""

import csv
import io
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from training.paper_data import KINDS

Row = Mapping[str, Any]
Cell = tuple[str, int, str]  # network, hidden units, what it learned from
NAMES = {
    "lstm-1": "LSTM, block 1",
    "lstm-16": "LSTM, block 16",
    "cascade-16": "cascade, block 16",
}
LEAST_SEEDS = 3  # of each; all of 3 on one side of 3 others is chance once in 10
JOB = ("network", "hidden", "data", "seed", "updates")
FIGURES = (
    "esr_notes",
    "mse_notes",
    "esr_phrases",
    "mse_phrases",
    "esr_all",
    "mse_all",
    "images_db",
    "idle_dbfs",
    "mac",
    "ns",
    "parameters",
    "samples_an_update",
    "seconds",
)


def cells(rows: Iterable[Row]) -> dict[Cell, list[Row]]:
    """The seeds of each kind of training."""
    found: dict[Cell, list[Row]] = {}
    for row in rows:
        job = row["job"]
        key = (job["network"], job["hidden"], job["data"])
        found.setdefault(key, []).append(row)
    return found


def values(rows: Sequence[Row], figure: str) -> list[float]:
    """One figure of all seeds; those that have none are left out."""
    return [float(row[figure]) for row in rows if row.get(figure) is not None]


def spread(found: Sequence[float], scale: float = 1.0) -> str:
    """Mean and standard deviation over seeds; of a single one no deviation."""
    if not found:
        return "not measured"
    mean = f"{scale * statistics.fmean(found):.3g}"
    if len(found) == 1:
        return f"{mean} (one seed)"
    return f"{mean} ± {scale * statistics.stdev(found):.2g}"


def versus(one: Sequence[float], other: Sequence[float]) -> str:
    """Which of two is the lower, if any: only where every seed says so, of enough."""
    least = min(len(one), len(other))
    if least < LEAST_SEEDS:
        return f"{least} {'seed is' if least == 1 else 'seeds are'} too few to tell"
    if max(one) < min(other):
        return f"the first is lower with every one of {least} seeds"
    if min(one) > max(other):
        return f"the second is lower with every one of {least} seeds"
    return "no difference that the seeds would show"


def verdicts(rows: Sequence[Row]) -> list[str]:
    """What the figures show, and what they don't, in sentences."""
    found = cells(rows)
    lines = of_data(found)
    sizes = sorted({hidden for network, hidden, _ in found if network != "cascade-16"})
    for hidden in sizes:
        pair = [found.get((net, hidden, KINDS[0])) for net in ("lstm-1", "lstm-16")]
        if pair[0] and pair[1]:
            words = [f"{hidden} units at block 1", "at block 16"]
            start = "On all held-out audio, "
            lines.append(compared(words, [pair[0], pair[1]], "esr_all", start))
    return lines


def of_data(found: Mapping[Cell, list[Row]]) -> list[str]:
    """Notes against phrases, on each kind of held-out audio."""
    key = next(((n, h) for n, h, data in found if data == KINDS[1]), None)
    if key is None or (*key, KINDS[0]) not in found:
        return []
    sides = [found[(*key, kind)] for kind in KINDS]
    words = ["learned from notes:", "from phrases:"]
    return [
        compared(words, sides, f"esr_{held}", f"On held-out {held}, ") for held in KINDS
    ]


def compared(
    words: Sequence[str], sides: Sequence[list[Row]], figure: str, start: str = ""
) -> str:
    """Two kinds of training by one ESR, in a sentence."""
    one, other = (values(side, figure) for side in sides)
    text = (
        f"{start}{words[0]} ESR {spread(one, 100)} %, {words[1]} {spread(other, 100)} %"
    )
    return f"{text}: {versus(one, other)}."


def runs_csv(rows: Sequence[Row]) -> str:
    """One line a training."""
    lines = [[row["job"][name] for name in JOB] for row in rows]
    for line, row in zip(lines, rows, strict=True):
        line += [row.get(name, "") for name in FIGURES]
    return written([*JOB, *FIGURES], lines)


def cells_csv(rows: Sequence[Row], keys: Iterable[Cell]) -> str:
    """One line a kind of training: mean and standard deviation of each figure."""
    found, lines = cells(rows), []
    heads = [f"{name}_{what}" for name in FIGURES for what in ("mean", "deviation")]
    for key in keys:
        line: list[Any] = [*key, len(found[key])]
        for name in FIGURES:
            some = values(found[key], name)
            line.append(statistics.fmean(some) if some else "")
            line.append(statistics.stdev(some) if len(some) > 1 else "")
        lines.append(line)
    return written(["network", "hidden", "data", "seeds", *heads], lines)


def lines_csv(rows: Sequence[Row]) -> str:
    """One line a validation."""
    heads = ["network", "hidden", "data", "seed", "update", "validation_esr"]
    lines = [
        [*(row["job"][name] for name in JOB[:4]), at, esr]
        for row in rows
        for at, esr in row["line"]
    ]
    return written(heads, lines)


def written(heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """CSV with a head."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(lines)
    return file.getvalue()
