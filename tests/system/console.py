"""A console's end of the link as a bare socket, and a live engine to listen to."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from pedal.engine import Settings, command
from pedal.errors import ProtocolError
from pedal.messages import Reading
from pedal.osc import decode, encode
from tests.system.stage import PATIENCE_S, ending, wait_until

RATE_HZ = 44100
PERIOD = 128
Row = dict[str, Any]


def sine(level: float, seconds: float = 1.0) -> np.ndarray:
    """(T,): 441 Hz, which fits a loop of whole seconds."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * 441 * time_s)).astype(np.float32)


class Console:
    """A UDP socket that speaks to one engine, from any of this machine's addresses."""

    def __init__(self, port: int, key: int = 1, address: str = "127.0.0.1") -> None:
        self.port, self.key = port, key
        self.host = "127.0.0.1"  # of the engine
        self.bytes = 0
        self.token = 0  # of a lease
        self.revision = 0  # of the last message that is no report
        self.gaps = 0  # reports that tell of another
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))

    def close(self) -> None:
        self._socket.close()

    def say(self, address: str, *args: Any) -> None:
        self._socket.sendto(encode(address, args), (self.host, self.port))

    def subscribe(self, lease_s: int = 60) -> None:
        """Asks for a lease; first for its token where there is none yet."""
        if not self.token:
            self.say("/monitor/subscribe", self.key, lease_s, 0)
            first = self.next("/monitor/lease")
            assert first["lease"] == 0
            self.token = first["token"]
        self.say("/monitor/subscribe", self.key, lease_s, self.token)

    def hear(self, patience_s: float = PATIENCE_S) -> Reading | None:
        """The next message, None where there is none within the time."""
        self._socket.settimeout(max(patience_s, 1e-3))
        try:
            datagram = self._socket.recv(65536)
        except TimeoutError:
            return None
        self.bytes += len(datagram)
        found = decode(datagram, "clients")
        if found.address != "/telemetry":
            self.revision = found.named()["revision"]
        elif found.named()["revision"] != self.revision:
            self.gaps += 1
        return found

    def next(self, address: str, patience_s: float = PATIENCE_S) -> Row:
        """The next message of this address, its arguments by name."""
        deadline = time.monotonic() + patience_s
        while (left := deadline - time.monotonic()) > 0:
            found = self.hear(left)
            if found is not None and found.address == address:
                return found.named()
        raise AssertionError(f"no {address} within {patience_s} s")

    def report(self) -> Row:
        return self.next("/telemetry")

    def reports(self, seconds: float) -> list[Row]:
        """All reports of the next seconds."""
        deadline = time.monotonic() + seconds
        found = []
        while (left := deadline - time.monotonic()) > 0:
            heard = self.hear(left)
            if heard is not None and heard.address == "/telemetry":
                found.append(heard.named())
        return found

    def drain(self) -> None:
        """Forgets what has come so far."""
        while self.hear(0.0) is not None:
            pass


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Engine:
    """A live engine: its process and its OSC port."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self.process, self.port = process, port
        self._consoles: list[Console] = []

    def console(self, key: int = 1, address: str = "127.0.0.1") -> Console:
        found = Console(self.port, key, address)
        self._consoles.append(found)
        return found

    def close(self) -> None:
        for console in self._consoles:
            console.close()

    def plays(self, bank: str) -> bool:
        """Whether it answers, and its bank is there."""
        probe = Console(self.port)
        probe.say("/state/get", 5)
        try:
            return probe.next("/state", 0.5)["bank"] == bank
        except (AssertionError, ProtocolError, OSError):
            return False
        finally:
            probe.close()


@contextmanager
def engine(
    bank: Path, samples: np.ndarray, score: str = "", effect: str = "", **more: str
) -> Iterator[Engine]:
    """Plays samples (T,) as a loop. score: JSON for its pins. more: environment."""
    folder = bank.parent
    soundfile.write(folder / "loop.wav", samples, RATE_HZ, subtype="FLOAT")
    options = ["--in", str(folder / "loop.wav")]
    if score:
        (folder / "score.json").write_text(score)
        options += ["--performance", str(folder / "score.json")]
    port = free_udp_port()
    settings = Settings(bank, effect, osc_port=port, allow_faults=True)
    process = subprocess.Popen(
        command(PERIOD, "demo", options),
        env=settings.environment() | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with ending(process):
        found = Engine(process, port)
        try:
            wait_until(lambda: found.plays("night-set"))
            yield found
        finally:
            found.close()


def cpu_seconds(process: subprocess.Popen) -> float:
    """What all threads of a process have run so far, to the nanosecond."""
    folder = Path(f"/proc/{process.pid}/task")
    times = [(folder / name / "schedstat").read_text() for name in os.listdir(folder)]
    return sum(int(text.split()[0]) for text in times) / 1e9
