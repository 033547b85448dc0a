"""The console's screen as text, at the least size and at a large one.

The kept screens lie in tests/pedal/screens; PEDAL_SCREENS=keep writes them anew: look
at the difference before you commit it.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from pedal.console.figures import age, bar, big, sparkline
from pedal.console.limits import DEFAULTS
from pedal.console.plain import plain_line
from pedal.console.rig import Rig, added, heard, passed, refused, seen
from pedal.console.session import Drop
from pedal.console.thresholds import limits_of
from pedal.console.views import Frame, screen
from tests.pedal.simulated import KEY, lease, message, state, telemetry

KEPT = Path(__file__).parent / "screens"
LIMITS = limits_of(DEFAULTS.read_text())
SIZES = [(80, 24), (120, 40)]
END_S = 10_000.0
PRESETS = ("verse,solo", "Verse, clean\nSolo", "screamer,rodent", "", "verse", 0)


def played(rig: Rig, name: str, seconds: float, end_s: float, **changes) -> Rig:
    """A pedal that is heard from now until end_s, its load slowly changing."""
    if name not in rig.seats:
        rig = added(rig, name, KEY, end_s - seconds)
    first = rig.seats[name].pedal.sequence
    count = round(seconds * 4)
    for place in range(1, count + 1):
        at_s = end_s - seconds + place / 4
        wave = {"load": 10.0 + place * 30 / count} | changes
        rig = heard(rig, name, telemetry(first + place, **wave), at_s)
    return rig


def playing() -> Rig:
    """All is well."""
    rig = played(Rig(LIMITS), "pedal-board", 400.0, END_S - 0.1)
    for reading in (lease(), state(), message("/presets", 3, 0, *PRESETS)):
        rig = heard(rig, "pedal-board", reading, END_S - 0.1)
    return rig


def trouble() -> Rig:
    """Nearly everything that can be wrong, some of it seen, some of it over."""
    rig = played(Rig(LIMITS, bell=True), "pedal-board", 300.0, END_S - 30)
    rig = played(rig, "pedal-board", 4.0, END_S - 20, temperature=81.0)
    rig = played(rig, "pedal-board", 4.0, END_S - 10, bypass=1)
    rig = seen(rig, "pedal-board", END_S - 10)
    rig = played(rig, "pedal-board", 3.0, END_S - 5, load=96.0, underruns=1)
    for kind, count in ((Drop.MALFORMED, 3), (Drop.SPOOFED, 12), (Drop.WRONG_KEY, 1)):
        for _ in range(count):
            rig = refused(rig, "pedal-board", kind)
    told = message("/alarm", 4, 0, "nan", "slot 2 rodent: a sample is not finite")
    rig = heard(rig, "pedal-board", told, END_S - 3)
    rig = heard(rig, "pedal-board", lease(control=0, consoles=3), END_S - 3)
    return played(
        rig,
        "pedal-board",
        3.0,
        END_S,
        load=96.0,
        underruns=1,
        underrun_age_s=4.5,
        alarms="nan",
        temperature=81.0,
        input_clip=7,
        revision=5,
    )


def several() -> Rig:
    """One plays, one is lost, one in bypass has no signal, one is searched."""
    rig = played(Rig(LIMITS), "stage-left", 60.0, END_S - 0.1)
    rig = played(rig, "stage-right", 60.0, END_S - 42.0, effect="rodent")
    rig = played(rig, "drummer", 20.0, END_S - 4.0, effect="fuzz")
    rig = played(rig, "drummer", 4.0, END_S, bypass=1, signal=5, effect="fuzz")
    rig = added(rig, "192.168.7.2:7563", KEY, END_S - 7.5)
    return passed(replace(rig, selected="drummer"), END_S)


def lost() -> Rig:
    """The cable was pulled."""
    return passed(played(Rig(LIMITS), "pedal-board", 60.0, END_S - 4.2), END_S)


def searching() -> Rig:
    """Nobody has answered yet."""
    return passed(added(Rig(LIMITS), "192.168.7.2", KEY, END_S - 8.0), END_S)


SCENES: dict[str, Callable[[], Rig]] = {
    scene.__name__: scene for scene in (playing, trouble, several, lost, searching)
}


def drawn(rig: Rig, width: int = 80, height: int = 24) -> str:
    """The screen as a terminal without colours shows it."""
    wall = datetime(2026, 8, 1, 21, 30, 5)
    console = Console(width=width, height=height, color_system=None)
    with console.capture() as capture:
        console.print(screen(rig, Frame(END_S, wall, width, height)), end="")
    return capture.get()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_a_screen_looks_as_the_kept_one(name, size):
    text = drawn(SCENES[name](), *size)
    lines = text.split("\n")
    assert {cell_len(line) for line in lines} == {size[0]}
    assert len(lines) == size[1]
    kept = KEPT / f"{name}-{size[0]}x{size[1]}.txt"
    plain = "\n".join(line.rstrip() for line in lines) + "\n"
    if os.environ.get("PEDAL_SCREENS") == "keep":
        KEPT.mkdir(exist_ok=True)
        kept.write_text(plain, encoding="utf-8")
    assert plain == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("playing", ["CONNECTED", "screamer ON", "never", "ALARMS  none", "control"]),
        ("trouble", ["read-only", "ALARM", "nan: slot 2", "do: play on", "spoofed 12"]),
        ("several", ["LOST", "SEARCHING", "BYPASS", "NO SIGNAL", "pedal 3 of 4"]),
        ("lost", ["LOST 4.2 s", "no report for", "do: look at its power"]),
        ("searching", ["SEARCHING", "192.168.7.2", "make run"]),
    ],
)
def test_what_a_colour_says_a_word_says_too(name, words, size):
    text = drawn(SCENES[name](), *size)
    assert [word for word in words if word not in text] == []


def place_of(text: str, *words: str) -> list[int]:
    """The line in which each word is first."""
    lines = text.split("\n")
    return [next(n for n, line in enumerate(lines) if word in line) for word in words]


def test_every_line_keeps_its_place_whatever_happens():
    marks = (" LOAD", " P99", " UNDERRUNS", " IN ", " AUDIO", " ALARMS", " LOG")
    quiet, loud = (place_of(drawn(scene()), *marks) for scene in (playing, trouble))
    assert quiet == loud


@pytest.mark.parametrize("size", [(80, 24), (81, 25), (99, 31), (80, 60), (200, 32)])
@pytest.mark.parametrize("name", SCENES)
def test_any_size_is_filled_exactly(name, size):
    lines = drawn(SCENES[name](), *size).split("\n")
    assert [cell_len(line) for line in lines] == [size[0]] * size[1]
    assert "q quit" in lines[-1]


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (20, 3), (1, 1)])
def test_a_terminal_that_is_too_small_says_what_it_can(size):
    lines = drawn(several(), *size).split("\n")
    assert len(lines) <= size[1]
    assert max(cell_len(line) for line in lines) <= size[0]


def test_fifty_pedals_scroll_around_the_selected_one():
    rig = Rig(LIMITS)
    for number in range(50):
        rig = played(rig, f"pedal-{number:02}", 2.0, END_S)
    text = drawn(replace(rig, selected="pedal-31"))
    assert "▶pedal-31" in text
    assert "pedal 32 of 50" in text
    assert "▶pedal-49" in drawn(replace(rig, selected="pedal-49"))


def test_what_a_stranger_writes_cannot_break_the_screen():
    rig = played(Rig(LIMITS), "left", 2.0, END_S, effect="\x1b[2J\n音\u202e[red]x[/]")
    text = drawn(rig)
    assert "\x1b" not in text
    assert len(text.split("\n")) == 24
    assert "[red]x[/]" in text


def test_a_strangers_name_cannot_break_the_screen_nor_a_line():
    name = "\x9b2J\x1b[2J\n" + "音" * 30
    rig = played(Rig(LIMITS), name, 2.0, END_S, effect="\x1b[2J\n")
    text = drawn(rig)
    assert {cell_len(line) for line in text.split("\n")} == {80}
    text += plain_line(rig.seats[name], END_S, datetime(2026, 8, 1))
    assert not {"\x1b", "\x9b"} & set(text)
    assert text.count("\n") == 23


def test_a_missing_figure_would_be_seen():
    assert drawn(playing()) != drawn(played(Rig(LIMITS), "pedal-board", 1.0, END_S))


def test_bars_show_their_limit():
    assert bar(0.5, 10, mark=0.8) == "█████░░░│░"
    assert bar(1.5, 10, mark=0.8) == "████████┃█"


def test_sparklines_tell_no_figure_from_a_small_one():
    assert sparkline([None, 0.0, 50.0, 100.0, 250.0]) == ["·▁▄██"]
    assert sparkline([50.0, 100.0], rows=2) == [" █", "██"]


def test_big_words_are_three_lines_and_never_too_wide():
    assert big("OK", 9) == ["█▀█ █ █  ", "█ █ █▀▄  ", "▀▀▀ ▀ ▀  "]
    assert {len(line) for line in big("screamer", 12)} == {12}


def test_ages_are_said_as_people_say_them():
    assert [age(s) for s in (0.04, 61.0, 600.0, 9000.0)] == [
        "0.0 s",
        "61 s",
        "10 min",
        "2 h",
    ]
