"""The page's footswitches in a browser: held, together, refused, on a bad line."""

import signal

import pytest

from tests.system.browser import assert_plays, browser_missing, expect, tile
from tests.system.stage import hear, say
from tests.system.truth import Witness

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = [
    pytest.mark.skipif(bool(browser_missing()), reason=browser_missing()),
    pytest.mark.usefixtures("factory_fresh"),
]
HOLD_MS = 1000
STALL_MS = 800  # longer than a foot that says nothing stays down
# Both feet in one turn of the page: two keys of Playwright may be 60 ms apart.
BOTH = """name => [" ", "n"].forEach(key =>
    document.body.dispatchEvent(new KeyboardEvent(name, { key, bubbles: true })))"""


def map_gesture(pedal, *row: str) -> None:
    with pedal.client() as client:
        say(client, "/gesture/set", "", *row, "")
        hear(client, "/gestures")


def echoes(told) -> list[tuple]:
    """What sounded, in its order: (address, id or on)."""
    return [(t.address, t.args[3]) for t in told if t.address.startswith("/echo/")]


def test_a_foot_that_is_held_is_a_long_press_and_no_other(page, pedal):
    map_gesture(pedal, "long", "effect", "/effect/select buzz")
    with Witness(pedal.link_port) as witness:
        page.locator("#next").hover()
        page.mouse.down()
        assert_plays(page, "buzz")
        page.wait_for_timeout(HOLD_MS)
        page.mouse.up()
        expect(page.locator("#next")).not_to_have_attribute("data-look", "pressed")
        witness.ask("/state/get", "/state", 1)
        assert echoes(witness.told) == [("/echo/effect", "buzz")]


def test_two_feet_together_are_a_chord_and_no_other(page, pedal):
    map_gesture(pedal, "chord", "bypass+effect", "/effect/select fuzz")
    with Witness(pedal.link_port) as witness:
        page.evaluate(BOTH, "keydown")
        assert_plays(page, "fuzz")
        page.wait_for_timeout(HOLD_MS)
        page.evaluate(BOTH, "keyup")
        page.wait_for_timeout(HOLD_MS)  # time for what a release would do
        witness.ask("/state/get", "/state", 1)
        assert echoes(witness.told) == [("/echo/effect", "fuzz")]


def test_a_press_that_cannot_be_played_is_said_and_goes(page, pedal):
    map_gesture(pedal, "press", "effect", "/preset/next")  # there is none
    page.locator("#next").click()
    expect(page.locator("#banner")).to_contain_text("/preset/next: unknown preset")
    expect(page.locator("#banner")).to_be_hidden()


def test_a_line_that_stalls_under_a_held_foot_makes_no_second_press(page, pedal):
    with Witness(pedal.link_port) as witness:
        page.locator("#next").hover()
        page.mouse.down()
        assert_plays(page, "screamer")  # after hum
        pedal.bridge.send_signal(signal.SIGSTOP)
        try:
            page.wait_for_timeout(STALL_MS)
        finally:
            pedal.bridge.send_signal(signal.SIGCONT)
        page.wait_for_timeout(HOLD_MS)  # all that waited has arrived
        page.mouse.up()
        expect(tile(page, "screamer")).to_have_attribute("data-look", "on")
        witness.ask("/state/get", "/state", 1)
        assert echoes(witness.told) == [("/echo/effect", "screamer")]
