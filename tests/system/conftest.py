"""A browser, a pedal to look at, and one page of it."""

import pytest

from tests.helpers import edit_manifest, write_bank
from tests.system.browser import ARGUMENTS, CHROMIUM, open_page
from tests.system.stage import hear, say, stage


@pytest.fixture(scope="module")
def browser():
    """Chromium. Of one module: its event loop would be in the way of others."""
    driver = pytest.importorskip("playwright.sync_api", reason="no playwright")
    with driver.sync_playwright() as found:
        chromium = found.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def add_effects(manifest: dict) -> None:
    """As many effects as the factory has; one with a long name."""
    first = manifest["effects"][0]
    for name in ("Screamer", "Fuzz"):
        manifest["effects"].append(first | {"id": name.lower(), "name": name})


@pytest.fixture(scope="module")
def pedal(tmp_path_factory):
    """An engine and a bridge that a browser may look at."""
    bank = write_bank(tmp_path_factory.mktemp("bank") / "night-set")
    edit_manifest(bank, add_effects)
    with stage(bank) as found:
        yield found


@pytest.fixture
def page(browser, pedal):
    """A laptop's view of the pedal; a script error fails the test."""
    found = open_page(browser, pedal)
    yield found
    assert found.errors == []
    found.context.close()


@pytest.fixture
def factory_fresh(pedal):
    """No presets, the factory's foot map, nothing kept or swept, flat parameters."""
    with pedal.client() as client:
        say(client, "/presets/get")
        for name in filter(None, hear(client, "/presets")[3].split(",")):
            say(client, "/preset/delete", name)
        say(client, "/gestures/reset")
        say(client, "/expression/calibrate", 0)
        for name in ("tone", "level"):
            say(client, "/param/keep", name, 0)
            say(client, "/param/set", name, 0)
        say(client, "/effect/select", "hum")
        say(client, "/bypass", 0)
