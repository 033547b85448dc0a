"""A live engine that keeps what it plays, and its OSC link."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pedal.demo import demo_file
from pedal.engine import Settings, command
from pedal.errors import LinkError
from pedal.link import Link
from pedal.ports import udp_port
from tests.system.stage import ending, wait_until

PERIOD = 128


class Live:
    """A pedal that plays against the clock, and its OSC link."""

    def __init__(self, folder: Path, root: Path, bank: Path, **more: Any) -> None:
        self.folder, self.port = folder, udp_port(0)
        settings = Settings(
            bank, osc_port=self.port, data=folder / "data", banks=(root,), **more
        )
        options = ["--in", str(demo_file()), "--out", str(folder / "live.wav")]
        options += ["--summary", str(folder / "summary.json")]
        timeline = {"PEDAL_TIMELINE": str(folder / "timeline")}
        self.process = subprocess.Popen(
            command(PERIOD, "demo", options),
            env=settings.environment() | timeline,
            stderr=subprocess.DEVNULL,
        )
        self.link = Link(port=self.port)

    def load(self, name: str) -> dict:
        return self.link.ask("/bank/load", [name], 10.0).named()

    def state(self) -> dict:
        return self.link.ask("/state/get", timeout_s=5.0).named()

    def banks(self) -> tuple[str, str]:
        """Those that can be loaded, and the one that sounds."""
        told = self.link.ask("/banks/get", timeout_s=5.0).named()
        return told["ids"], told["current"]

    def wait_for(self, **wanted: str) -> None:
        wait_until(lambda: wanted.items() <= self.state().items())

    def memory_kib(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def summary(self) -> dict:
        return json.loads((self.folder / "summary.json").read_text())

    def echoes(self, address: str) -> list[dict]:
        lines = (self.folder / "timeline").read_text().splitlines()
        return [row for row in map(json.loads, lines) if row["address"] == address]


@contextmanager
def live(folder: Path, root: Path, bank: Path, **more: Any) -> Iterator[Live]:
    """One that has its first bank."""
    found = Live(folder, root, bank, **more)
    with ending(found.process), found.link:
        wait_until(lambda: _answers(found))
        yield found


def _answers(found: Live) -> bool:
    try:
        return found.link.ask("/state/get", timeout_s=0.2).named()["bank"] != ""
    except LinkError:  # not yet
        return False
