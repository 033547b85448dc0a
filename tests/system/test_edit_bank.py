"""The Edit layer's choice of a bank, in a real browser with a real engine."""

import pytest

from tests.helpers import edit_manifest, write_bank
from tests.system.browser import (
    assert_plays,
    browser_missing,
    edit,
    expect,
    open_page,
    tile,
)
from tests.system.rig import environment
from tests.system.stage import stage

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(bool(browser_missing()), reason=browser_missing())


def other_effects(manifest: dict) -> None:
    manifest["name"] = "day-set"
    for effect, name in zip(manifest["effects"], ("Hiss", "Roar"), strict=True):
        effect |= {"id": name.lower(), "name": f"{name}!", "colour": "#c23b5a"}


@pytest.fixture(scope="module")
def pedal(tmp_path_factory):
    """A pedal that plays night-set, beside day-set and one that is cut short."""
    data = tmp_path_factory.mktemp("data")
    banks = data / "banks"
    banks.mkdir()
    edit_manifest(write_bank(banks / "day-set"), other_effects)
    (write_bank(banks / "torn") / "bank.json").write_text("{")
    bank = write_bank(tmp_path_factory.mktemp("bank") / "night-set")
    with environment(PEDAL_DATA=str(data)), stage(bank) as found:
        yield found


def choices(page) -> list[str]:
    return page.locator("#bank-choice option").all_inner_texts()


def assert_bank(page, name: str, *effects: str) -> None:
    """Its tiles are there, named as its bank.json says."""
    expect(page.locator("#bank-name")).to_have_text(f"Bank {name}")
    for effect in effects:
        expect(tile(page, effect.lower().strip("!")).locator(".name")).to_have_text(
            effect
        )
    expect(page.locator(".tile")).to_have_count(len(effects) + 1)


def test_another_bank_is_chosen_and_its_tiles_come(page):
    edit(page)
    assert_bank(page, "night-set", "Buzz", "Hum")
    expect(page.locator("#bank-choice option")).to_have_count(4)
    assert choices(page) == ["day-set", "factory", "night-set", "torn"]
    expect(page.locator("#bank-choice")).to_have_value("night-set")
    page.locator("#bank-choice").select_option("day-set")
    page.locator("#bank-take").click()
    assert_bank(page, "day-set", "Hiss!", "Roar!")
    expect(page.locator("#bank-word")).to_have_text("")
    expect(page.locator("#bank")).to_contain_text("block 16, error 0.10 %, 100 MAC")
    page.locator("#layer").click()
    tile(page, "roar").click()
    assert_plays(page, "roar")


def test_keys_alone_choose_a_bank_and_a_second_page_follows(browser, pedal, page):
    other = open_page(browser, pedal)
    edit(page)
    page.locator("#bank-choice").focus()
    page.keyboard.type("night")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for view in (page, other):
        expect(tile(view, "buzz")).to_be_attached()
        expect(view.locator(".tile")).to_have_count(3)
    other.context.close()


def test_a_bank_that_is_refused_is_told_and_nothing_else_changes(page):
    edit(page)
    page.locator("#bank-choice").select_option("torn")
    page.locator("#bank-take").click()
    expect(page.locator("#bank-word")).to_contain_text("Refused, night-set plays on.")
    expect(page.locator("#bank-word")).to_contain_text("is not a JSON object")
    assert_bank(page, "night-set", "Buzz", "Hum")
    page.locator("#bank-choice").select_option("night-set")
    page.locator("#bank-take").click()
    expect(page.locator("#bank-word")).to_have_text("")
