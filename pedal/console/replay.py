"""`pedal replay`: plays a log back in the console's own screen, or as lines."""

import select
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from pedal.console.keys import keys_in, press
from pedal.console.ledger import Ledger
from pedal.console.limits import limits_from
from pedal.console.monitor import FRAME_S, LINE_S
from pedal.console.past import Past
from pedal.console.plain import json_line, plain_line
from pedal.console.rows import row
from pedal.console.views import LEAST, Frame, screen
from pedal.errors import UsageError
from pedal.keys import Keys

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
BUDGET_S = 0.15  # of work a frame, so that keys answer at any speed
KEYS = "space pause +/- speed ←→ 10 s </> 1 min n/p alarm q"
JUMPS_S = {"right": 10.0, "left": -10.0, ">": 60.0, ".": 60.0, "<": -60.0, ",": -60.0}


@dataclass(frozen=True)
class Options:
    """at_min: where to begin, minutes from the start. speed: None is 1, or at once
    where lines go to a file."""

    file: Path
    speed: float | None = None
    at_min: float = 0.0
    as_json: bool = False
    thresholds: Path | None = None


def replay(options: Options, console: Console) -> None:
    """Until its end where it prints lines, until q on a screen.

    Raises UsageError for what cannot be meant, LogError for a file that is no log.
    """
    if options.speed is not None and not 0.01 <= options.speed <= 1000:
        found = f"{options.speed:g}"
        raise UsageError(f"--speed: expected 0.01 to 1000, found {found}")
    limits = limits_from(options.thresholds)
    with Ledger(options.file) as ledger:
        span = ledger.span
        long_min = (span.last_s - span.first_s) / 60
        if not 0 <= options.at_min <= long_min:
            found = f"{options.at_min:g}"
            raise UsageError(
                f"--at: expected 0 to {long_min:.1f} minutes, found {found}"
            )
        past = Past(ledger, limits)
        if options.at_min:
            past.to(span.first_s + 60 * options.at_min)
        if options.as_json or not console.is_terminal:
            _as_lines(past, options)
        else:
            Screen(past, console, options.speed or 1.0).run()


def _as_lines(past: Past, options: Options) -> None:
    """A line a pedal each second of the log, or an object a report."""
    while not past.is_over:
        for seat in past.advance(LINE_S):
            if options.as_json:
                print(json_line(seat, _wall(past.at_s).astimezone()), flush=True)
        if not options.as_json:
            for seat in past.rig.seats.values():
                print(plain_line(seat, past.at_s, _wall(past.at_s)), flush=True)
        if options.speed:
            time.sleep(LINE_S / options.speed)


@dataclass
class Screen:
    """The log on a screen with keys."""

    past: Past
    console: Console
    speed: float
    is_paused: bool = False

    def run(self) -> None:
        """Frames until q."""
        live = Live(console=self.console, auto_refresh=False, screen=True)
        with Keys() as keys, live:
            last_s = time.monotonic()
            while True:
                size = self.console.size
                live.update(self.drawn(size.width, size.height), refresh=True)
                is_pressed = select.select(keys.descriptors(), [], [], FRAME_S)[0]
                if is_pressed and self._pressed(keys.pressed()):
                    return
                now_s = time.monotonic()
                if not self.is_paused:
                    for _ in self.past.advance((now_s - last_s) * self.speed, BUDGET_S):
                        pass
                last_s = time.monotonic() if self.is_paused else now_s

    def drawn(self, width: int, height: int) -> Text:
        """The console's screen, its last line where the replay is and its keys."""
        at_s = self.past.at_s
        text = screen(self.past.rig, Frame(at_s, _wall(at_s), width, height))
        if width < LEAST[0] or height < LEAST[1]:
            return text
        lines = text.split("\n", allow_blank=True)
        lines[-1] = row(width, (f" {self.state()} {KEYS}", "reverse"))
        return Text("\n").join(lines)

    def state(self) -> str:
        """Where it is: minutes and seconds from the start, of the whole."""
        span = self.past.ledger.span
        parts = (self.past.at_s - span.first_s, span.last_s - span.first_s)
        at, whole = (f"{int(s) // 60}:{int(s) % 60:02}" for s in parts)
        how = "PAUSED" if self.is_paused else f"x{self.speed:g}"
        return f"REPLAY {at}/{whole} {'END' if self.past.is_over else how}"

    def _pressed(self, text: str) -> bool:
        """Does what the keys mean. True when one is to quit."""
        for key in keys_in(text):
            if key in ("q", "\x03", "\x04"):
                return True
            self.press(key)
        return False

    def press(self, key: str) -> None:
        """One key: pause, speed, jumps; tab and digits choose a pedal."""
        past = self.past
        if key == " ":
            self.is_paused = not self.is_paused
        elif key in ("+", "=", "-"):
            self.speed = _stepped(self.speed, -1 if key == "-" else 1)
        elif key in JUMPS_S:
            past.to(past.at_s + JUMPS_S[key])
        elif key in ("n", "p"):
            at_s = past.alarm(1 if key == "n" else -1)
            if at_s is not None:
                past.to(at_s + 0.2)  # the alarm has just begun
        elif key == "\t" or key.isdecimal():
            past.rig = press(past.rig, key, past.at_s)[0]


def _stepped(speed: float, step: int) -> float:
    """The next speed up or down."""
    if step > 0:
        return next((s for s in SPEEDS if s > speed), max(speed, SPEEDS[-1]))
    return next((s for s in reversed(SPEEDS) if s < speed), min(speed, SPEEDS[0]))


def _wall(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s)
