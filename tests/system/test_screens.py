"""Stage and Edit look as in the kept pictures, tests/system/screens.

`make screens` takes them anew (PEDAL_SCREENS=keep); look at them before you commit.
"""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.browser import (
    SIZES,
    browser_missing,
    edit,
    expect,
    open_page,
    tile,
)
from tests.system.screens import STEADY, difference

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(bool(browser_missing()), reason=browser_missing())

KEPT = Path(__file__).parent / "screens"
KEEP = os.environ.get("PEDAL_SCREENS") == "keep"
LAYERS = ["stage", "edit"]
DRESS = """text => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
}"""


@contextmanager
def looking(browser, pedal, layer: str, size):
    """A function from a style sheet to a picture of a page that holds still."""
    page = open_page(browser, pedal, size, reduced_motion="reduce")
    tile(page, "hum").click()
    expect(tile(page, "hum")).to_have_attribute("data-look", "on")
    expect(tile(page, "hum")).to_have_attribute("data-hue", "#2f8f4e")  # of bank.json
    expect(page.locator("#banner")).to_be_hidden()
    if layer == "edit":
        edit(page)
        expect(page.locator("#gestures li")).to_have_count(2)
        expect(page.locator("#expression-word")).to_contain_text("calibrated")
    page.mouse.move(1, 1)

    def take(style: str = "") -> bytes:
        page.evaluate(DRESS, STEADY + style)  # the page's own policy forbids <style>
        return page.screenshot(animations="disabled", caret="hide")

    yield take
    page.context.close()


def path(layer: str, size) -> Path:
    return KEPT / f"{layer}-{size[0]}x{size[1]}.png"


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_the_page_looks_as_in_the_kept_picture(browser, pedal, layer, size, tmp_path):
    kept = path(layer, size)
    with looking(browser, pedal, layer, size) as take:
        if KEEP:
            KEPT.mkdir(exist_ok=True)
            kept.write_bytes(take())
        assert kept.is_file(), f"no {kept.name}; `make screens` takes it"
        found = take()
    told = difference(browser, found, kept.read_bytes())
    (tmp_path / kept.name).write_bytes(found)
    assert told.is_small, f"{kept.name}: {told}; now {tmp_path / kept.name}"


# Each is a fault that a player would see: hidden, moved, or of another colour.
FAULTS = {
    "stage": [
        '.tile[data-id="hum"] { visibility: hidden; }',
        '.tile[data-id="screamer"] { visibility: hidden; }',
        "#layer { visibility: hidden; }",
        "#bypass { visibility: hidden; }",
        "#tiles { translate: 24px 0; }",
        ".meters { visibility: hidden; }",
        "#link { visibility: hidden; }",
        "#load { visibility: hidden; }",
        ".display { visibility: hidden; }",
        ".tile { background: var(--panel) !important; }",
    ],
    "edit": [
        "#lock { visibility: hidden; }",
        ".card:has(#lock) { display: none; }",
        ".card { translate: 12px 12px; }",
        "#layer { visibility: hidden; }",
    ],
}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_missing_or_moved_control_is_seen(browser, pedal, layer, size):
    kept = path(layer, size).read_bytes()
    with looking(browser, pedal, layer, size) as take:
        seen = {
            fault: difference(browser, take(fault), kept) for fault in FAULTS[layer]
        }
    assert {fault for fault, told in seen.items() if told.is_small} == set(), seen


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_another_machines_font_is_no_fault(browser, pedal, layer, size):
    style = ":root { --narrow: 'DejaVu Sans'; } body { font-family: 'DejaVu Serif'; }"
    with looking(browser, pedal, layer, size) as take:
        found = take(style)
    told = difference(browser, found, path(layer, size).read_bytes())
    assert told.is_small, told
