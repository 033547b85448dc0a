"""`pedal monitor`: wires the feed, the rig, the screen, the keys and the log."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.live import Live

from pedal.console.feed import Feed
from pedal.console.figures import printable
from pedal.console.keys import Intent, Wish, keys_in, press
from pedal.console.limits import limits_from
from pedal.console.log import LIMIT_BYTES, Log
from pedal.console.plain import json_line, plain_line
from pedal.console.rig import (
    Rig,
    added,
    doubles,
    heard,
    passed,
    refused,
    removed,
    renewed,
    written,
)
from pedal.console.session import Drop, Link, Pedal
from pedal.console.views import Frame, screen
from pedal.errors import LinkError, LogError, UsageError
from pedal.keys import Keys
from pedal.messages import Reading
from pedal.protocol.protocol import OSC_PORT

LOCAL = "127.0.0.1"
LOG_MB = LIMIT_BYTES / 1e6
FRAME_S = 0.2  # between two drawings
TEND_S = 0.1  # between two looks at what is missing
GATHER_S = 0.02  # in which reports gather, so that fifty pedals cost few turns
TURN_S = 0.1  # waited at most for something to come
LINE_S = 1.0  # between two plain lines of a pedal
PATIENCE_S = 5.0  # until a console without a screen gives up the search
ASK_S = 0.3  # between two requests for a snapshot; longer where nobody answers
ASK_MOST_S = 5.0


@dataclass(frozen=True)
class Options:
    """boards: HOST or HOST:PORT each; none is: find them. seconds: None is until q.

    log_mb: megabytes that the log may take.
    """

    boards: Sequence[str] = ()
    seconds: float | None = None
    as_json: bool = False
    bell: bool = False
    thresholds: Path | None = None
    log: Path | None = None
    log_mb: float = LOG_MB


@dataclass
class Asked:
    """When a pedal's whole state was last asked for, and how long to wait then."""

    at_s: float = 0.0
    wait_s: float = ASK_S


def monitor(options: Options, console: Console) -> None:
    """Watches until the time is up, q or Ctrl-C.

    Raises UsageError for what cannot be meant, LinkError where no pedal answers and
    nobody looks at a screen.
    """
    if options.seconds is not None and not 0 < options.seconds < 1e9:
        raise UsageError(f"--seconds: expected above 0, found {options.seconds:g}")
    if not 1 <= options.log_mb < 1e6:
        raise UsageError(f"--log-mb: expected 1 or more, found {options.log_mb:g}")
    limits = limits_from(options.thresholds)
    places = [place_of(board) for board in options.boards or [LOCAL]]
    terminated = signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        with Feed() as feed, ExitStack() as stack:
            one = Monitor(options, console, feed, Rig(limits, bell=options.bell))
            if not options.boards:
                from pedal.console.find import Finder as Zeroconf

                zeroconf = stack.enter_context(Zeroconf())
                one.finder, one.trouble = zeroconf.places, zeroconf.trouble
            one.run(places)
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, terminated)


def place_of(board: str) -> tuple[str, str, int]:
    """HOST or HOST:PORT as name, host and port. Raises UsageError."""
    host, colon, port = board.partition(":")
    is_number = port.isdecimal() and len(port) <= 5
    if not host or (colon and not is_number) or int(port or 1) not in PORTS:
        raise UsageError(f'--board: expected HOST or HOST:PORT, found "{board}"')
    return board, host, int(port or OSC_PORT)


PORTS = range(1, 65536)


Finder = Callable[[], Sequence[tuple[str, str, int]]]


@dataclass
class Monitor:
    """One run of the console.

    finder: name, host and port of all pedals found so far; None finds no others. same:
    names of pedals that are watched under another. trouble: why it finds none.
    rung: bells of the rig so far heard.
    """

    options: Options
    console: Console
    feed: Feed
    rig: Rig
    log: Log | None = None
    has_screen: bool = False
    untold: list[str] = field(default_factory=list)
    finder: Finder | None = None
    trouble: str = ""
    same: set[str] = field(default_factory=set)
    rung: int = 0
    tended_s: float = 0.0
    began_s: float = field(default_factory=time.monotonic)
    drawn_s: float = 0.0
    asked: dict[str, Asked] = field(default_factory=dict)
    rekeyed_s: dict[str, float] = field(default_factory=dict)

    def run(self, places: Sequence[tuple[str, str, int]]) -> None:
        """Until the time is up or q."""
        for name, host, port in dict.fromkeys(places):
            key = self.feed.add(name, host, port)
            self.rig = added(self.rig, name, key, time.monotonic())
        self._open_log()
        if self.trouble:
            self._tell("find", self.trouble)
        try:
            self._look()
        finally:
            if self.log:
                self._trouble(self.log.close(self.rig, time.monotonic()))

    def _look(self) -> None:
        """With a screen and keys, or as lines."""
        if self.options.as_json or not self.console.is_terminal:
            self._loop(None, None)
            return
        live = Live(console=self.console, auto_refresh=False, screen=True)
        try:
            with Keys() as keys, live:
                self.has_screen = True
                self._loop(keys, live)
        finally:
            self.has_screen = False
            self._farewell()

    def _loop(self, keys: Keys | None, live: Live | None) -> None:
        """Turns until the end."""
        while True:
            self.feed.watch(keys.descriptors() if keys else [])
            came, is_pressed = self.feed.turn(TURN_S)
            now_s = time.monotonic()
            for name, what in came:
                self._take(name, what, now_s)
            if came and self.options.as_json:
                sys.stdout.flush()  # once for what came together: each is a system call
            if now_s - self.tended_s >= TEND_S:
                self.tended_s = now_s
                self._tend(now_s)
            if keys and is_pressed and self._pressed(keys.pressed(), now_s):
                return
            self._show(live, now_s)
            if self._is_over(now_s, live):
                return
            if came:
                time.sleep(GATHER_S)

    def _take(self, name: str, what: Reading | Drop, now_s: float) -> None:
        """One message, or one that was dropped."""
        if isinstance(what, Drop):
            self.rig = refused(self.rig, name, what)
            return
        before = self.rig.seats[name].pedal.received
        self.rig = heard(self.rig, name, what, now_s)
        seat = self.rig.seats[name]
        if seat.pedal.received == before or what.address != "/telemetry":
            return
        if self.log:
            self.log.report(seat.pedal, now_s)
        if self.options.as_json:
            print(json_line(seat, datetime.now().astimezone()))

    def _tend(self, now_s: float) -> None:
        """Looks for what was lost, asks for states that are missing or old."""
        self.rig = passed(self.rig, now_s)
        for name, seat in self.rig.seats.items():
            pedal = seat.pedal
            lost = pedal.link(now_s) is Link.LOST
            if lost and self.rekeyed_s.get(name) != pedal.heard_s:
                self.rekeyed_s[name] = pedal.heard_s
                self.rig = renewed(self.rig, name, self.feed.renew(name))
            elif pedal.link(now_s) is Link.CONNECTED:
                self._ask_state(pedal, now_s)
        if self.log:
            self._trouble(self.log.tend(self.rig, now_s))
        self._discover(now_s)
        self._ring()

    def _ring(self) -> None:
        """Once for all alarms that are new since the last time."""
        is_new, self.rung = self.rig.bells > self.rung, self.rig.bells
        if is_new and self.rig.bell and self.console.is_terminal:
            self.console.bell()

    def _discover(self, now_s: float) -> None:
        """Takes in what the finder found; one pedal found by two names stays once."""
        if self.finder is None:
            return
        for name, host, port in self.finder():
            if name in self.same:
                continue
            with suppress(LinkError):  # its name may mean something later
                if name not in self.rig.seats:
                    key = self.feed.add(name, host, port)
                    self.rig = added(self.rig, name, key, now_s)
                elif self._has_moved(name, (host, port), now_s):
                    self.rig = renewed(self.rig, name, self.feed.move(name, host, port))
        for name in [*doubles(self.rig), *self._silent_laptop(now_s)]:
            self.same.add(name)
            self.feed.remove(name)
            self.rig = removed(self.rig, name)

    def _has_moved(self, name: str, place: tuple[str, int], now_s: float) -> bool:
        """A pedal that is lost where it was, and has announced itself elsewhere."""
        lost = self.rig.seats[name].pedal.link(now_s) is Link.LOST
        return lost and self.feed.place(name) != place

    def _silent_laptop(self, now_s: float) -> list[str]:
        """This laptop, looked at unasked, where only others answer."""
        seat = self.rig.seats.get(LOCAL)
        heard_others = any(seat.pedal.received for seat in self.rig.seats.values())
        is_silent = seat is not None and not seat.pedal.received and heard_others
        return [LOCAL] if is_silent and now_s - self.began_s > PATIENCE_S else []

    def _open_log(self) -> None:
        """A log that cannot be is told; the console goes on without."""
        if self.options.log is None:
            return
        try:
            self.log = Log(self.options.log, round(1e6 * self.options.log_mb))
        except LogError as error:
            self._trouble(str(error))

    def _trouble(self, text: str) -> None:
        """What is wrong with the log, if anything."""
        if text:
            self._tell("log", text)

    def _tell(self, word: str, text: str) -> None:
        """What the console itself lacks: in each pedal's events, and on stderr."""
        if self.has_screen:
            self.untold.append(text)
        else:
            print(f"pedal: {text}", file=sys.stderr)
        for name in self.rig.seats:
            self.rig = written(self.rig, name, time.monotonic(), word, text)

    def _ask_state(self, pedal: Pedal, now_s: float) -> None:
        """Wants a snapshot where there is none, or one that is behind the reports."""
        asked = self.asked.setdefault(pedal.name, Asked())
        is_new = pedal.state.boot_id != pedal.boot_id
        if not is_new and pedal.gap_s is None:
            asked.wait_s = ASK_S
            return
        if now_s - asked.at_s < asked.wait_s:
            return
        asked.at_s, asked.wait_s = now_s, min(asked.wait_s * 1.5, ASK_MOST_S)
        self.feed.send(pedal.name, "/state/get")
        if is_new or not pedal.state.presets:
            self.feed.send(pedal.name, "/presets/get")

    def _pressed(self, text: str, now_s: float) -> bool:
        """Does what the keys mean. True when one of them is to quit."""
        for key in keys_in(text):
            self.rig, wishes = press(self.rig, key, now_s)
            for wish in wishes:
                if wish is Wish.QUIT:
                    return True
                if isinstance(wish, Intent):
                    self.feed.send(wish.name, wish.address, wish.args)
            self.drawn_s = 0.0  # what a key did is seen at once
        return False

    def _show(self, live: Live | None, now_s: float) -> None:
        """Draws a frame, or prints a line a pedal, when it is time."""
        wall = datetime.now()
        if live is not None:
            if now_s - self.drawn_s >= FRAME_S:
                self.drawn_s = now_s
                size = self.console.size
                frame = Frame(now_s, wall, size.width, size.height)
                live.update(screen(self.rig, frame), refresh=True)
        elif not self.options.as_json and now_s - self.drawn_s >= LINE_S:
            if self.drawn_s:
                for seat in self.rig.seats.values():
                    print(plain_line(seat, now_s, wall), flush=True)
            self.drawn_s = now_s

    def _is_over(self, now_s: float, live: Live | None) -> bool:
        """Whether the time is up. Raises LinkError when nobody is there to wait."""
        ran_s = now_s - self.began_s
        is_over = self.options.seconds is not None and ran_s >= self.options.seconds
        alone = not any(seat.pedal.received for seat in self.rig.seats.values())
        if alone and (is_over or (live is None and ran_s >= PATIENCE_S)):
            raise LinkError(self._why_alone(ran_s))
        return is_over

    def _why_alone(self, ran_s: float) -> str:
        """Why no pedal reports, and what to do."""
        for name, seat in self.rig.seats.items():
            if seat.pedal.refusal:
                return f"pedal at {name}: {seat.pedal.refusal}"
        names = ", ".join(self.rig.seats)
        hint = "start one with `make run`, or name it with --board HOST"
        return f"pedal at {names}: no answer within {ran_s:.0f} s; {hint}"

    def _farewell(self) -> None:
        """A line a pedal, where the screen was; and what was wrong with the log."""
        for text in self.untold:
            print(f"pedal: {text}", file=sys.stderr)
        for seat in self.rig.seats.values():
            pedal = seat.pedal
            count = f"{pedal.received} reports, {pedal.lost} lost on the way"
            drops = f"{sum(pedal.drops.values())} datagrams dropped"
            line = printable(f"{pedal.name}: {count}, {drops}")
            self.console.print(line, markup=False)


def _as_interrupt(*_: object) -> None:
    """SIGTERM ends the console as Ctrl-C does."""
    raise KeyboardInterrupt
