"""Single key presses from the terminal, when there is one."""

import os
import sys
import termios
import tty
from types import TracebackType
from typing import Self


class Keys:
    """Puts the terminal into cbreak mode inside `with`, and gives it back after.

    Without a terminal on standard input, or in its background (`pedal run &`, which it
    would stop for touching it), it has no file descriptor and no keys.
    """

    def __init__(self) -> None:
        self._saved: list[object] | None = None
        self._ended = False

    def __enter__(self) -> Self:
        if sys.stdin.isatty() and _in_front(sys.stdin.fileno()):
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
        has_keys = self._saved is not None and not self._ended
        return [sys.stdin.fileno()] if has_keys else []

    def pressed(self) -> str:
        """The keys pressed since the last call, call it when select() says so.

        A terminal that has gone is always ready, and has no more keys.
        """
        try:
            found = os.read(sys.stdin.fileno(), 64)
        except OSError:
            found = b""
        self._ended = not found
        return found.decode("utf-8", errors="replace")


def _in_front(terminal: int) -> bool:
    """True where this process may change the terminal without being stopped."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # not the one that controls us
        return True
