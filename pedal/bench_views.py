"""What `pedal bench` found, as JSON, a table to read and a Markdown file. Pure."""

from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

from rich.table import Table

OURS = "pedal"
RATED = ("eigen", "xsimd")  # RTNeural's back ends that a ratio is taken to
RATE_HZ = 44100
Key = tuple[str, str]  # case, subject


@dataclass
class Bench:
    """One build's timings, taken line by line as pedal-bench prints them."""

    flags: str = ""
    rivals: list[str] = field(default_factory=list)
    errors_db: dict[Key, float | None] = field(default_factory=dict)
    times_ns: dict[Key, list[float]] = field(default_factory=dict)

    def take(self, line: dict[str, Any]) -> None:
        """One line: the build, a subject, or one timing."""
        if "flags" in line:
            self.flags, self.rivals = line["flags"], line["rivals"]
            return
        key = line["case"], line["subject"]
        if "ns" in line:
            self.times_ns.setdefault(key, []).append(line["ns"])
        else:
            self.errors_db[key] = line.get("error_db")

    @property
    def rounds(self) -> int:
        """Whole rounds so far."""
        return min(
            (len(self.times_ns.get(key, ())) for key in self.errors_db), default=0
        )

    def cases(self) -> list[str]:
        return list(dict.fromkeys(case for case, _ in self.errors_db))

    def rivals_of(self, case: str) -> list[str]:
        return [who for what, who in self.errors_db if what == case and who != OURS]

    def ns(self, case: str, subject: str = OURS) -> float:
        """Median of a sample's nanoseconds."""
        return median(self.times_ns[case, subject][: self.rounds])

    def ratio(self, case: str, rival: str) -> float:
        """How often ours goes into the rival: the median over rounds."""
        ours, theirs = self.times_ns[case, OURS], self.times_ns[case, rival]
        return median(b / a for a, b in zip(ours, theirs, strict=False))

    def better(self, case: str) -> tuple[str, float] | None:
        """The faster of Eigen and xsimd, and the ratio to it."""
        rated = [who for who in self.rivals_of(case) if who.split()[0] in RATED]
        if not rated:
            return None
        return min(((who, self.ratio(case, who)) for who in rated), key=lambda r: r[1])


@dataclass
class Report:
    """All builds of one machine."""

    processor: str
    runs: list[Bench]


def as_json(report: Report) -> dict[str, Any]:
    """Figures with their units in the names."""
    return {
        "processor": report.processor,
        "builds": [
            {
                "flags": run.flags,
                "rivals": run.rivals,
                "rounds": run.rounds,
                "cases": [_case(run, case) for case in run.cases()],
            }
            for run in report.runs
        ],
    }


def _case(run: Bench, case: str) -> dict[str, Any]:
    better = run.better(case)
    return {
        "case": case,
        "ns": round(run.ns(case), 2),
        "core_percent": round(_core_percent(run.ns(case)), 3),
        "error_db": run.errors_db[case, OURS],
        "ratio": None if better is None else round(better[1], 2),
        "ratio_to": None if better is None else better[0],
        "rivals": {
            rival: {
                "ns": round(run.ns(case, rival), 2),
                "ratio": round(run.ratio(case, rival), 2),
                "error_db": run.errors_db[case, rival],
            }
            for rival in run.rivals_of(case)
        },
    }


def _core_percent(ns: float) -> float:
    """Of one core, at 44.1 kHz."""
    return ns * 1e-9 * RATE_HZ * 100


def _heads(run: Bench) -> list[str]:
    """Columns; one a rival, of which each row has the better of two interfaces."""
    rated = ["x"] if set(run.rivals) & set(RATED) else []
    rivals = [f"{rival} x" for rival in run.rivals]
    return ["model", "ns", "% core", "error dB", *rated, *rivals]


def _row(run: Bench, case: str) -> list[str]:
    better = run.better(case)
    rated = (
        [f"{better[1]:.2f}" if better else ""] if set(run.rivals) & set(RATED) else []
    )
    error_db = run.errors_db[case, OURS]
    return [
        case,
        f"{run.ns(case):.1f}",
        f"{_core_percent(run.ns(case)):.2f}",
        "" if error_db is None else f"{error_db:.0f}",
        *rated,
        *(_rival(run, case, rival) for rival in run.rivals),
    ]


def _rival(run: Bench, case: str, rival: str) -> str:
    """Ratio to a back end's faster interface."""
    of_it = [who for who in run.rivals_of(case) if who.split()[0] == rival]
    return f"{min(run.ratio(case, who) for who in of_it):.2f}" if of_it else ""


def _worst_db(run: Bench) -> str:
    """The largest error of each rival, over all cases."""
    found: dict[str, list[float]] = {}
    for (_, who), error_db in run.errors_db.items():
        if who != OURS and error_db is not None:
            found.setdefault(who.split()[0], []).append(error_db)
    worst = [f"{rival} {max(errors):.0f} dB" for rival, errors in found.items()]
    return f"Largest error of RTNeural: {', '.join(worst)}." if worst else ""


def as_table(report: Report, run: Bench) -> Table:
    """One build, for a terminal."""
    title = f"{report.processor}; {run.flags or 'plain'}; {run.rounds} rounds"
    table = Table(box=None, pad_edge=False, header_style="bold", title=title)
    for number, head in enumerate(_heads(run)):
        side: Literal["left", "right"] = "right" if number else "left"
        table.add_column(head, justify=side, no_wrap=True)
    for case in run.cases():
        table.add_row(*_row(run, case))
    return table


def as_markdown(report: Report) -> str:
    """All builds, for a file; says how they were taken."""
    lines = [
        "# What models cost",
        "",
        f"Written by `make bench` on: {report.processor}. Medians of interleaved runs",
        "in one process, by the thread's own clock: nanoseconds a sample, per cent of",
        "one core at 44.1 kHz, error against float64. `x`: how many times as long the",
        "better of RTNeural's Eigen and xsimd takes; then each back end by itself, of",
        "sizes fixed at compile time and its run-time model the faster. The crossfade",
        "is of two models of 40 units at block 1, in the whole engine at period 64.",
    ]
    for run in report.runs:
        heads = _heads(run)
        lines += ["", f"## {run.flags or 'no flags'}, {run.rounds} rounds", ""]
        lines.append(f"| {' | '.join(heads)} |")
        lines.append(
            f"|{'|'.join('---' if not n else '--:' for n in range(len(heads)))}|"
        )
        lines += [f"| {' | '.join(_row(run, case))} |" for case in run.cases()]
        if worst := _worst_db(run):
            lines += ["", worst]
    return "\n".join(lines) + "\n"
