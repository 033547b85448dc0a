"""`pedal bridge`: the page on a laptop, the engine on a board."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pedal.bridge import Options, serve_until_stopped
from pedal.errors import UsageError
from pedal.ports import new_pin, page_port, page_text
from pedal.upstream import Board


@dataclass(frozen=True)
class Stand:
    """Where the bridge stands. host, port: of the board's Gui. gui_port: of the page,
    None is 8080 or a free one. bank: shown beside the board's state, None is none.
    """

    host: str
    port: int
    gui_port: int | None = None
    listen: bool = False
    bank: Path | None = None


def stand(found: Stand, console: Console) -> None:
    """Serves until Ctrl-C. Raises UsageError, and LinkError when the port is taken."""
    if not found.host or any(sign in found.host for sign in "/@?# \t"):
        raise UsageError(
            f'--board: expected a name or an address, found "{found.host}"'
        )
    if not 1 <= found.port <= 65535:
        raise UsageError(f"--board-port: expected 1 to 65535, found {found.port}")
    page, pin = page_port(found.gui_port), new_pin() if found.listen else ""
    board = Board(found.host, found.port)
    text = f"{page_text(page, pin)}, before the board {found.host}:{found.port}"
    console.print(text, soft_wrap=True, markup=False)
    asyncio.run(serve_until_stopped(Options(page, board, found.bank, pin)))
