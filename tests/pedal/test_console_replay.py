"""A log played back shows what the console showed."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from pedal.console.ledger import Ledger
from pedal.console.limits import limits_from
from pedal.console.log import Log
from pedal.console.past import GAP_S, Past
from pedal.console.replay import Screen
from pedal.console.rig import Rig, added, heard, passed, refused, renewed, seen
from pedal.console.session import Drop
from tests.pedal.simulated import KEY, telemetry

LIMITS = limits_from()
LOUD_S = (90.0, 100.0)  # seconds of the show in which the load is high
LOST_S = (130.0, 135.0)  # in which nothing comes
SHOW_S = 160.0


@pytest.fixture(scope="module")
def show(tmp_path_factory) -> tuple[Path, Rig]:
    """A log of two pedals, 10 reports a second, and the rig at its end."""
    path = tmp_path_factory.mktemp("log") / "show.pedal"
    rig = Rig(LIMITS)
    begin_s = time.monotonic() - SHOW_S
    for name in ("left", "right"):
        rig = added(rig, name, KEY, begin_s)
    log = Log(path)
    for number in range(1, round(SHOW_S * 10)):
        at_s = number / 10
        now_s = begin_s + at_s
        names = ["left"] if LOST_S[0] < at_s < LOST_S[1] else ["left", "right"]
        for name in names:
            load = 88.0 if LOUD_S[0] < at_s < LOUD_S[1] and name == "left" else 20.0
            rig = heard(rig, name, telemetry(number, load=load), now_s)
            log.report(rig.seats[name].pedal, now_s)
        if number == 700:
            rig = refused(rig, "left", Drop.SPOOFED)
        if number == 1100:
            rig = seen(rig, "left", now_s)
        rig = passed(rig, now_s)
        log.tend(rig, now_s)
        while log._queue.qsize() > 2:
            time.sleep(0.001)
    log.close(rig, now_s)
    return path, rig


@pytest.fixture
def past(show):
    with Ledger(show[0]) as ledger:
        yield Past(ledger, LIMITS)


def go(past: Past, seconds: float) -> int:
    return len(list(past.advance(seconds)))


def minute(past: Past) -> float:
    return past.at_s - past.ledger.span.first_s


def test_it_is_replayed_report_by_report(past):
    count = 1 + go(past, 10.0)  # the first one is read at once
    assert count == pytest.approx(200, abs=4)
    assert past.rig.seats["left"].pedal.report.sequence == pytest.approx(101, abs=1)
    assert not past.is_over


def test_the_end_is_as_the_console_saw_it(past, show):
    while not past.is_over:
        go(past, 7.0)
    for name in ("left", "right"):
        then, now = show[1].seats[name], past.rig.seats[name]
        assert now.pedal.report == then.pedal.report._replace(key=0)
        assert (now.pedal.received, now.pedal.lost) == (
            then.pedal.received,
            then.pedal.lost,
        )
        assert now.pedal.drops == then.pedal.drops
        assert [(e.word, e.text) for e in now.pedal.events] == [
            (e.word, e.text) for e in then.pedal.events
        ]
        loads = [slot.worst for slot in now.pedal.history]
        assert max(loads) == max(slot.worst for slot in then.pedal.history)


@pytest.mark.parametrize(
    ("at_s", "name", "code"), [(95.0, "left", "load"), (134.0, "right", "lost")]
)
def test_an_alarm_holds_again_when_it_did(past, at_s, name, code):
    begun_s = past.ledger.span.first_s
    go(past, at_s)
    assert [a.code for a in past.rig.seats[name].watch.holding()] == [code]
    past.to(begun_s + at_s)
    assert [a.code for a in past.rig.seats[name].watch.holding()] == [code]


def test_a_jump_shows_the_minutes_before_it(past):
    past.to(past.ledger.span.first_s + 120.0)
    history = past.rig.seats["left"].pedal.history
    assert len(history) == pytest.approx(119, abs=3)
    assert max(slot.worst for slot in history) == 88.0
    assert past.rig.seats["left"].pedal.drops == {Drop.SPOOFED: 1}
    texts = [event.text for event in past.rig.seats["left"].pedal.events]
    assert any(text.startswith("load") for text in texts)


def test_keys_pause_jump_and_step_to_alarms(past):
    screen = Screen(past, Console(), 1.0)
    screen.press("n")
    assert minute(past) == pytest.approx(91.2, abs=0.5)
    screen.press("right")
    assert minute(past) == pytest.approx(101.2, abs=0.5)
    screen.press("n")
    assert minute(past) == pytest.approx(133.0, abs=1.0)
    screen.press("p")
    assert minute(past) == pytest.approx(91.2, abs=0.5)
    screen.press(" ")
    assert "PAUSED" in screen.state()
    for key in "++++":
        screen.press(key)
    assert screen.speed == 16.0
    screen.press("\t")
    assert past.rig.selected == "right"
    screen.press("<")
    screen.press("<")
    assert minute(past) == 0.0


def test_the_screen_is_the_consoles_with_a_line_of_its_own(past):
    past.to(past.ledger.span.first_s + 95.0)
    text = Screen(past, Console(), 1.0).drawn(80, 24)
    lines = text.plain.split("\n")
    assert [len(line) for line in lines] == [80] * 24
    assert "88" in text.plain
    assert "REPLAY 1:3" in lines[-1]
    assert "/2:39" in lines[-1]


def test_a_long_silence_is_passed_over(tmp_path):
    path = tmp_path / "two-nights.pedal"
    for night in range(2):
        rig = added(Rig(LIMITS), "stage", KEY, 0.0)
        log = Log(path)
        log._offset_s = 1e9 + night * 80_000.0
        log._wall = lambda now_s, log=log: now_s + log._offset_s
        for number in range(1, 101):
            report = telemetry(number)
            rig = heard(rig, "stage", report, number / 20)
            log.report(rig.seats["stage"].pedal, number / 20)
        log.close(rig, 5.0)
    with Ledger(path) as ledger:
        past = Past(ledger, LIMITS)
        go(past, 5.0 + GAP_S - 1.0)
        assert [a.code for a in past.rig.seats["stage"].watch.holding()] == ["lost"]
        assert not past.is_over
        go(past, 2.0)
        assert past.at_s > 1e9 + 80_000.0
        while not past.is_over:
            go(past, 1.0)
        assert past.rig.seats["stage"].pedal.report.sequence == 100


def test_another_lease_under_the_same_boot_goes_on(past, tmp_path):
    path = tmp_path / "leases.pedal"
    rig = added(Rig(LIMITS), "stage", KEY, 0.0)
    log = Log(path)
    for lease in range(2):
        rig = renewed(rig, "stage", KEY)
        for number in range(1, 21):
            now_s = lease + number / 20
            rig = heard(rig, "stage", telemetry(number), now_s)
            log.report(rig.seats["stage"].pedal, now_s)
    log.close(rig, 2.0)
    with Ledger(path) as ledger:
        past = Past(ledger, replace(LIMITS, load_s=2.0))
        assert 1 + go(past, 5.0) == 40
        assert past.rig.seats["stage"].pedal.received == 40
        assert not past.rig.seats["stage"].pedal.drops
