"""The PIN in a real browser: a guest sees all, and plays once it is let in."""

import pytest

from tests.helpers import write_bank
from tests.system.browser import (
    SIZES,
    assert_accessible,
    assert_legible,
    assert_plays,
    browser_missing,
    edit,
    expect,
    measured,
    open_page,
    tile,
    wait_live,
)
from tests.system.relay import guest_door
from tests.system.stage import stage

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(bool(browser_missing()), reason=browser_missing())
PIN = "271828"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of a pedal on the network, as a guest reaches it."""
    bank = write_bank(tmp_path_factory.mktemp("bank") / "night-set")
    with stage(bank, pin=PIN) as pedal, guest_door(pedal.page_port) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def guest(browser, address):
    """A page that was not let in yet."""
    page = open_page(browser, None, address=address)
    yield page
    assert page.errors == []
    page.context.close()


def offer(page, pin: str) -> None:
    page.locator("#pin").fill(pin)
    page.locator("#pairing button").click()


def test_a_guest_sees_all_and_can_press_nothing(guest):
    expect(guest.locator("#banner")).to_contain_text("Read-only")
    assert_plays(guest, "buzz")
    for control in (tile(guest, "hum"), guest.locator("#bypass")):
        expect(control).to_be_disabled()
    guest.keyboard.press("2")
    guest.keyboard.press("Space")
    edit(guest)
    expect(guest.locator("#bank-name")).to_have_text("Bank night-set")
    expect(guest.locator("#block-16")).to_be_disabled()
    guest.locator("#layer").click()
    assert_plays(guest, "buzz")
    expect(guest.locator("#effect-word")).to_have_text("On")


def test_a_wrong_pin_is_refused_and_the_right_one_outlives_a_reload(guest):
    edit(guest)
    offer(guest, "000000")
    expect(guest.locator("#banner")).to_have_text("Another PIN, please")
    expect(guest.locator("#pairing")).to_be_visible()
    offer(guest, PIN)
    expect(guest.locator("#pairing")).to_be_hidden()
    expect(guest.locator("#block-16")).to_be_enabled()
    guest.reload()
    wait_live(guest)
    expect(guest.locator("body")).to_have_attribute("data-role", "player")
    tile(guest, "hum").click()
    assert_plays(guest, "hum")
    tile(guest, "buzz").click()
    assert_plays(guest, "buzz")


@pytest.mark.parametrize("theme", ["dark", "dim", "sunlight"])
def test_the_pairing_form_is_legible_and_accessible(browser, address, theme):
    page = open_page(browser, None, SIZES[0], theme, address=address)
    assert_legible(measured(page))
    edit(page)
    expect(page.locator("#pairing")).to_be_visible()
    assert_legible(measured(page))
    assert_accessible(page)
    page.context.close()
