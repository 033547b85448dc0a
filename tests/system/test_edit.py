"""The Edit layer in a real browser: presets, foot map, expression pedal, lock."""

import json

import pytest

from tests.system.browser import (
    AXE,
    SIZES,
    THEMES,
    assert_accessible,
    assert_legible,
    assert_plays,
    browser_missing,
    edit,
    expect,
    gaps,
    measured,
    open_page,
    tile,
    wait_live,
)
from tests.system.stage import hear, say

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(bool(browser_missing()), reason=browser_missing())
SLOW_FRAMES = """const soon = requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (draw) => setTimeout(soon, 50, draw);"""
BOUNCE_MS = 450  # longer than a finger bounces, sooner than a question is forgotten


@pytest.fixture(autouse=True)
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


def preset(page, name: str):
    return page.locator("#presets .play").filter(has_text=name)


def save_new(page, name: str) -> None:
    page.locator("#preset-name").fill(name)
    page.locator("#preset-new button").click()
    expect(preset(page, name)).to_have_attribute("aria-pressed", "true")


def names(page) -> list[str]:
    return page.locator("#presets .name").all_text_contents()


def assert_names(page, *wanted: str) -> None:
    expect(page.locator("#presets .name")).to_have_text(list(wanted))


def press_twice(button) -> None:
    """The first press asks, the second is meant."""
    button.click()
    expect(button).to_have_text("Sure?")
    button.page.wait_for_timeout(BOUNCE_MS)
    button.click()


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


def pick(page, **choices: str) -> None:
    """Fills the form of a new gesture; action: its address, which: its argument."""
    for field in ("scope", "kind", "switches"):
        if field in choices:
            page.locator(f"#gesture-{field}").select_option(choices[field])
    for box in ("message", "off"):
        if box in choices:
            address, *which = choices[box].split(" ")
            picker = page.locator(f"#gesture-{box}")
            picker.locator(".address").select_option(address)
            if which:
                picker.locator(".what").select_option(which[0])
            if which[1:]:
                picker.locator(".value").fill(which[1])


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


def hold(page, key: str = "") -> None:
    """The lock's button held for longer than a second."""
    button = page.locator("#lock")
    button.scroll_into_view_if_needed()
    if key:
        button.focus()
        page.keyboard.down(key)
    else:
        button.hover()
        page.mouse.down()
    expect(button).to_have_attribute("data-held", "true")
    expect(button).not_to_have_attribute("data-held", "true")
    page.mouse.up() if not key else page.keyboard.up(key)


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
    """Edit with all of its parts shown: tools, a question, overrides, a choice."""
    edit(page)
    save_new(page, "One")
    pick(page, scope="one", kind="press", switches="effect")
    pick(page, message="/param/set drive 90", off="/effect/clean")
    page.locator("#gesture-add").click()
    expect(page.locator("#overrides li")).to_have_count(1)
    page.locator("#expression-calibrate").click()
    expect(page.locator("#expression-calibrate")).to_have_text("Finish")
    page.locator("#presets .more").click()
    page.locator("#presets .delete").click()
    expect(page.locator("#presets .delete")).to_have_text("Sure?")


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
        inside = [row for row in found["targets"] if row["name"] != "layer"]
        assert min(gaps(inside)) >= 5.5
        wide = page.evaluate("document.querySelector('#edit').scrollWidth")
        assert wide <= size[0]
        if AXE.is_file():
            assert_accessible(page)
    page.context.close()
