"""What the doctor tells: a line for each thing that was looked at. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Health(Enum):
    """Fine; playable but not at its best; broken."""

    GOOD = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's: what was looked at, what was found, what to do."""

    health: Health
    subject: str
    found: str
    remedy: str = ""


def as_text(finding: Finding) -> str:
    """A line to read."""
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{finding.health.value:<8} {finding.subject}: {finding.found}{remedy}"


def as_rows(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """One object a finding, for --json."""
    return [
        {
            "health": finding.health.value,
            "subject": finding.subject,
            "found": finding.found,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
