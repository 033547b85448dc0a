"""Takes the README's pictures of the page, gui/screenshots: `make screens`.

The factory bank plays; look at them before you commit. Needs a quiet machine, else the
load that they show is another's.
"""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from pedal.paths import FACTORY_BANK, GUI
from tests.system.browser import (
    ARGUMENTS,
    CHROMIUM,
    SIZES,
    edit,
    expect,
    open_page,
    tile,
)
from tests.system.edit_layer import pick, save_new
from tests.system.stage import Stage, stage

KEPT = GUI / "screenshots"
PHONE, LANDSCAPE, LAPTOP = SIZES
MEASURED_MS = 1500  # the load chip then tells of a pedal that only plays


def shoot(page: Page, name: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)
    page.wait_for_timeout(MEASURED_MS)
    page.screenshot(path=KEPT / f"{name}.png")


def play(page: Page, effect: str) -> None:
    tile(page, effect).click()
    expect(tile(page, effect)).to_have_attribute("data-look", "on")


def take(browser, pedal: Stage) -> None:
    """The pedal is new: no presets, the factory's foot map."""
    page = open_page(browser, pedal, LAPTOP)
    play(page, "screamer")
    shoot(page, "stage")
    for name, effect in {"Verse": "screamer", "Night lead": "rodent"}.items():
        play(page, effect)
        edit(page)
        save_new(page, name)
        if name == "Night lead":
            shoot(page, "edit")
        page.locator("#layer").click()
        page.wait_for_timeout(MEASURED_MS)  # a second touch at once would be a bounce
    edit(page)
    pick(page, kind="chord", message="/preset/next")
    page.locator("#gesture-add").click()
    expect(page.locator("#gestures li")).to_have_count(3)
    page.evaluate("document.querySelector('#feet').scrollIntoView()")
    shoot(page, "feet")
    page.context.close()
    for name, size, theme in (
        ("phone", PHONE, "dark"),
        ("landscape", LANDSCAPE, "dark"),
        ("sunlight", LAPTOP, "sunlight"),
        ("dim", LAPTOP, "dim"),
    ):
        page = open_page(browser, pedal, size, theme)
        shoot(page, name)
        page.context.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as driver:
        os.environ["PEDAL_DATA"] = str(Path(data))
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with stage(FACTORY_BANK) as pedal:
            take(browser, pedal)
        browser.close()


if __name__ == "__main__":
    main()
