"""The page in a real browser: it installs, Tab reaches all, its meters hold clips."""

import pytest

from tests.system.browser import (
    ARGUMENTS,
    CHROMIUM,
    browser_missing,
    edit,
    expect,
    wait_live,
)
from tests.system.edit_layer import save_new
from tests.system.stage import hear, say

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = [
    pytest.mark.skipif(bool(browser_missing()), reason=browser_missing()),
    pytest.mark.usefixtures("factory_fresh"),
]
HOLD_S = 2.0  # of a clip mark
# Every control that can be used now, by a name of its own.
NAMES = """() => [...document.querySelectorAll('button, input, select')]
    .filter(node => node.checkVisibility() && !node.matches(':disabled'))
    .map((node, i) => node.dataset.name = `${i} ${node.id || node.textContent.trim()}`)
"""
FOCUSED = "() => document.activeElement?.dataset.name ?? ''"


def test_a_browser_may_install_it(browser, pedal, tmp_path):
    kind = browser.browser_type  # an incognito page, as tests have, cannot be installed
    with kind.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=ARGUMENTS
    ) as context:
        page = context.new_page()
        page.goto(pedal.address)
        wait_live(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        chromium = context.new_cdp_session(page)
        assert chromium.send("Page.getAppManifest")["errors"] == []
        found = chromium.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert found == []


@pytest.mark.parametrize("layer", ["stage", "edit"])
def test_tab_reaches_every_control(page, layer):
    if layer == "edit":
        edit(page)
        save_new(page, "One")
        page.locator("#presets .more").click()
        expect(page.locator("#presets .delete")).to_be_visible()
        expect(page.locator("#bank-take")).to_be_enabled()
    names = page.evaluate(NAMES)
    assert len(names) > (40 if layer == "edit" else 7)
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(len(names) + 2):  # round, by way of the browser itself
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
    assert set(names) - reached == set()


def test_a_limited_output_is_marked_for_two_seconds(page, pedal):
    output = page.locator("#output")
    expect(output).to_have_attribute("data-clip", "false")
    with pedal.client(close_timeout=0.1) as client:
        for name, value in {"trim": 24, "level": 12}.items():
            say(client, "/param/set", name, value)
            hear(client, "/echo/param")
        expect(output).to_have_attribute("data-clip", "true")
        expect(output.locator(".clip")).to_be_visible()
        for name in ("trim", "level"):
            say(client, "/param/set", name, -12)
            hear(client, "/echo/param")
        page.wait_for_timeout(1000 * HOLD_S / 2)
        expect(output).to_have_attribute("data-clip", "true", timeout=1)
        expect(output).to_have_attribute("data-clip", "false")
        for name in ("trim", "level"):
            say(client, "/param/set", name, 0)
