"""A real engine and a real bridge as processes, and a browser's side of the socket."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from pedal.demo import demo_file
from pedal.engine import Settings, command
from pedal.errors import PedalError
from pedal.paths import engine_path

PATIENCE_S = 20.0  # on a machine that does something else too


def engine_missing() -> str:
    """Why there is no engine, "" where there is one."""
    try:
        engine_path()
    except PedalError as cause:
        return str(cause)
    return ""


def free_port() -> int:
    """A TCP port that nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ending(process: subprocess.Popen) -> Iterator[subprocess.Popen]:
    """A process that ends with the block."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Page:
    """What a bridge serves, seen from outside."""

    def __init__(self) -> None:
        self.page_port = free_port()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.page_port}/"

    def health(self) -> dict[str, Any]:
        """The bridge's own figures, {} where it does not answer."""
        try:
            with urllib.request.urlopen(self.address + "health", timeout=5) as answer:
                return json.load(answer)
        except (OSError, urllib.error.URLError):
            return {}

    def client(self, path: str = "gui_control", **options: Any) -> ClientConnection:
        """A WebSocket as a browser has it."""
        url = f"ws://127.0.0.1:{self.page_port}/{path}"
        return connect(url, open_timeout=PATIENCE_S, proxy=None, **options)


class Stage(Page):
    """One pedal: its engine and its bridge, each of which can be killed and started."""

    def __init__(self, bank: Path, pin: str = "", score: Path | None = None) -> None:
        super().__init__()
        self.bank, self.pin, self.score = bank, pin, score
        self.link_port = free_port()
        self.engine: subprocess.Popen | None = None
        self.bridge: subprocess.Popen | None = None

    def start_engine(self, effect: str = "") -> None:
        settings = Settings(
            self.bank, effect, osc_port=0, link_port=self.link_port, allow_faults=True
        )
        options = ["--in", str(demo_file())]
        options += ["--performance", str(self.score)] if self.score else []
        self.engine = subprocess.Popen(
            command(128, "demo", options),
            env=settings.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start_bridge(self) -> None:
        words = ["--port", str(self.page_port), "--engine-port", str(self.link_port)]
        words += ["--bank", str(self.bank), *(["--listen"] if self.pin else [])]
        self.bridge = subprocess.Popen(
            [sys.executable, "-m", "pedal.bridge", *words],
            env=os.environ | {"PEDAL_PIN": self.pin, "PEDAL_SECRET": "test"},
            stderr=subprocess.DEVNULL,
        )

    def kill(self, name: str) -> None:
        """Kills "engine" or "bridge" without a chance to say goodbye."""
        process = getattr(self, name)
        if process is not None:
            process.kill()
            process.wait()


@contextmanager
def stage(
    bank: Path, pin: str = "", effect: str = "", score: Path | None = None
) -> Iterator[Stage]:
    """A pedal that plays, its bridge connected. score: for its pins, as JSON."""
    found = Stage(bank, pin, score)
    found.start_engine(effect)
    found.start_bridge()
    try:
        wait_until(lambda: found.health().get("engine"))
        yield found
    finally:
        found.kill("bridge")
        if found.engine is not None:
            with ending(found.engine):
                pass


def wait_until(condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> float:
    """Waits for something to be true; returns the seconds it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < patience_s, "nothing happened"
        time.sleep(0.02)
    return time.monotonic() - start


def say(client: ClientConnection, address: str, *args: Any) -> None:
    client.send(json.dumps({"address": address, "args": args}))


def hear(client: ClientConnection, name: str, patience_s: float = PATIENCE_S) -> Any:
    """The next message of this address, or event of this name; its args or itself."""
    deadline = time.monotonic() + patience_s
    while (left := deadline - time.monotonic()) > 0:
        found = json.loads(client.recv(timeout=left))
        if found.get("address") == name:
            return found["args"]
        if found.get("event") == name:
            return found
    raise AssertionError(f"no {name} within {patience_s} s")
