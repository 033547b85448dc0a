"""The page in a real browser: how the tests open it, press it and measure it."""

import shutil
from pathlib import Path

import pytest

from tests.system.stage import Stage, engine_missing

CHROMIUM = shutil.which("chromium") or ""
GUI_TESTS = Path(__file__).resolve().parent.parent / "gui"
AXE = GUI_TESTS / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = [(360, 640), (844, 390), (1280, 800)]
FONT_SIZE = "node => parseFloat(getComputedStyle(node).fontSize)"
THEMES = ["dark", "dim", "sunlight"]
PATIENCE_MS = 40_000  # of a machine that does something else too


def browser_missing() -> str:
    """Why the page cannot be tested in a browser, "" where it can."""
    if CHROMIUM:
        return engine_missing()
    return "no chromium; install packages.txt [test]"


def expect(node):
    """Playwright's expectations, with the patience of a busy machine."""
    from playwright.sync_api import expect as found

    found.set_options(timeout=PATIENCE_MS)
    return found(node)


def open_page(
    browser,
    pedal: Stage,
    size=(1280, 800),
    theme="dark",
    address="",
    watch="",
    **options,
):
    """A page of its own storage that is live; its script errors gather in .errors.

    watch: a script that runs before the page's own.
    """
    view = {"width": size[0], "height": size[1]}
    page = browser.new_context(viewport=view, **options).new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    if watch:
        page.add_init_script(watch)
    page.goto(address or pedal.address)
    wait_live(page)
    return page


def wait_live(page) -> None:
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    expect(page.locator(".tile").first).to_be_visible()


def tile(page, effect: str):
    return page.locator(f'.tile[data-id="{effect}"]')


def edit(page) -> None:
    page.locator("#layer").click()
    expect(page.locator("#edit")).to_be_visible()


def assert_plays(page, effect: str) -> None:
    expect(tile(page, effect)).to_have_attribute("aria-pressed", "true")
    expect(page.locator('.tile[aria-pressed="true"]')).to_have_count(1)


def measured(page) -> dict:
    """Texts, targets and whether the Stage scrolls, see tests/gui/measure.js."""
    return page.evaluate((GUI_TESTS / "measure.js").read_text(encoding="utf-8"))


def assert_legible(found: dict) -> None:
    """Contrast of 7:1, of edges 4.5:1, text of 18 px, targets of 64 px."""
    faint = [row for row in found["texts"] if row["contrast"] < 7 or row["size"] < 18]
    assert faint == []
    pale = [row for row in found["edges"] if row["contrast"] < 4.5]
    assert pale == []
    small = [row for row in found["targets"] if min(row["width"], row["height"]) < 64]
    assert small == []


def assert_whole(found: dict) -> None:
    """No text is cut off, nothing on the Stage lies on another thing."""
    assert [row["text"] for row in found["texts"] if row["cut"]] == []
    assert found["collisions"] == []


def gaps(targets: list[dict]):
    """The distance between each two targets, in px."""
    for i, one in enumerate(targets):
        for other in targets[i + 1 :]:
            across = max(one["left"], other["left"]) - min(one["right"], other["right"])
            down = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
            yield max(across, down)


def assert_accessible(page) -> None:
    """axe-core finds nothing serious. Call it last: it skips where axe is missing."""
    if not AXE.is_file():
        pytest.skip("not looked at by axe-core; npm install --prefix tests/gui")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    bad = [row for row in found if row["impact"] in ("serious", "critical")]
    assert [(row["id"], row["nodes"][0]["html"]) for row in bad] == []
