"""The console at a live engine: load, delay, and each alarm within its time."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pedal.arrival import RATE_HZ
from pedal.console.alarms import Alarm
from pedal.console.feed import Feed
from pedal.console.rig import Rig, Seat, added, heard, passed, refused
from pedal.console.session import Drop
from pedal.console.telemetry import Report
from pedal.console.thresholds import limits_of
from pedal.loop import Route, round_trip
from pedal.paths import ROOT
from tests.system.console import PERIOD, Engine, engine, sine
from tests.system.stage import PATIENCE_S, engine_missing

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())

REPORT_S = 0.05
NAME = "stage"


class Watcher:
    """A console's feed and rig at one engine, without a screen."""

    def __init__(self, feed: Feed, port: int) -> None:
        defaults = ROOT / "pedal" / "console" / "thresholds.toml"
        self.feed = feed
        key = feed.add(NAME, "127.0.0.1", port)
        self.rig = added(Rig(limits_of(defaults.read_text())), NAME, key, self.now())
        self.reports: list[tuple[float, Report]] = []

    @staticmethod
    def now() -> float:
        return time.monotonic()

    @property
    def seat(self) -> Seat:
        return self.rig.seats[NAME]

    def turn(self) -> None:
        """Takes what came, and lets the time pass."""
        came, _ = self.feed.turn(0.02)
        for name, what in came:
            if isinstance(what, Drop):
                self.rig = refused(self.rig, name, what)
                continue
            before = self.seat.pedal.received
            self.rig = heard(self.rig, name, what, self.now())
            if self.seat.pedal.received > before and self.seat.pedal.report:
                self.reports.append((self.now(), self.seat.pedal.report))
        self.rig = passed(self.rig, self.now())

    def until(self, wanted: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """Turns until it is true; AssertionError where it doesn't become so."""
        deadline = self.now() + patience_s
        while not (found := wanted()):
            assert self.now() < deadline, f"not within {patience_s} s: {self.codes()}"
            self.turn()
        return found

    def collect(self, seconds: float) -> list[Report]:
        """The reports of the next seconds."""
        first, end = len(self.reports), self.now() + seconds
        while self.now() < end:
            self.turn()
        return [report for _, report in self.reports[first:]]

    def alarm(self, code: str) -> Alarm | None:
        """That alarm, if it holds."""
        held = self.seat.watch.holding()
        return next((alarm for alarm in held if alarm.code == code), None)

    def codes(self) -> list[str]:
        return [alarm.code for alarm in self.seat.watch.holding()]


@contextmanager
def watched(bank: Path, samples: np.ndarray, **more: str) -> Iterator[Any]:
    """An engine that plays samples, and who watches it; nothing is wrong yet."""
    effect = more.pop("effect", "hum")
    with engine(bank, samples, effect=effect, **more) as pedal, Feed() as feed:
        console = Watcher(feed, pedal.port)
        console.until(lambda: len(console.reports) > 5)
        yield pedal, console


def assert_told(console: Watcher, code: str, since_s: float, within_s: float) -> None:
    """The alarm is raised in time, with a cause and a hint, and found on the screen."""
    alarm = console.until(lambda: console.alarm(code), within_s + 5)
    took_s = alarm.raised_s - since_s
    print(f"{code}: alarmed after {took_s:.2f} s, allowed {within_s:.2f} s")
    assert 0 <= took_s <= within_s
    assert alarm.cause
    assert alarm.hint
    assert any(code in event.text for event in console.seat.pedal.events)


def quietest(reports: list[Report]) -> float:
    """The least load: what others take of the processor only adds to it."""
    return min(report.load for report in reports)


@pytest.mark.parametrize("burn", [20, 60])
def test_the_load_differs_by_what_the_burner_is_known_to_cost(bank_folder, burn):
    with watched(bank_folder, sine(0.25), PEDAL_BURN_PERCENT=str(burn)) as (_, console):
        burning = quietest(console.collect(3.0))
        console.feed.send(NAME, "/fault/inject", ["burn"])
        console.collect(0.2)
        calm = quietest(console.collect(3.0))
    print(f"load {burning:.2f} % with a burner of {burn} %, {calm:.2f} % without")
    assert burning - calm == pytest.approx(burn, rel=0.1)


def test_a_load_over_80_percent_is_alarmed_within_its_second(bank_folder):
    with watched(bank_folder, sine(0.25), PEDAL_BURN_PERCENT="90") as (_, console):
        console.until(lambda: console.alarm("load"))
        console.feed.send(NAME, "/fault/inject", ["burn"])
        console.until(lambda: not console.alarm("load"))
        console.collect(1.0)
        assert console.alarm("load") is None
        console.feed.send(NAME, "/fault/inject", ["burn"])
        assert_told(console, "load", console.now(), 1.0 + 4 * REPORT_S)


@pytest.mark.parametrize("kind", ["underrun", "nan"])
def test_a_fault_is_alarmed_within_a_second(bank_folder, kind):
    with watched(bank_folder, sine(0.25)) as (_, console):
        assert kind not in console.codes()
        since_s = console.now()
        console.feed.send(NAME, "/fault/inject", [kind])
        assert_told(console, kind, since_s, 1.0)


def test_an_input_that_falls_silent_is_alarmed_within_two_seconds(bank_folder):
    sounding = 4 * RATE_HZ
    loop = np.concatenate([sine(0.25, 4.0), np.zeros(8 * RATE_HZ, np.float32)])
    with watched(bank_folder, loop) as (_, console):
        console.until(lambda: before_silence(console, sounding))
        assert "no signal" not in console.codes()
        console.until(lambda: not before_silence(console, sounding))
        last_s = [at for at, row in console.reports if before(row, sounding)][-1]
        assert_told(console, "no signal", last_s, 2.0 + REPORT_S)
        console.until(lambda: console.alarm("no signal") is None)  # it sounds again


def before(report: Report, sounding: int) -> bool:
    """Whether the loop of 12 s still sounds where the report was made."""
    return report.blocks * PERIOD % (12 * RATE_HZ) < sounding


def before_silence(console: Watcher, sounding: int) -> bool:
    return before(console.reports[-1][1], sounding)


def test_a_pedal_that_dies_is_lost_within_three_seconds(bank_folder):
    with watched(bank_folder, sine(0.25)) as (pedal, console):
        assert isinstance(pedal, Engine)
        since_s = console.now()
        pedal.process.send_signal(signal.SIGKILL)
        assert_told(console, "lost", since_s, 3.0)
        assert console.seat.pedal.report is not None


@pytest.mark.parametrize("block", [1, 16])
def test_the_delay_that_is_reported_is_the_one_that_is_measured(bank_folder, block):
    with watched(bank_folder, sine(0.25), PEDAL_MODEL_BLOCK=str(block)) as (_, console):
        report = console.reports[-1][1]
    route = Route("bypass", report.block, report.period, bank_folder)
    pulse, _ = round_trip(route)
    told = report.delay_period + report.delay_model
    assert pulse.spread() == pytest.approx((told,) * 3, abs=0.01)
    assert report.delay_converters == -1
