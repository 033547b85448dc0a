"""Plots of the paper's comparisons: every seed is shown, none is an average alone."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from training.drawing import BLUE, GREEN, ORANGE
from training.paper_data import KINDS
from training.paper_tables import NAMES, Cell, Row, values

COLOURS = {"lstm-1": BLUE, "lstm-16": ORANGE, "cascade-16": GREEN}
STYLES = ("-", "--", ":", "-.")
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
    plain(axis.yaxis)
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
        size = [[100.0 * esr for esr in values(found[key], "esr_all")] for key in keys]
        mac = [fmean(values(found[key], "mac")) for key in keys]
        for axis, across in zip(axes, ([key[1] for key in keys], mac), strict=True):
            for at, some in zip(across, size, strict=True):
                axis.plot([at] * len(some), some, ".", color=colour, alpha=0.6)
            axis.plot(across, [fmean(some) for some in size], "-", color=colour)
        axes[0].plot([], [], ".-", color=colour, label=NAMES[network])
    for axis, word in zip(axes, ("hidden units", "MAC a sample"), strict=True):
        axis.set(xscale="log", yscale="log", xlabel=word)
        plain(axis.xaxis)
    sizes = sorted({key[1] for key in found})
    axes[0].set_xticks(sizes, [str(size) for size in sizes])
    axes[0].set_xticks([], minor=True)
    axes[0].set_ylabel("ESR % on all held-out")
    plain(axes[0].yaxis)
    figure.legend(loc="outside upper center", ncols=3, columnspacing=1.0)


def by_data(figure: Any, found: Mapping[Cell, Sequence[Row]]) -> None:
    """Validation ESR over updates, by what was learned from."""
    courses(
        figure,
        [(rows, OF_DATA[key[2]], "-", f"from {key[2]}") for key, rows in found.items()],
    )


def by_network(figure: Any, found: Mapping[Cell, Sequence[Row]]) -> None:
    """Validation ESR over updates, by network and size."""
    keys = sorted(found, key=lambda key: (list(COLOURS).index(key[0]), key[1]))
    sizes = {net: [key[1] for key in keys if key[0] == net] for net in COLOURS}
    styles = [STYLES[sizes[key[0]].index(key[1]) % len(STYLES)] for key in keys]
    courses(
        figure,
        [
            (found[key], COLOURS[key[0]], style, f"{NAMES[key[0]]}, {key[1]}")
            for key, style in zip(keys, styles, strict=True)
        ],
    )


def courses(figure: Any, lines: Sequence[tuple[Sequence[Row], str, str, str]]) -> None:
    """A line a seed. lines: rows, colour, style and name of each kind."""
    axis = figure.subplots()
    for rows, colour, style, word in lines:
        for place, row in enumerate(rows):
            course = [(at, 100.0 * x) for at, x in row["line"] if x is not None]
            axis.plot(
                [at for at, _ in course],
                [esr for _, esr in course],
                style,
                color=colour,
                alpha=0.8,
                label="_" if place else word,
            )
    axis.set(yscale="log", xlabel="updates", ylabel="validation ESR %, best so far")
    plain(axis.yaxis)
    figure.legend(loc="outside upper center", ncols=2, fontsize="small")


def dataset_keys(found: Mapping[Cell, Sequence[Row]]) -> list[Cell]:
    """The trainings that differ by their data alone; with notes only the smallest."""
    both = [key[:2] for key in found if key[2] == KINDS[1]]
    of_one = [key[:2] for key in found if key[0] == "lstm-1"]
    chosen = both[:1] or sorted(of_one)[:1]
    return [(*key, kind) for key in chosen for kind in KINDS if (*key, kind) in found]


def plain(axis: Any) -> None:
    """1, 2 and 5 of each decade, as numbers are read and not as powers."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())
