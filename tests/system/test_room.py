"""Room on every screen: many effects, small phones, an alarm, right to left, zoom."""

import pytest

from tests.helpers import edit_manifest, write_bank
from tests.system.browser import (
    FONT_SIZE,
    SIZES,
    assert_legible,
    assert_whole,
    browser_missing,
    edit,
    expect,
    gaps,
    measured,
    open_page,
)
from tests.system.stage import stage, wait_until

pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(bool(browser_missing()), reason=browser_missing())
# True where a control's middle is inside the window and nothing lies over it.
REACHED = """node => {
    const box = node.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const met = document.elementFromPoint(x, y);
    return node === met || node.contains(met) || (met?.contains(node) ?? false)
        && met.matches('label, fieldset');
}"""
TWO_FRAMES = """new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(done)))"""
SMALL = [(568, 320), (320, 568), (844, 340)]


def add_six(manifest: dict) -> None:
    names = ("screamer", "blues", "rodent", "fuzz", "octave", "plexi")
    first = manifest["effects"][0]
    manifest["effects"] += [first | {"id": n, "name": n.title()} for n in names]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A pedal of eight effects."""
    bank = write_bank(tmp_path_factory.mktemp("crowded") / "night-set")
    edit_manifest(bank, add_six)
    with stage(bank) as found:
        yield found


TABLET = (768, 1024)
# A phone has three columns of 95 px or two rows of 64 px, where long names are small.
NAMES_PX = {(360, 640): 18, (844, 390): 18, (1280, 800): 28, TABLET: 28}


@pytest.mark.parametrize("size", NAMES_PX, ids=str)
def test_eight_effects_find_room(browser, crowded, size):
    page = open_page(browser, crowded, size)
    assert_all_fits(page, 9)
    names = page.locator(".tile .name").all()
    assert min(name.evaluate(FONT_SIZE) for name in names) >= NAMES_PX[size]
    page.context.close()


@pytest.mark.parametrize("size", NAMES_PX, ids=str)
def test_from_right_to_left_nothing_overlaps(browser, crowded, size):
    page = open_page(browser, crowded, size)
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.evaluate(TWO_FRAMES)
    assert_all_fits(page, 9)
    edit(page)
    assert_whole(measured(page))
    wide = page.evaluate("document.querySelector('#edit').scrollWidth")
    assert wide <= size[0]
    page.context.close()


@pytest.mark.parametrize("size", SMALL, ids=str)
def test_a_small_phone_has_room_for_all(browser, pedal, size):
    page = open_page(browser, pedal, size)
    assert_all_fits(page, 5)
    page.context.close()


def test_an_alarm_takes_no_room_from_the_tiles(browser, pedal, crowded):
    pages = {
        9: (open_page(browser, crowded), [*SIZES, TABLET]),
        5: (open_page(browser, pedal), [*SIZES, *SMALL]),
    }
    for found in (crowded, pedal):
        found.kill("engine")
    try:
        for count, (page, sizes) in pages.items():
            expect(page.locator("#banner")).to_contain_text("Engine gone")
            for width, height in sizes:
                page.set_viewport_size({"width": width, "height": height})
                page.evaluate(TWO_FRAMES)
                expect(page.locator("#banner")).to_be_in_viewport(ratio=1)
                assert_all_fits(page, count, "button.foot")
            page.context.close()
    finally:
        for found in (crowded, pedal):
            found.start_engine()
            wait_until(lambda found=found: found.health().get("engine"))


def assert_all_fits(page, count: int, also: str = ".meter, .foot") -> None:
    """Tiles, feet and `also` in the window, legible, whole, apart, nothing scrolls."""
    expect(page.locator(".tile")).to_have_count(count)
    found = measured(page)
    assert not found["scrolls"]
    assert_whole(found)
    assert_legible(found)
    assert min(gaps(found["targets"])) >= 11.5
    for node in page.locator(also).all():
        expect(node).to_be_in_viewport(ratio=1)


ZOOMED = [(640, 400), (422, 195), (180, 320)]  # SIZES at 200 %, in CSS pixels


@pytest.mark.parametrize("size", ZOOMED, ids=str)
def test_nothing_is_lost_at_twice_the_size(browser, pedal, size):
    page = open_page(browser, pedal, size, device_scale_factor=2)
    for layer in ("#stage button, .foot", "#edit button, #edit input, #edit select"):
        for node in page.locator(layer).filter(visible=True).all():
            node.scroll_into_view_if_needed()
            assert node.evaluate(REACHED), node.evaluate("node => node.outerHTML")
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= size[0] + 1
        page.locator("#layer").scroll_into_view_if_needed()
        page.locator("#layer").click()
        page.evaluate(TWO_FRAMES)  # by then the other layer is drawn
    page.context.close()
