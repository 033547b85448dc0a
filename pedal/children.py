"""The processes of a laptop pedal, engine and bridge: their start, and how often again.

Each runs in a session of its own, so that Ctrl-C reaches only us, and ends by SIGTERM
when this process dies, by a closed terminal even.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pedal.errors import EngineError

PR_SET_PDEATHSIG = 1  # of prctl(2), linux/prctl.h
FIRST_WAIT_S, LAST_WAIT_S = 0.1, 5.0  # before a bridge that dies at once starts again
QUICK_S = 2.0  # a life shorter than this is a death at once
STOP_S = 2.0


def start(
    line: Sequence[str], environment: Mapping[str, str], stderr: int
) -> subprocess.Popen[bytes]:
    """Starts one. Raises EngineError when there is no such program."""
    try:
        return subprocess.Popen(
            line,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
    except OSError as cause:
        raise EngineError(
            f"engine {line[0]}: cannot be started: {cause.strerror}"
        ) from cause


def _end_with_parent() -> None:
    """In the child, before it starts: its parent's death is a SIGTERM."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Deaths:
    """Counts an engine's deaths: after two in a row it starts in bypass, then not."""

    SPAN_S, SAFE, MOST = 10.0, 2, 4

    def __init__(self) -> None:
        self._times_s: list[float] = []

    def note(self, now_s: float) -> None:
        """One more."""
        recent = [time_s for time_s in self._times_s if now_s - time_s < self.SPAN_S]
        self._times_s = [*recent, now_s]

    @property
    def wants_bypass(self) -> bool:
        """What sounds may be what kills it."""
        return len(self._times_s) >= self.SAFE

    @property
    def too_many(self) -> bool:
        """Starting it again would not help."""
        return len(self._times_s) >= self.MOST


class BridgeProcess:
    """Keeps the bridge running for as long as the pedal plays.

    port: of the page. engine_port: of the engine's control channel. pin "" is loopback
    only.
    """

    def __init__(self, port: int, engine_port: int, bank: Path, pin: str) -> None:
        words = ["--port", str(port), "--engine-port", str(engine_port)]
        words += ["--bank", str(bank), *(["--listen"] if pin else [])]
        self._line = [sys.executable, "-m", "pedal.bridge", *words]
        self._environment = os.environ | {
            "PEDAL_PIN": pin,
            "PEDAL_SECRET": os.urandom(16).hex(),
        }
        self._wait_s = FIRST_WAIT_S
        self._process: subprocess.Popen[bytes] | None = None
        self._started_s = self._died_s = 0.0

    def turn(self) -> None:
        """Starts it, also again; call it a few times a second."""
        now_s = time.monotonic()
        if self._process is not None:
            if self._process.poll() is None:
                return
            lived_s = now_s - self._started_s
            quick = lived_s < QUICK_S
            self._wait_s = min(2 * self._wait_s, LAST_WAIT_S) if quick else 0.0
            self._process, self._died_s = None, now_s
        if now_s - self._died_s >= self._wait_s:
            self._process = start(self._line, self._environment, subprocess.DEVNULL)
            self._started_s = now_s
            self._wait_s = max(self._wait_s, FIRST_WAIT_S)

    def stop(self) -> None:
        """Ends it."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)
        self._process.kill()
        self._process.wait()


def own_address() -> str:
    """This machine's address as others on its network see it, else its name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 9))  # sends nothing, only picks the way
            return str(probe.getsockname()[0])
        except OSError:
            return f"{socket.gethostname()}.local"
