"""The processes of a laptop pedal, engine and bridge: started, watched, started again.

Each runs in a session of its own, so that Ctrl-C reaches only us, and ends by SIGTERM
when this process dies, by a closed terminal even.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pedal.errors import EngineError
from pedal.silence import STEP_S, Silence

PR_SET_PDEATHSIG = 1  # of prctl(2), linux/prctl.h
FIRST_WAIT_S, LAST_WAIT_S = 0.1, 1.5  # before a bridge that dies at once starts again
QUICK_S = 2.0  # a life shorter than this is a death at once
STOP_S = 2.0
WORKING_S = 5.0  # patience with a silent process that still computes: it may sound well

Process = subprocess.Popen[bytes]


def start(
    line: Sequence[str],
    environment: Mapping[str, str],
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
) -> Process:
    """Starts one. Raises EngineError when there is no such program."""
    try:
        return subprocess.Popen(
            line,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
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


@dataclass(frozen=True)
class Death:
    """The end of a process.

    code: of its exit, negative is a signal. silent_s: it hung for so long, and we
    killed it; 0 where it died by itself.
    """

    code: int
    silent_s: float
    lived_s: float


class Kept:
    """One process that is kept running: killed when it hangs, started again when dead.

    begin: starts it. again: is told of each death and answers after how many seconds
    to start it again, None for not at all.
    """

    def __init__(
        self,
        begin: Callable[[], Process],
        again: Callable[[Death], float | None],
        silence: Silence,
    ) -> None:
        self._begin, self._again, self.silence = begin, again, silence
        self._next_s: float | None = None  # when it starts again, None while it lives
        self._worked_s = 0.0  # of the processor, when it was last heard
        self.start()

    def start(self) -> None:
        """Starts it, the first time or again. Raises EngineError when it cannot be."""
        self.process = self._begin()
        self._started_s, self._next_s = time.monotonic(), None
        self.silence.begin()

    def turn(self) -> bool:
        """One look, a few times a second; False when it has ended for good."""
        now_s = time.monotonic()
        if self._next_s is not None:
            if now_s >= self._next_s:
                self.start()
            return True
        silent_s = 0.0
        if self.process.poll() is None and self._hangs(now_s):
            silent_s = self.silence.seconds
            self.process.kill()
            self.process.wait()
        if self.process.returncode is None:
            return True
        lived_s = now_s - self._started_s
        wait_s = self._again(Death(self.process.returncode, silent_s, lived_s))
        if wait_s is None:
            return False
        self._next_s = now_s + wait_s
        return self.turn() if wait_s == 0.0 else True

    def _hangs(self, now_s: float) -> bool:
        """True for one that is silent and idle, or silent for WORKING_S.

        An engine's reports come from an ordinary thread, which a busy machine starves
        while its audio thread plays on: to kill it then would be the gap.
        """
        silent = self.silence.hangs(now_s)
        worked_s = cpu_s(self.process.pid)
        if self.silence.seconds <= STEP_S:
            self._worked_s = worked_s
        return silent and (
            worked_s == self._worked_s or self.silence.seconds > WORKING_S
        )

    def wait(self, patience_s: float) -> None:
        """Waits for its end; one that does not end, or a Ctrl-C, is killed."""
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            self.process.wait(patience_s)
        self.process.kill()
        self.process.wait()


def ending(code: int) -> str:
    """How a process ended, in words. code: of its exit, negative is a signal."""
    return f"was killed by signal {-code}" if code < 0 else f"exited with {code}"


def cpu_s(number: int) -> float:
    """Seconds of a processor that a process has used, 0 where it is gone."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]  # proc(5)
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


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
    only. It writes to its stdout twice a second, and hangs when it does not.
    """

    def __init__(self, port: int, engine_port: int, bank: Path, pin: str) -> None:
        words = ["--port", str(port), "--engine-port", str(engine_port), "--beat"]
        words += ["--bank", str(bank), *(["--listen"] if pin else [])]
        self._line = [sys.executable, "-m", "pedal.bridge", *words]
        self._environment = os.environ | {
            "PEDAL_PIN": pin,
            "PEDAL_SECRET": os.urandom(16).hex(),
        }
        self._wait_s = FIRST_WAIT_S
        self._alarm = ""
        self._quick = 0  # deaths at once or before the first word, in a row
        self._spoke = False
        self._kept: Kept | None = None

    def turn(self) -> str:
        """Starts it, also again; call it a few times a second. An alarm, or ""."""
        self._alarm = ""
        if self._kept is None:
            self._kept = Kept(self._begin, self._again, Silence())
        if _read(self._kept.process.stdout):
            self._spoke = True
            self._kept.silence.heard()
        self._kept.turn()
        return self._alarm

    def _begin(self) -> Process:
        self._spoke = False
        pipe = subprocess.PIPE
        process = start(self._line, self._environment, stdout=pipe, stderr=pipe)
        for end in (process.stdout, process.stderr):
            assert end is not None
            os.set_blocking(end.fileno(), False)
        return process

    def _again(self, death: Death) -> float:
        """One that dies at once waits longer and longer; the second time it is told."""
        assert self._kept is not None
        quick = death.lived_s < QUICK_S or not self._spoke
        if death.silent_s or not quick:
            hung = f"said nothing for {death.silent_s:.0f} s"
            how = hung if death.silent_s else ending(death.code)
            self._alarm = f"the bridge {how}; started again"
        self._quick = self._quick + 1 if quick else 0
        if self._quick == 2:
            said = _read(self._kept.process.stderr).decode(errors="replace").split("\n")
            why = ([line for line in said if line] or ["no word why"])[-1]
            why = why.removeprefix("pedal: ")
            self._alarm = f"the page cannot be served: {why[:200]}"
        wait_s = min(2 * self._wait_s, LAST_WAIT_S) if self._quick else 0.0
        self._wait_s = max(wait_s, FIRST_WAIT_S)
        return wait_s

    def stop(self) -> None:
        """Ends it."""
        if self._kept is not None:
            self._kept.process.terminate()
            self._kept.wait(STOP_S)


def _read(pipe: IO[bytes] | None) -> bytes:
    """What has been written since the last look."""
    assert pipe is not None
    with suppress(BlockingIOError):
        return os.read(pipe.fileno(), 65536)
    return b""
