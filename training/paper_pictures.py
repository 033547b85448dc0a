"""Plots of the paper's comparisons: every seed is shown, none is an average alone."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from training.drawing import BLUE, GREEN, ORANGE, RED
from training.paper_data import KINDS
from training.paper_tables import NAMES, Cell, Row, cells, values

COLOURS = {"lstm-1": BLUE, "lstm-16": ORANGE, "cascade-16": GREEN}
OF_DATA = {KINDS[0]: BLUE, KINDS[1]: ORANGE}


def datasets(figure: Any, found: Mapping[Cell, Sequence[Row]]) -> None:
    """A dot a seed: ESR on held-out notes and phrases by what was learned from."""
    axis = figure.subplots()
    for place, kind in enumerate(OF_DATA):
        for key, rows in found.items():
            if key[2] != kind:
                continue
            for held, name in enumerate(KINDS):
                size = [100.0 * esr for esr in values(rows, f"esr_{name}")]
                at = held + 0.24 * place - 0.12
                axis.plot([at] * len(size), size, "o", color=OF_DATA[kind], alpha=0.7)
    axis.set_xticks(range(len(KINDS)), [f"held-out {name}" for name in KINDS])
    axis.set(yscale="log", ylabel="ESR %", xlim=(-0.5, len(KINDS) - 0.5))
    plain(axis)
    for kind, colour in OF_DATA.items():
        axis.plot([], [], "o", color=colour, label=f"learned from {kind}")
    figure.legend(loc="outside upper center", ncols=2)


def blocks(figure: Any, found: Mapping[Cell, Sequence[Row]]) -> None:
    """ESR over hidden units, and over what a sample costs."""
    axes = figure.subplots(1, 2, sharey=True)
    for network, colour in COLOURS.items():
        keys = sorted(key for key in found if key[0] == network)
        if not keys:
            continue
        for axis, across in zip(
            axes, ([key[1] for key in keys], costs(found, keys)), strict=True
        ):
            size = [values(found[key], "esr_all") for key in keys]
            for at, some in zip(across, size, strict=True):
                each = [100.0 * esr for esr in some]
                axis.plot([at] * len(each), each, ".", color=colour, alpha=0.6)
            means = [100.0 * fmean(some) for some in size]
            axis.plot(across, means, "-", color=colour)
        axes[0].plot([], [], ".-", color=colour, label=NAMES[network])
    for axis, word in zip(axes, ("hidden units", "MAC a sample"), strict=True):
        axis.set(xscale="log", yscale="log", xlabel=word)
    sizes = sorted({key[1] for key in found})
    axes[0].set_xticks(sizes, [str(size) for size in sizes], minor=False)
    axes[0].set_xticks([], minor=True)
    axes[0].set_ylabel("ESR % on all held-out")
    plain(axes[0])
    figure.legend(loc="outside upper center", ncols=3)


def costs(found: Mapping[Cell, Sequence[Row]], keys: Sequence[Cell]) -> list[float]:
    """MAC a sample of each."""
    return [fmean(values(found[key], "mac")) for key in keys]


def convergence(figure: Any, rows: Sequence[Row]) -> None:
    """Validation ESR over updates: by what was learned from, and by network."""
    found = cells(rows)
    left, right = figure.subplots(1, 2, sharey=True)
    of_data = {key: some for key, some in found.items() if key in dataset_keys(found)}
    for key, some in of_data.items():
        courses(left, some, OF_DATA[key[2]], f"from {key[2]}")
    ends = [key for key in found if key[2] == KINDS[0] and key not in of_data]
    shades = iter((GREEN, RED, ORANGE, BLUE) * len(ends))
    styles = {"lstm-1": "-", "lstm-16": "--", "cascade-16": ":"}
    for key in sorted(ends):
        word = f"{key[0]} h{key[1]}"
        courses(right, found[key], next(shades), word, styles[key[0]])
    for axis in (left, right):
        axis.set(yscale="log", xlabel="updates")
        if axis.lines:
            axis.legend(fontsize="x-small", loc="upper right")
    left.set_ylabel("validation ESR %, best so far")
    plain(left)


def dataset_keys(found: Mapping[Cell, Sequence[Row]]) -> list[Cell]:
    """The trainings that differ by their data alone; with notes only the smallest."""
    both = [key[:2] for key in found if key[2] == KINDS[1]]
    of_one = [key[:2] for key in found if key[0] == "lstm-1"]
    chosen = both[:1] or sorted(of_one)[:1]
    return [(*key, kind) for key in chosen for kind in KINDS if (*key, kind) in found]


def courses(
    axis: Any, rows: Sequence[Row], colour: str, word: str, style: str = "-"
) -> None:
    """A line a seed."""
    for place, row in enumerate(rows):
        line = [(at, 100.0 * esr) for at, esr in row["line"]]
        label = "_" if place else word
        axis.plot(
            *zip(*line, strict=True), style, color=colour, lw=1, alpha=0.8, label=label
        )


def plain(axis: Any) -> None:
    """Numbers as they are read, not as powers."""
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter("")
