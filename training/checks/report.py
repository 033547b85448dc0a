"""What the checks found: one row a check, the first bad one is the verdict. Pure."""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rich.table import Table

from training.errors import CheckError

if TYPE_CHECKING:
    from training.align import Alignment


class State(StrEnum):
    """good; noted: put right or worth knowing; bad: not to be trained from; skipped."""

    GOOD = "good"
    NOTED = "noted"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """One row: what was looked at, found, and expected, and what to do if it is bad."""

    name: str
    state: State
    found: str
    expected: str = ""
    advice: str = ""
    file: str = ""


def pair_row(name: str, bad: bool, *texts: str) -> Check:
    """A good or bad row about both files."""
    return Check(name, State.BAD if bad else State.GOOD, *texts)


@dataclass
class Report:
    """All rows of a pair, in the order in which a cause hides the later ones.

    excused: names of checks that only note what is bad, so that others go on.
    """

    dry: str
    wet: str
    excused: frozenset[str] = frozenset()
    rows: list[Check] = field(default_factory=list)
    delay: int = 0
    polarity: int = 1
    alignment: "Alignment | None" = None  # None where the checks ended before it

    def add(self, row: Check) -> bool:
        """Keeps a row. True if it is bad and not excused."""
        if row.state is State.BAD and row.name in self.excused:
            row = replace(row, state=State.NOTED)
        self.rows.append(row)
        return row.state is State.BAD

    @property
    def verdict(self) -> Check | None:
        """The first bad row: the cause, of which later ones may be effects."""
        return next((row for row in self.rows if row.state is State.BAD), None)

    def line(self) -> str:
        """The verdict as one line."""
        bad = self.verdict
        if bad is None:
            noted = [row.name for row in self.rows if row.state is State.NOTED]
            noted = list(dict.fromkeys(noted))  # both files may be resampled
            put_right = f", noted: {', '.join(noted)}" if noted else ""
            return f"{self.dry} and {self.wet}: a pair to train from{put_right}"
        where = bad.file or f"{self.dry} and {self.wet}"
        return (
            f"{where}: {bad.name}: found {bad.found}, expected {bad.expected}; "
            f"{bad.advice}"
        )

    def insist(self) -> None:
        """Raises CheckError when a row is bad."""
        if self.verdict is not None:
            raise CheckError(self.line())

    def table(self) -> Table:
        """For a terminal."""
        table = Table(title=f"{self.dry} -> {self.wet}", title_justify="left")
        for head in ("check", "", "found", "expected"):
            table.add_column(head)
        colours = {State.GOOD: "green", State.NOTED: "yellow", State.BAD: "red"}
        for row in self.rows:
            state = f"[{colours.get(row.state, 'dim')}]{row.state}"
            table.add_row(row.name, state, row.found, row.expected)
        return table

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        bad = self.verdict
        return {
            "dry": self.dry,
            "wet": self.wet,
            "good": bad is None,
            "cause": bad.name if bad else None,
            "line": self.line(),
            "delay_samples": self.delay,
            "polarity": self.polarity,
            "checks": [asdict(row) for row in self.rows],
        }
