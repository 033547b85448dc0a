"""Follows one running engine: its messages, its last words, the player's keys."""

import os
import select
import signal
import time
from contextlib import suppress
from math import inf
from typing import Protocol

from rich.console import Console
from rich.live import Live

from pedal.children import BridgeProcess, Death, Deaths, Kept, Process
from pedal.engine import backend_notes, last_words
from pedal.errors import EngineError
from pedal.keys import Keys
from pedal.link import Link
from pedal.messages import Value
from pedal.player_keys import Wish, asked
from pedal.silence import Silence
from pedal.state import NO_FAULTS, Session, reduce
from pedal.status import KEYS, alarm_text, sound, status_line

KEEP_ALIVE_S = 3.0  # the engine forgets a client after 10 s
FORGET_S = 3 * KEEP_ALIVE_S  # a trouble that holds is told again with each snapshot
RETRY_S = 0.2  # between two requests for a snapshot, or for a sign of life
QUIET_S = 0.5  # the engine sends meters 20 times a second
FRAME_S = 0.1  # between two drawings
STOP_S = 5.0  # an engine that does not end within this is killed
STDERR_BYTES = 65536  # of the engine's, kept
ENDING = (signal.SIGINT, signal.SIGTERM)


class Starter(Protocol):
    """Starts the engine, in the state that it had."""

    def start(self, last: Session, deaths: Deaths) -> Process: ...


class Player:
    """Follows one running engine: its messages, its stderr, the player's keys.

    Starts it again when it dies or hangs, and keeps the bridge running. An engine that
    was never heard is not taken for hung: its sound may be well, and our ears not.
    """

    def __init__(
        self, starter: Starter, bridge: BridgeProcess, port: int, console: Console
    ) -> None:
        self._starter, self._bridge = starter, bridge
        self._deaths = Deaths()
        self._stopping = self._interrupted = False
        self._console = console
        self._link = Link("127.0.0.1", port)
        self._session = Session()
        self._wish = Wish()
        self._kept = Kept(self._start, self._again, Silence(inf))
        self._asked_s = 0.0
        self._stderr = b""
        self._told = ""
        self._troubles: dict[str, float] = {}  # when each was last heard

    def follow(self) -> None:
        """Returns when the engine has ended well, else raises EngineError."""
        before = {number: signal.getsignal(number) for number in ENDING}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)
        try:
            self._loop()
        except KeyboardInterrupt:
            self._stop()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._end()
        code = self._kept.process.returncode
        if code:
            raise EngineError(self._last_words(code))

    def _interrupt(self, *_: object) -> None:
        """Ctrl-C, and SIGTERM likewise.

        Python drops what is raised while it forks or frees; the loop sees it then.
        """
        self._interrupted = True
        raise KeyboardInterrupt

    def _loop(self) -> None:
        """Turns until the engine ends."""
        if self._console.is_terminal:
            self._console.print(KEYS, style="dim")
        live = Live(console=self._console, auto_refresh=False, transient=True)
        with Keys() as keys, live:
            drawn_s = 0.0
            while self._kept.turn():
                if self._interrupted:
                    raise KeyboardInterrupt
                self._turn(keys)
                self._alarm(self._bridge.turn())
                if self._console.is_terminal and time.monotonic() - drawn_s > FRAME_S:
                    live.update(status_line(self._session), refresh=True)
                    drawn_s = time.monotonic()
        self._read_stderr()

    def _start(self) -> Process:
        """Starts the engine in its last state."""
        self._stderr = b""
        return self._starter.start(self._session, self._deaths)

    def _again(self, death: Death) -> float | None:
        """Whether a dead engine is started again: 0 s, or None for no."""
        self._read_stderr()
        heard = self._session.boot_id != ""
        if not death.code or self._stopping or not heard:
            return None
        self._deaths.note(time.monotonic())
        if self._deaths.too_many:
            return None
        why = self._last_words(death.code)
        if death.silent_s:
            why = f"the engine said nothing for {death.silent_s:.0f} s"
        how = " in bypass" if self._deaths.wants_bypass else ""
        self._alarm(f"{why}; started again{how}")
        return 0.0

    def _alarm(self, text: str) -> None:
        """One line in red, where there is one."""
        if text:
            alarm = f"alarm: {text}"
            self._console.print(alarm, style="red", soft_wrap=True, markup=False)

    def _last_words(self, code: int) -> str:
        return last_words(self._stderr.decode("utf-8", errors="replace"), code)

    def _turn(self, keys: Keys) -> None:
        """Waits for something to happen, at most a frame, and handles it."""
        self._ask()
        stderr = self._kept.process.stderr
        assert stderr is not None
        pipe = stderr.fileno()
        inputs = [self._link.fileno(), *keys.descriptors()]
        ready, _, _ = select.select([*inputs, pipe], [], [], FRAME_S)
        if pipe in ready:
            self._read_stderr()
            if not select.select(inputs, [], [], 0.0)[0]:
                time.sleep(0.01)  # a closed pipe is always ready
        if self._link.fileno() in ready:
            self._receive()
        if any(descriptor in ready for descriptor in keys.descriptors()):
            for key in keys.pressed():
                self._press(key)

    def _ask(self) -> None:
        """Wants what the session wants, and now and then a sign of life."""
        session = self._session
        missed = session.wants_snapshot or self._kept.silence.seconds > QUIET_S
        missed |= session.wants_presets or session.wants_banks
        wait = RETRY_S if missed else KEEP_ALIVE_S
        if time.monotonic() - self._asked_s > wait:
            self._link.send("/state/get")
            if session.wants_presets:  # which of them sounds, for a restart
                self._link.send("/presets/get")
            if session.wants_banks:  # the same
                self._link.send("/banks/get")
            self._asked_s = time.monotonic()

    def _receive(self) -> None:
        """Takes all that has arrived."""
        while reading := self._link.receive():
            self._kept.silence.heard()
            self._session = reduce(self._session, reading)
            if reading.address == "/alarm":
                self._tell_trouble(**reading.named())
        self._tell()

    def _tell(self) -> None:
        """Where no status line can be drawn, a change of the sound is a line."""
        if self._session.wants_snapshot:
            return
        text = f"{sound(self._session)}, block {self._session.block}"
        if self._session.fault != "none":
            text += f", {alarm_text(self._session)}"
        if text != self._told and not self._console.is_terminal:
            self._console.print(f"playing {text}", soft_wrap=True, markup=False)
        self._told = text

    def _tell_trouble(self, code: Value, text: Value, **_: Value) -> None:
        """What is no fault of the sound is a line, once while it holds."""
        line = f"{code}: {text}"
        before_s = self._troubles.get(line, -inf)
        self._troubles[line] = time.monotonic()
        if code in NO_FAULTS and time.monotonic() - before_s > FORGET_S:
            self._alarm(line)

    def _press(self, key: str) -> None:
        """One key as intents; the state changes on the engine's echo only."""
        if key == "q":
            self._stop()
        intents, self._wish = asked(key, self._session, self._wish)
        for intent in intents:
            self._link.send(intent.address, *intent.args)

    def _read_stderr(self) -> None:
        """Keeps what the engine says, and shows what is meant for people."""
        stderr = self._kept.process.stderr
        assert stderr is not None
        while select.select([stderr], [], [], 0.0)[0]:
            text = os.read(stderr.fileno(), 4096)
            if not text:
                return
            self._stderr = (self._stderr + text)[-STDERR_BYTES:]
            for note in backend_notes(text.decode("utf-8", errors="replace")):
                self._console.print(note, soft_wrap=True, markup=False)

    def _stop(self) -> None:
        """Asks the engine to end; it fades out and writes its summary."""
        self._stopping = True
        self._kept.silence.allow(STOP_S)
        with suppress(ProcessLookupError):
            self._kept.process.send_signal(signal.SIGINT)

    def _end(self) -> None:
        """Waits for the end, kills an engine that does not find it."""
        try:
            self._kept.wait(STOP_S)
        finally:
            self._read_stderr()
            self._link.close()
            self._bridge.stop()
