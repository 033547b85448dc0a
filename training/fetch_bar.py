"""How far a download is, for whoever is looking."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

if TYPE_CHECKING:
    from training.fetch import Advance


@contextmanager
def bar(console: Console | None) -> Iterator["Advance"]:
    """A bar that appears with the first byte; quiet without a console."""
    columns = (
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    quiet = console is None
    progress = Progress(*columns, console=console or Console(quiet=True), disable=quiet)
    task = progress.add_task("download", total=None, visible=False)

    def advance(got: int, whole: int) -> None:
        progress.start()  # at the first byte: one that never came would be a blank line
        progress.update(task, completed=got, total=whole or None, visible=True)

    try:
        yield advance
    finally:
        if progress.live.is_started:
            progress.stop()
