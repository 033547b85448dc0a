"""The page of a show: whole in itself, and safe whatever a stranger wrote."""

import re
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pedal.console.ledger import Ledger
from pedal.console.limits import limits_from
from pedal.console.log import Log
from pedal.console.report import page_of, write
from pedal.console.rig import Rig, added, heard, passed
from pedal.console.tally import course_of, figures_of, troubles_of
from pedal.errors import LogError, PedalError
from tests.pedal.simulated import KEY, telemetry

NASTY = '<script src="http://evil.example/x.js"></script> & $\\frac{1}{0}$'
VOID = {"meta", "br", "hr", "img", "link", "input"}
REACHES_OUT = re.compile(
    r"https?:|//[a-z]|@import|\bsrc=|url\((?!#)|<link|<script", re.I
)


@pytest.fixture(scope="module")
def show(tmp_path_factory) -> Path:
    """Two pedals for 80 s; one is too busy for 10 s and breaks twice."""
    path = tmp_path_factory.mktemp("log") / "show.pedal"
    rig, begin_s = Rig(limits_from()), time.monotonic()
    for name in ("left", NASTY):
        rig = added(rig, name, KEY, begin_s)
    log, underruns = Log(path), 0
    for number in range(1, 801):
        at_s = number / 10
        if number in (305, 340):
            underruns += 1
        rises = {"underruns": underruns, "underrun_age_s": 0.0 if underruns else -1.0}
        busy = {"load": 90.0, "peak": 130.0} if 30 < at_s < 40 else {"load": 25.0}
        rig = heard(rig, "left", telemetry(number, **busy, **rises), begin_s + at_s)
        log.report(rig.seats["left"].pedal, begin_s + at_s)
        if not 50 < at_s < 60:
            rig = heard(rig, NASTY, telemetry(number, effect="fuzz"), begin_s + at_s)
            log.report(rig.seats[NASTY].pedal, begin_s + at_s)
        rig = passed(rig, begin_s + at_s)
        log.tend(rig, begin_s + at_s)
        while log._queue.qsize() > 2:
            time.sleep(0.001)
    assert log.close(rig, begin_s + 80.0) == ""
    return path


@pytest.fixture(scope="module")
def page(show) -> str:
    with Ledger(show) as ledger:
        return page_of(ledger, show.name, 80.0)[0]


class Elements(HTMLParser):
    """Counts elements; finds those that are never closed, and ids used twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.count: dict[str, int] = {}
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_needs_nothing_from_outside(page):
    escaped = "&lt;script src=&quot;http://evil.example/x.js&quot;&gt;&lt;/script&gt;"
    assert escaped in page
    assert not REACHES_OUT.findall(page.replace(escaped, ""))


def test_the_page_is_well_formed_and_has_a_plot_a_pedal(page):
    elements = Elements(page)
    assert elements.open == []
    assert elements.count["svg"] == 2
    assert elements.count["table"] == 3
    assert "script" not in elements.count
    assert len(set(elements.ids)) == len(elements.ids)


def test_what_happened_is_in_figures(show):
    with Ledger(show) as ledger:
        left, other = figures_of(ledger)
        assert (left.reports, left.underruns, left.lost) == (800, 2, 0)
        assert (left.high, left.peak) == (90.0, 130.0)
        assert left.load == pytest.approx(25.0 + 65.0 * 99 / 800, abs=0.1)
        assert other.reports == 701
        assert other.lost == 99
        troubles = troubles_of(ledger.notes())
        each_s, course = course_of(ledger)
    found = {(t.pedal, t.code): t for t in troubles}
    assert set(found) == {("left", "load"), ("left", "underrun"), (NASTY, "lost")}
    load = found["left", "load"]
    assert load.over_s - load.begun_s == pytest.approx(10.0, abs=1.0)
    lost = found[NASTY, "lost"]
    assert lost.over_s - lost.begun_s == pytest.approx(8.0, abs=1.0)
    assert "cable" in lost.hint()
    assert each_s == 1.0
    assert max(column.high for column in course["left"]) == 90.0


def test_the_summary_says_it_in_words(show):
    with Ledger(show) as ledger:
        summary = page_of(ledger, "x", 80.0)[1]
    assert summary.startswith("2 pedals over 80 s. 2 underruns; ")
    assert "2 alarms and 1 warnings" not in summary
    assert "2 alarms and 1 warning." in summary
    assert "99 of 1600 reports were lost" in summary


def test_the_page_is_written(show, tmp_path):
    said = write(show, tmp_path / "show.html")
    assert said.startswith(str(tmp_path / "show.html"))
    assert (tmp_path / "show.html").read_text(encoding="utf-8").startswith("<!doctype")


@pytest.mark.parametrize("place", ["no/such/folder/x.html", "."])
def test_a_page_that_cannot_be_written_is_one_line(show, tmp_path, place):
    with pytest.raises(LogError, match="cannot be written"):
        write(show, tmp_path / place)


def test_without_matplotlib_one_line_says_what_to_do(show, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PedalError, match=r"matplotlib.*\[report\]"):
        write(show, tmp_path / "show.html")
    assert not (tmp_path / "show.html").exists()


def test_a_log_of_one_report_makes_a_page(tmp_path):
    path, now_s = tmp_path / "short.pedal", time.monotonic()
    rig = heard(added(Rig(limits_from()), "a", KEY, now_s), "a", telemetry(1), now_s)
    log = Log(path)
    log.report(rig.seats["a"].pedal, now_s)
    log.close(rig, now_s)
    assert "1 pedal over 0 s" in write(path, tmp_path / "short.html")


def test_a_page_does_not_take_the_place_of_its_log(show):
    before = show.read_bytes()
    with pytest.raises(LogError, match="the log itself"):
        write(show, show)
    assert show.read_bytes() == before


def test_what_two_consoles_lost_is_counted_of_each(tmp_path):
    path, now_s = tmp_path / "two.pedal", time.monotonic()
    for sequences in ([1, 3, 4, 10], [3, 4, 6, 5, 7]):  # 6 lost, then 2
        rig, log = added(Rig(limits_from()), "a", KEY, now_s), Log(path)
        for sequence in sequences:
            now_s += 0.05
            before = rig.seats["a"].pedal.received
            rig = heard(rig, "a", telemetry(sequence), now_s)
            if rig.seats["a"].pedal.received > before:  # as the console does
                log.report(rig.seats["a"].pedal, now_s)
        log.close(rig, now_s)
    with Ledger(path) as ledger:
        assert [figures.lost for figures in figures_of(ledger)] == [8]
