"""What `pedal latency` prints: a table to read, rows for --json. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from pedal.latency import Budget, Delays, to_ms

NEAR_MS = 0.1  # a delay is as computed


@dataclass(frozen=True)
class Row:
    """One path that was measured. period, block: None where the path has none.

    budget: None where nobody can compute it. delays: in the order of the columns.
    """

    what: str
    delays: Sequence[Delays]
    block: int | None = None
    period: int | None = None
    budget: Budget | None = None

    def strays(self) -> list[str]:
        """Where a delay is not what was computed, in words."""
        if self.budget is None:
            return []
        expected = to_ms(self.budget.total())
        return [
            f"{self.what}, block {self.block}, period {self.period}: expected "
            f"{expected:.1f} ms, found {to_ms(value):.1f} by {delays.kind}"
            for delays in self.delays
            for value in (min(delays.samples), max(delays.samples))
            if abs(to_ms(value) - expected) > NEAR_MS
        ]


def as_table(rows: Sequence[Row]) -> Table:
    """Milliseconds: least, median, most. Columns that no row has are left out."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    columns = {name: [cell(row) for row in rows] for name, cell in CELLS.items()}
    columns = {name: cells for name, cells in columns.items() if any(cells)}
    for number, delays in enumerate(rows[0].delays if rows else ()):
        name = f"{delays.kind.sent()}: min median max ms"
        columns[name] = [_spread(row.delays[number]) for row in rows]
    for name in columns:
        table.add_column(name, justify="left" if name == "path" else "right")
    for cells in zip(*columns.values(), strict=True):
        table.add_row(*cells)
    return table


def as_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One object a path; delays in ms and in samples of 44.1 kHz."""
    return [
        {
            "path": row.what,
            "model_block": row.block,
            "period": row.period,
            "computed": None if row.budget is None else _computed(row.budget),
            **{delays.kind.sent(): _found(delays) for delays in row.delays},
        }
        for row in rows
    ]


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _budget(row: Row) -> str:
    return "" if row.budget is None else f"{to_ms(row.budget.total()):.2f}"


def _spread(delays: Delays) -> str:
    return "  ".join(f"{to_ms(value):.2f}" for value in delays.spread())


CELLS: dict[str, Callable[[Row], str]] = {
    "path": lambda row: row.what,
    "block": lambda row: _text(row.block),
    "period": lambda row: _text(row.period),
    "computed ms": _budget,
}


def _computed(budget: Budget) -> dict[str, Any]:
    """The parts in samples, the sum in ms."""
    return {
        "ms": round(to_ms(budget.total()), 3),
        "samples": budget.total(),
        "periods": 2 * budget.period,
        "model": budget.model,
        "converters": budget.converters,
    }


def _found(delays: Delays) -> dict[str, Any]:
    """How often, and how late."""
    least, median, most = (round(value, 3) for value in delays.spread())
    return {
        "looked_for": delays.kind.value,
        "times": len(delays.samples),
        "min_ms": round(to_ms(least), 3),
        "median_ms": round(to_ms(median), 3),
        "max_ms": round(to_ms(most), 3),
        "samples": [least, median, most],
        "inverted": delays.inverted,
        "drift_ppm": delays.drift_ppm,
    }
