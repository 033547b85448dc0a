"""The Edit layer in a real browser: foot map and expression pedal."""

import pytest

from tests.system.browser import browser_missing, edit, expect, open_page
from tests.system.edit_layer import BOUNCE_MS, pick, press_twice, save_new

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = [
    pytest.mark.skipif(bool(browser_missing()), reason=browser_missing()),
    pytest.mark.usefixtures("factory_fresh"),
]
SLOW_FRAMES = """const soon = requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (draw) => setTimeout(soon, 50, draw);"""


def assert_map(page, *words: str, box="gestures") -> None:
    expect(page.locator(f"#{box} .what")).to_have_text(list(words))


def take_out(page, words: str, box="gestures"):
    return page.locator(f"#{box} li").filter(has_text=words).locator("button")


FACTORY = ("Bypass; off: Effect on", "Next effect")


@pytest.mark.parametrize("watch", ["", SLOW_FRAMES], ids=["quick", "slow"])
def test_the_foot_map_is_listed_changed_and_brought_back(browser, pedal, watch):
    page = open_page(browser, pedal, watch=watch)
    edit(page)
    assert_map(page, *FACTORY)
    pick(page, kind="chord", message="/preset/next")
    expect(page.locator("#gesture-switches")).to_have_value("bypass+effect")
    page.locator("#gesture-add").click()
    assert_map(page, *FACTORY, "Next preset")
    pick(page, kind="press", switches="effect", message="/param/set tone 3.5")
    page.locator("#gesture-add").click()
    assert_map(page, FACTORY[0], "Tone +3.5 dB", "Next preset")
    press_twice(take_out(page, "Two together"))
    assert_map(page, FACTORY[0], "Tone +3.5 dB")
    press_twice(page.locator("#gesture-reset"))
    assert_map(page, *FACTORY)
    page.context.close()


@pytest.mark.parametrize("kind", ["latch", "momentary"])
def test_a_switch_that_goes_back_offers_the_opposite(page, kind):
    edit(page)
    pick(page, kind=kind, switches="bypass", message="/bypass 1")
    off = page.locator("#gesture-off")
    expect(off.locator(".address")).to_have_value("/bypass")
    expect(off.locator(".what")).to_have_value("0")
    pick(page, message="/param/set drive 90")
    expect(off.locator(".value")).to_have_value("50")
    pick(page, kind="long")
    expect(off).to_be_hidden()


def test_a_step_is_offered_where_it_can_be_undone_only(page):
    edit(page)
    message, off = (
        page.locator("#gesture-message .address"),
        page.locator("#gesture-off"),
    )
    pick(page, kind="momentary", switches="bypass", message="/preset/next")
    expect(off.locator(".address")).to_have_value("/preset/previous")
    pick(page, kind="press")
    expect(off).to_be_hidden()
    pick(page, kind="latch")
    expect(message.locator("option[value='/preset/next']")).to_have_count(0)
    expect(message).to_have_value("/effect/select")


def test_a_map_that_no_foot_can_tell_apart_is_refused_in_words(page):
    edit(page)
    pick(page, kind="momentary", switches="effect", message="/effect/clean")
    page.locator("#gesture-add").click()
    expect(page.locator("#banner")).to_contain_text("effect")
    assert_map(page, *FACTORY)


def test_a_choice_that_is_not_there_is_asked_for(page):
    edit(page)
    pick(page, kind="long", message="/preset/load")  # there is no preset
    page.locator("#gesture-add").click()
    expect(page.locator("#banner")).to_contain_text("nothing to choose")


def test_a_preset_has_gestures_of_its_own(page):
    edit(page)
    expect(page.locator("#no-overrides")).to_contain_text("Recall one")
    save_new(page, "One")
    expect(page.locator("#override-title")).to_have_text("In One")
    pick(page, scope="one", kind="press", switches="effect", message="nothing")
    page.locator("#gesture-add").click()
    assert_map(page, "Nothing", box="overrides")
    assert_map(page, *FACTORY)
    save_new(page, "Two")
    assert_map(page, box="overrides")
    page.locator("#preset-previous").click()
    press_twice(take_out(page, "Press: effect", box="overrides"))
    expect(page.locator("#no-overrides")).to_have_text("As on the pedal.")
    assert_map(page, *FACTORY)


def test_the_expression_pedal_moves_what_is_picked(page):
    edit(page)
    expect(page.locator("#expression-word")).to_contain_text("Not calibrated")
    for param in ("tone", "", "drive"):
        page.locator("#expression-param").select_option(param)
        page.locator("#layer").focus()
        page.wait_for_timeout(300)  # the engine's word comes back
        expect(page.locator("#expression-param")).to_have_value(param)


def test_a_sweep_that_did_not_move_is_refused_in_words(page):
    edit(page)
    button = page.locator("#expression-calibrate")
    button.click()
    expect(button).to_have_text("Finish")
    expect(page.locator("#expression-word")).to_contain_text("Sweep it")
    page.wait_for_timeout(BOUNCE_MS)
    button.click()
    expect(button).to_have_text("Calibrate")
    expect(page.locator("#banner")).to_contain_text("%")
    expect(page.locator("#expression-word")).to_contain_text("Not calibrated")
