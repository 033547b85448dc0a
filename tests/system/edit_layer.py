"""What tests do in the Edit layer: save a preset, ask twice, pick a gesture, hold."""

from tests.system.browser import expect

BOUNCE_MS = 450  # longer than a finger bounces, sooner than a question is forgotten


def preset(page, name: str):
    return page.locator("#presets .play").filter(has_text=name)


def save_new(page, name: str) -> None:
    page.locator("#preset-name").fill(name)
    page.locator("#preset-new button").click()
    expect(preset(page, name)).to_have_attribute("aria-pressed", "true")


def press_twice(button) -> None:
    """The first press asks, the second is meant."""
    button.click()
    expect(button).to_have_text("Sure?")
    button.page.wait_for_timeout(BOUNCE_MS)
    button.click()


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
