"""A program in a real terminal: a tmux of its own, of a given size."""

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

NO_TMUX = "" if shutil.which("tmux") else "no tmux"


class Terminal:
    """tmux with one pane; inside `with`. folder: for its socket.

    The pane stays when the program ends, so that its last words can be read.
    """

    def __init__(
        self, folder: Path, command: Sequence[str], width: int = 80, height: int = 24
    ) -> None:
        self._socket = str(folder / "tmux")
        line = shlex.join(map(str, command)) + "; echo exit $?; sleep 600"
        size = ["-x", str(width), "-y", str(height)]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, line)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server")

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: Space, Tab, C-c, n."""
        self._tmux("send-keys", *keys)

    def text(self) -> str:
        """What the pane shows, a line each, without ends of blanks."""
        lines = self._tmux("capture-pane", "-p").split("\n")
        return "\n".join(line.rstrip() for line in lines)

    def styled(self) -> str:
        """The same with its colours as escape sequences."""
        return self._tmux("capture-pane", "-p", "-e")

    def wait_for(
        self, found: str | Callable[[str], bool], limit_s: float = 60.0
    ) -> str:
        """The text as soon as it has `found` in it, or is so."""
        end_s = time.monotonic() + limit_s
        while time.monotonic() < end_s:
            text = self.text()
            if found(text) if callable(found) else found in text:
                return text
            time.sleep(0.1)
        pytest.fail(f"not within {limit_s:g} s: {found}; found:\n{self.text()}")

    def _tmux(self, *args: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *args],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout
