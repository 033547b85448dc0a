"""What a training knows beside its figures: checks, files, versions, the machine."""

import hashlib
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from training.checks import Report
from training.errors import TrainingError

LISTED_FILES = 24  # more are told of together
PACKAGES = ("pedal", "numpy", "scipy", "torch")
CPU_INFO = Path("/proc/cpuinfo")
SOURCE = Path(__file__).parents[1]


@dataclass(frozen=True)
class File:
    """A recording, or several together, as its report names it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Story:
    """checks: of each pair; unchecked, unaligned: why there are none."""

    checks: Sequence[Report] = ()
    remarks: Sequence[str] = ()
    files: Sequence[File] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    unchecked: str = "None: the recordings were not examined."
    unaligned: str = "None: the recordings were not aligned."


def hashed(paths: Sequence[Path]) -> list[File]:
    """Names, sizes and hashes of files; of more than 24 one row of all.

    That one's hash is of the lines `SHA-256 name` of all of them, in order.
    Raises TrainingError for a file that cannot be read.
    """
    rows = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise TrainingError(f"{path}: cannot be read: {error.strerror}") from error
        digest = hashlib.sha256(content).hexdigest()
        rows.append(File(path.name, len(content), digest))
    if len(rows) <= LISTED_FILES:
        return rows
    lines = "".join(f"{row.sha256} {row.name}\n" for row in rows)
    name = f"{len(rows)} files, from {rows[0].name} to {rows[-1].name}"
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return [File(name, sum(row.size for row in rows), digest)]


def facts(**more: Any) -> dict[str, Any]:
    """When, where and by what, beside what is given."""
    return {
        **more,
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine(),
        "versions": versions(),
        "commit": commit(),
    }


def machine() -> str:
    """Processor, cores and system; no name of the machine."""
    model = platform.processor() or platform.machine()
    try:
        lines = CPU_INFO.read_text(encoding="utf-8").splitlines()
        found = (line.partition(":")[2] for line in lines if "model name" in line)
        model = next(found, model).strip()
    except OSError:
        pass
    return (
        f"{model}, {platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}"
    )


def commit() -> str:
    """The state of the source this runs from, in words; also where there is no git."""
    line = ["git", "-C", str(SOURCE), "describe", "--always", "--dirty", "--abbrev=12"]
    if not (SOURCE / ".git").exists():
        return "not run from a clone"
    try:
        found = subprocess.run(line, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown: git did not answer"
    return found.stdout.strip() or "unknown: git did not answer"


def program() -> str:
    """What made a model: the version and the commit."""
    return f"pedal {versions()['pedal']}, {commit()}"


def versions() -> dict[str, str]:
    """Of all that decides the figures."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed as a package"
    return found
