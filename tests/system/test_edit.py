"""The Edit layer in a real browser: presets, one by one and as a file."""

import json

import pytest

from tests.system.browser import SIZES, browser_missing, edit, expect, open_page
from tests.system.edit_layer import BOUNCE_MS, preset, press_twice, save_new

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = [
    pytest.mark.skipif(bool(browser_missing()), reason=browser_missing()),
    pytest.mark.usefixtures("factory_fresh"),
]


def names(page) -> list[str]:
    return page.locator("#presets .name").all_text_contents()


def assert_names(page, *wanted: str) -> None:
    expect(page.locator("#presets .name")).to_have_text(list(wanted))


def test_presets_are_saved_recalled_and_marked_unsaved(browser, page, pedal):
    other = open_page(browser, pedal, SIZES[0])
    edit(page)
    save_new(page, "Night lead")
    page.locator('.param[data-id="tone"] input').fill("4")
    expect(preset(page, "Night lead")).to_contain_text("unsaved")
    expect(other.locator("#effect-word")).to_have_text("On · Night lead *")
    preset(page, "Night lead").click()
    expect(page.locator('.param[data-id="tone"] output')).to_have_text("0.0 dB")
    expect(preset(page, "Night lead")).not_to_contain_text("unsaved")
    page.locator('.param[data-id="tone"] input').fill("2")
    expect(preset(page, "Night lead")).to_contain_text("unsaved")
    page.locator("#preset-save").click()
    expect(preset(page, "Night lead")).not_to_contain_text("unsaved")
    other.context.close()


def test_a_name_is_taken_as_the_pedal_writes_it_or_refused_in_words(page):
    edit(page)
    page.locator("#preset-name").fill("Böse Soli")
    page.locator("#preset-new button").click()
    expect(preset(page, "Bose Soli")).to_have_attribute("aria-pressed", "true")
    page.locator("#preset-name").fill("夜")
    page.locator("#preset-new button").click()
    expect(page.locator("#banner")).to_contain_text("cannot write 夜")
    expect(page.locator("#preset-name")).to_have_value("夜")
    expect(page.locator("#presets .play")).to_have_count(1)


def test_next_and_previous_walk_the_setlist(page):
    edit(page)
    save_new(page, "One")
    save_new(page, "Two")
    for button, name in {"next": "One", "previous": "Two"}.items():
        page.locator(f"#preset-{button}").click()
        expect(preset(page, name)).to_have_attribute("aria-pressed", "true")


def test_a_kept_parameter_is_left_alone_by_presets(page):
    edit(page)
    save_new(page, "Night lead")
    row = page.locator('.param[data-id="level"]')
    row.locator(".keep").click()
    expect(row.locator(".keep")).to_have_attribute("aria-pressed", "true")
    row.locator("input").fill("-6")
    expect(row.locator("output")).to_have_text("−6.0 dB")
    page.locator("#preset-next").click()
    expect(preset(page, "Night lead")).to_have_attribute("aria-pressed", "true")
    expect(row.locator("output")).to_have_text("−6.0 dB")
    row.locator(".keep").click()
    expect(row.locator(".keep")).to_have_attribute("aria-pressed", "false")


def test_a_preset_is_moved_and_its_button_keeps_the_focus(page):
    edit(page)
    for name in ("One", "Two", "Three"):
        save_new(page, name)
    row = page.locator("#presets li").filter(has_text="Three")
    row.locator(".more").click()
    expect(row.locator(".up")).to_be_visible()  # only then it takes the focus
    row.locator(".up").focus()
    page.keyboard.press("Enter")
    assert_names(page, "One", "Three", "Two")
    expect(row.locator(".up")).to_be_focused()
    page.keyboard.press("Enter")
    assert_names(page, "Three", "One", "Two")
    row.locator(".down").click()
    assert_names(page, "One", "Three", "Two")


def test_a_finger_that_scrolls_presses_nothing(page):
    edit(page)
    save_new(page, "One")
    save_new(page, "Two")
    preset(page, "One").hover()
    page.mouse.down()
    page.locator("#preset-name").hover()  # slides off
    page.mouse.up()
    page.wait_for_timeout(BOUNCE_MS)
    expect(preset(page, "Two")).to_have_attribute("aria-pressed", "true")


def test_a_preset_is_deleted_by_a_second_press_only(page):
    edit(page)
    save_new(page, "One")
    save_new(page, "Two")
    row = page.locator("#presets li").filter(has_text="One")
    row.locator(".more").click()
    row.locator(".delete").dblclick()  # a nervous finger
    expect(page.locator("#notice")).to_have_text("Press again to delete One")
    page.wait_for_timeout(BOUNCE_MS)
    assert names(page) == ["One", "Two"]
    row.locator(".delete").click()
    assert_names(page, "Two")


def test_a_forgotten_question_deletes_nothing(page):
    edit(page)
    save_new(page, "One")
    page.locator("#presets .more").click()
    page.locator("#presets .delete").click()
    expect(page.locator("#presets .delete")).to_have_text("Sure?")
    expect(page.locator("#presets .delete")).to_have_text("Delete")  # after a while
    page.locator("#presets .delete").click()
    expect(page.locator("#presets .delete")).to_have_text("Sure?")
    assert names(page) == ["One"]


def choose(page, file) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#preset-choose").click()
    chooser.value.set_files(file)


def test_presets_leave_as_a_file_and_come_back(page, tmp_path):
    edit(page)
    save_new(page, "One")
    save_new(page, "Two")
    with page.expect_download() as download:
        page.locator("#preset-export").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    rows = json.loads(file.read_text(encoding="utf-8"))["presets"]
    assert [row["name"] for row in rows] == ["One", "Two"]
    page.locator("#presets .more").first.click()
    press_twice(page.locator("#presets .delete").first)
    assert_names(page, "Two")
    choose(page, file)
    expect(page.locator("#chosen-word")).to_contain_text("the 1 presets of the pedal")
    page.locator("#chosen-leave").click()
    expect(page.locator("#chosen")).to_be_hidden()
    assert names(page) == ["Two"]
    choose(page, file)
    page.locator("#chosen-take").click()
    assert_names(page, "One", "Two")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "no JSON"), ('{"presets": 3}', "no presets")],
)
def test_a_file_that_holds_no_presets_is_refused_in_words(page, tmp_path, text, reason):
    edit(page)
    save_new(page, "One")
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")
    choose(page, file)
    expect(page.locator("#banner")).to_contain_text(reason)
    expect(page.locator("#chosen")).to_be_hidden()
    assert names(page) == ["One"]


def test_the_pedal_too_refuses_a_file_in_words(page, tmp_path):
    edit(page)
    save_new(page, "One")
    file = tmp_path / "other.json"
    file.write_text('{"format": 1, "presets": [{"id": "x"}]}', encoding="utf-8")
    choose(page, file)
    page.locator("#chosen-take").click()
    expect(page.locator("#banner")).to_be_visible()
    assert names(page) == ["One"]
