"""A JACK server with its dummy driver, and a client that plays into the pedal."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pedal.paths import ROOT
from tests.system.stage import ending, wait_until

QUIET: dict[str, Any] = {"text": True, "capture_output": True}
NUMBERS = itertools.count()
REAL_TIME = subprocess.run(["chrt", "-f", "10", "true"], capture_output=True)


class Server:
    """One server of its own name, that may be killed and started again."""

    def __init__(self, log: Path, rate_hz: int = 44100, period: int = 64) -> None:
        self.name = f"pedal-{os.getpid()}-{next(NUMBERS)}"
        self.log, self.rate_hz, self.period = log, rate_hz, period
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Returns when clients can connect."""
        urgent = ["-P", "70"] if REAL_TIME.returncode == 0 else ["--no-realtime"]
        driver = ["-d", "dummy", "-r", str(self.rate_hz), "-p", str(self.period)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["jackd", *urgent, "-n", self.name, *driver], stdout=log, stderr=log
            )
        wait_until(self.ports)

    def kill(self) -> None:
        """Without a chance to say goodbye."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ports(self) -> str:
        """Its ports, each above those it is connected with; "" without an answer."""
        line = ["jack_lsp", "-c", "-s", self.name]  # may hang, as any client of it
        with suppress(subprocess.TimeoutExpired):
            return subprocess.run(line, **QUIET, timeout=5.0).stdout
        return ""

    def has_pedal(self) -> bool:
        """Whether a pedal plays there: it is connected last."""
        return "pedal:inport 0\n   " in self.ports()

    def unfinished(self) -> int:
        """How often it waited in vain for the pedal's block."""
        text = self.log.read_text(errors="replace")
        return text.count("client = pedal was not finished")


@contextmanager
def jack_server(log: Path, rate_hz: int = 44100, period: int = 64) -> Iterator[Server]:
    """A server that ends with the block."""
    server = Server(log, rate_hz, period)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None:
            with ending(server.process):
                pass


def heard(server: Server, sound: np.ndarray) -> np.ndarray:
    """What the pedal makes of a mono sound, which is played into its input."""
    with TemporaryDirectory() as folder:
        np.save(Path(folder) / "sound.npy", sound)
        line = [sys.executable, "-m", "tests.system.jack_guitar", server.name, folder]
        done = subprocess.run(line, cwd=ROOT, stderr=subprocess.PIPE, timeout=60.0)
        assert done.returncode == 0, done.stderr.decode()
        return np.load(Path(folder) / "played.npy")
