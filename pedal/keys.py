"""Single key presses from the terminal, when there is one."""

import os
import sys
import termios
import tty
from types import TracebackType
from typing import Self


class Keys:
    """Puts the terminal into cbreak mode inside `with`, and gives it back after.

    Without a terminal on standard input it has no file descriptor and no keys.
    """

    def __init__(self) -> None:
        self._saved: list[object] | None = None

    def __enter__(self) -> Self:
        if sys.stdin.isatty():
            self._saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._saved is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._saved)  # type: ignore[arg-type]

    def descriptors(self) -> list[int]:
        """What to select() on: standard input, or nothing."""
        return [sys.stdin.fileno()] if self._saved is not None else []

    def pressed(self) -> str:
        """The keys pressed since the last call, call it when select() says so."""
        return os.read(sys.stdin.fileno(), 64).decode("utf-8", errors="replace")
