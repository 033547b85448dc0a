"""The Edit layer in a real browser: its lock, and all of it legible and reachable."""

import pytest

from tests.system.browser import (
    SIZES,
    THEMES,
    assert_accessible,
    assert_legible,
    assert_plays,
    assert_whole,
    browser_missing,
    edit,
    expect,
    gaps,
    measured,
    open_page,
    tile,
    wait_live,
)
from tests.system.edit_layer import hold, pick, save_new

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = [
    pytest.mark.skipif(bool(browser_missing()), reason=browser_missing()),
    pytest.mark.usefixtures("factory_fresh"),
]


def assert_locked(page, locked: str) -> None:
    expect(page.locator("#lock")).to_have_attribute("aria-pressed", locked)


@pytest.mark.parametrize("key", ["", "Enter", " "], ids=["finger", "enter", "space"])
def test_a_locked_edit_is_looked_at_and_the_stage_plays_on(page, key):
    edit(page)
    page.locator("#lock").click()  # a tap is no hold
    assert_locked(page, "false")
    hold(page, key)
    assert_locked(page, "true")
    controls = page.locator(".settings :is(button, input, select)").all()
    assert len(controls) > 30
    assert all(node.is_disabled() for node in controls)
    page.locator("#expression-word").scroll_into_view_if_needed()
    page.keyboard.press("b")
    expect(page.locator("#banner")).to_contain_text("Locked")
    page.locator("#layer").click()
    tile(page, "buzz").click()
    assert_plays(page, "buzz")
    page.reload()
    wait_live(page)
    edit(page)
    assert_locked(page, "true")
    hold(page, key)
    assert_locked(page, "false")
    page.locator("#block-16").click()
    expect(page.locator("#block-16")).to_have_attribute("aria-pressed", "true")
    page.locator("#block-1").click()
    expect(page.locator("#block-1")).to_have_attribute("aria-pressed", "true")


def full_house(page) -> None:
    """Edit with all of its parts shown: tools, a question, overrides, a long name."""
    edit(page)
    save_new(page, 31 * "W")
    save_new(page, "One")
    pick(page, scope="one", kind="press", switches="effect")
    pick(page, message="/param/set drive 90", off="/effect/clean")
    page.locator("#gesture-add").click()
    expect(page.locator("#overrides li")).to_have_count(1)
    page.locator("#expression-calibrate").click()
    expect(page.locator("#expression-calibrate")).to_have_text("Finish")
    page.locator("#presets .more").first.click()
    page.locator("#presets .delete").first.click()
    expect(page.locator("#presets .delete").first).to_have_text("Sure?")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [SIZES[0], SIZES[2]], ids=str)
def test_all_of_edit_is_legible_and_accessible(browser, pedal, size, theme):
    page = open_page(browser, pedal, size, theme)
    full_house(page)
    for step in ("open", "locked"):
        if step == "locked":
            hold(page)
        found = measured(page)
        assert_legible(found)
        assert_whole(found)
        inside = [row for row in found["targets"] if row["name"] != "layer"]
        assert min(gaps(inside)) >= 5.5
        wide = page.evaluate("document.querySelector('#edit').scrollWidth")
        assert wide <= size[0]
    for _ in ("locked", "open"):
        assert_accessible(page)
        hold(page)
    page.context.close()
