"""Five pages, each behind a bad line of its own, and the footswitches edit at once."""

import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import write_bank
from tests.system.bad_line import BadLine
from tests.system.stage import engine_missing, stage, wait_until
from tests.system.truth import Told, Witness, pedals, seen

CLIENT = Path(__file__).resolve().parent.parent / "gui" / "client.js"
NODE = shutil.which("node") or ""
WS = CLIENT.parent / "node_modules" / "ws"
CLIENTS = 5
PERIOD = 128
STORM_S = 12.0
FIRST_PRESS_S = 4.0  # of the engine's clock; before it the pages have opened
QUIET_S = 1.0
SEED = int(os.environ.get("PEDAL_STORM_SEED", "1"))
RATE_HZ = 44100
OWN_REQUESTS = 6  # of the test itself; the pages count from a million
SETLIST_EDITS = ("/preset/save", "/preset/delete", "/param/keep")

pytestmark = [
    pytest.mark.skipif(bool(engine_missing()), reason=engine_missing()),
    pytest.mark.skipif(not NODE, reason="no node; install packages.txt [test]"),
    pytest.mark.skipif(not WS.is_dir(), reason="no ws; npm install --prefix tests/gui"),
]


class Page:
    """One page in node. rows: what it wrote."""

    def __init__(self, address: str, seed: int) -> None:
        self.rows: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [NODE, str(CLIENT), address, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.rows.append(json.loads(line))

    def say(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The rows of a kind: "view", "sent" or "answer"."""
        return [row[kind] for row in list(self.rows) if kind in row]

    def views(self) -> list[tuple[float, dict[str, Any]]]:
        """(when on the monotonic clock, the view), in their order."""
        rows = list(self.rows)
        return [(row["ms"] / 1000, row["view"]) for row in rows if "view" in row]

    def is_live(self) -> bool:
        views = self.of("view")
        return bool(views) and is_sure(views[-1])


def is_sure(view: dict[str, Any]) -> bool:
    """True where the page is up to date by its own account."""
    return view["linkUp"] and view["asks"] == 0


def presses(draw: random.Random, until_s: float) -> list[dict[str, Any]]:
    """Both feet at work, as a performance for the virtual pins."""
    events = []
    for channel in (0, 1):
        at_s = FIRST_PRESS_S
        while (at_s := at_s + draw.uniform(0.1, 0.7)) < until_s:
            for value in (0, 1):
                pin = {"channel": channel, "value": value}
                events.append({"at": round(at_s * RATE_HZ), "digital": pin})
                at_s += draw.uniform(0.03, 0.3)
    return sorted(events, key=lambda event: event["at"])


@pytest.fixture(scope="module")
def storm(tmp_path_factory):
    """Everything that was told, sent and shown, from the first page to the calm."""
    folder = tmp_path_factory.mktemp("storm")
    score = folder / "feet.json"
    end_s = FIRST_PRESS_S + STORM_S
    score.write_text(json.dumps(presses(random.Random(SEED), end_s)))
    bank = write_bank(folder / "night-set")
    with ExitStack() as stack:
        pedal = stack.enter_context(stage(bank, effect="buzz", score=score))
        witness = stack.enter_context(Witness(pedal.link_port))
        witness.ask("/state/get", "/state", 1)
        witness.ask("/presets/get", "/presets", 2)
        witness.ask("/gestures/get", "/gestures", 3)
        target = f"ws://127.0.0.1:{pedal.page_port}/gui_control"
        seeds = [1000 * SEED + number for number in range(CLIENTS)]
        lines = [stack.enter_context(BadLine(target, seed)) for seed in seeds]
        pages = [
            stack.enter_context(Page(line.address, seed))
            for line, seed in zip(lines, range(CLIENTS), strict=True)
        ]
        wait_until(lambda: all(page.is_live() for page in pages))
        for line, page in zip(lines, pages, strict=True):
            line.storm()
            page.say("storm")
        wait_until(lambda: witness.seconds(PERIOD) > end_s, 2 * end_s)
        for line, page in zip(lines, pages, strict=True):
            page.say("calm")
            line.calm()
        quiet_s = time.monotonic()
        time.sleep(2 * QUIET_S)  # the views carry their own time
        views = [page.views() for page in pages]
        by_then = len(witness.told)
        state = witness.ask("/state/get", "/state", 4)
        witness.ask("/presets/get", "/presets", 5)
        witness.ask("/gestures/get", "/gestures", OWN_REQUESTS)
        yield Storm(pages, lines, witness.told, by_then, quiet_s, views, state)


class Storm:
    """The story of one storm."""

    def __init__(self, pages, lines, told, by_then, quiet_s, views, state) -> None:
        self.pages, self.lines, self.quiet_views = pages, lines, views
        self.told: list[Told] = list(told)
        self.quiet_s, self.state = quiet_s, state
        self.pedals = list(pedals(self.told))
        self.by_then = list(pedals(self.told[:by_then]))[-1]

    @property
    def sent(self) -> dict[int, dict[str, Any]]:
        """All intents of all pages, by request."""
        rows = (row for page in self.pages for row in page.of("sent"))
        return {row["request"]: row for row in rows}


def test_it_was_a_storm(storm):
    for line, page in zip(storm.lines, storm.pages, strict=True):
        print(line.figures, len(page.of("sent")), "sent", len(page.of("answer")), "ok")
        assert line.figures.cuts >= 2
        assert line.figures.dropped >= 20
        assert line.figures.held >= 3
        assert len(page.of("answer")) >= 20
    unasked = [t for t in storm.told if t.address.startswith("/echo") and not t.args[2]]
    feet = [t for t in unasked if t.address in ("/echo/bypass", "/echo/effect")]
    assert len(feet) >= STORM_S / 2


def test_all_views_are_the_engines_within_a_second_of_quiet(storm):
    _, pedal = storm.by_then
    took = []
    for number, views in enumerate(storm.quiet_views):
        wrong_s, wrong = storm.quiet_s, ""
        for at_s, view in views:
            found = seen(view) | {"asks": not is_sure(view)}
            told = pedal | {"asks": False}
            wrong_s, wrong = (
                (at_s, differences(found, told)) if found != told else (wrong_s, "")
            )
        assert not wrong, f"page {number} at the end of the quiet: {wrong}"
        true = [at_s for at_s, _ in views if at_s > wrong_s]
        took.append(max(0.0, true[0] - storm.quiet_s))
    print("true after", ", ".join(f"{s:.2f} s" for s in took), "of quiet")
    assert max(took) < QUIET_S


def without_knobs(pedal: dict[str, Any]) -> dict[str, Any]:
    """Where a knob waits is told again twice a second, not with each revision."""
    return {name: value for name, value in pedal.items() if name != "knobs"}


def differences(found: dict[str, Any], expected: dict[str, Any]) -> str:
    """The fields that differ, each as found and expected."""
    names = [name for name in expected if found.get(name) != expected[name]]
    return "; ".join(f"{n}: {found.get(n)}, not {expected[n]}" for n in names)


def test_no_view_shows_what_the_engine_never_told(storm):
    allowed: dict[int, list[dict[str, Any]]] = {}
    for revision, pedal in storm.pedals:
        allowed.setdefault(revision, []).append(without_knobs(pedal))
    count = 0
    for views in storm.quiet_views:
        for _, view in views:
            if not view["bootId"]:
                continue
            assert view["revision"] in allowed, view
            if is_sure(view):
                count += 1
                known = without_knobs(seen(view))
                truth = allowed[view["revision"]]
                assert known in truth, differences(known, truth[-1])
    assert count > 100


def answers(storm: Storm) -> dict[int, list[Told]]:
    """What the engine answered, by request."""
    found: dict[int, list[Told]] = {}
    for told in storm.told:
        if told.args[2] > OWN_REQUESTS:
            found.setdefault(told.args[2], []).append(told)
    return found


def test_no_acknowledged_intent_is_lost(storm):
    told = answers(storm)
    sent = storm.sent
    for page in storm.pages:
        for answer in page.of("answer"):
            request = answer["args"][2]
            (truth,) = told[request]
            assert (truth.address, truth.args[0:3]) == (
                answer["address"],
                tuple(answer["args"][0:3]),
            )
            kept = keeps_its_word(sent[request], truth)
            assert kept or is_overtaken(sent, told, request), (sent[request], truth)


def is_overtaken(sent: dict[int, Any], told: dict[int, list[Told]], mine: int) -> bool:
    """True where somebody else spoke of the same preset or knob in the same 50 ms.

    A setlist is told as it is, so the answer to one edit may already show the next.
    """
    subject, at_s = sent[mine]["args"][0], told[mine][0].at_s
    return any(
        request != mine
        and row["address"] in SETLIST_EDITS
        and row["args"][0] == subject
        and abs(told[request][0].at_s - at_s) < 0.05
        for request, row in sent.items()
        if request in told and row["args"]
    )


def keeps_its_word(sent: dict[str, Any], truth: Told) -> bool:
    """True where the answer grants what was asked, or refuses it by name."""
    if truth.address == "/echo/rejected":
        return truth.row["address"] == sent["address"]
    wish, row = sent["args"], truth.row
    match sent["address"]:
        case "/effect/select" | "/preset/load" | "/preset/save":
            return row["id"] == wish[0]
        case "/effect/clean":
            return row["id"] == "clean"
        case "/bypass":
            return row["on"] == wish[0]
        case "/model/block":
            return row["frames"] == wish[0]
        case "/param/set":
            return row["id"] == wish[0] and abs(row["value"] - wish[1]) < 1e-3
        case "/param/keep":
            return (wish[0] in row["kept"].split(",")) == bool(wish[1])
        case "/footswitch":  # what a press does is told by echoes of its own
            return truth.address == "/state"
        case "/preset/delete":
            return wish[0] not in row["ids"].split(",")
    if sent["address"].startswith("/gesture/"):
        return truth.address == "/gestures"
    return truth.address in ("/echo/effect", "/echo/preset", "/presets")


def test_each_intent_that_arrived_is_answered_once(storm):
    told = answers(storm)
    asked: Counter[int] = Counter()
    sent = storm.sent
    for line in storm.lines:
        for frame in line.upward:
            found = json.loads(frame)
            request = found.get("args", [0])[-1] if found.get("args") else 0
            if request in sent and sent[request]["address"] == found["address"]:
                asked[request] += 1
    assert asked
    lost = [sent[request] for request in asked if len(told.get(request, [])) != 1]
    print(f"{len(asked)} intents arrived")
    assert not lost


def test_the_last_word_is_the_engines(storm):
    _, pedal = storm.pedals[-1]
    row = storm.state.row
    assert (pedal["effect"], pedal["bypass"]) == (row["effect"], bool(row["bypass"]))
    assert pedal["block"] == row["block"]
