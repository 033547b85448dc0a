"""Feet through the real program: maps at run time, the expression pedal, a restart."""

import json
import signal
import time
from pathlib import Path

import pytest

from pedal.errors import RejectedError
from pedal.paths import FACTORY_BANK
from pedal.performance import parse
from tests.system.rig import message, play
from tests.system.test_presets import Pedal, preset, press, source, write_setlist

BYPASS, EFFECT = 0, 1
PERIODS = (1, 7, 16, 100, 1024)


def told(take, address: str) -> list[list]:
    """The arguments of each message of this address, without its head."""
    return [row["args"][3:] for row in take.echoes if row["address"] == address]


def gesture(at: int, *row: str) -> dict:
    return message(at, "/gesture/set", *row)


def two_presets(folder: Path) -> Path:
    return write_setlist(folder, preset("a", "screamer"), preset("b", "rodent"))


def test_a_row_of_a_preset_holds_while_it_sounds_only(tmp_path) -> None:
    score = [
        message(1000, "/preset/load", "a"),
        gesture(3000, "b", "press", "effect", "/param/set drive 90", ""),
        *press(EFFECT, 6000),  # in a: the next effect
        message(20000, "/preset/load", "b"),
        *press(EFFECT, 24000),  # in b: drive
        message(36000, "/preset/load", "a"),
        *press(EFFECT, 40000),
    ]
    data = two_presets(tmp_path)
    takes = [
        play(source(50000), FACTORY_BANK, period=period, score=score, data=data)
        for period in PERIODS
    ]
    for take in takes:
        assert take.out.tobytes() == takes[0].out.tobytes()
        assert [(row["at"], row["args"][3:]) for row in take.echoes] == [
            (row["at"], row["args"][3:]) for row in takes[0].echoes
        ]
    drives = [
        row["at"]
        for row in takes[0].echoes
        if row["address"] == "/echo/param" and row["args"][3:] == ["drive", 90]
    ]
    assert len(drives) == 1
    assert 24000 <= drives[0] < 24100
    nexts = [at for at in takes[0].times("/echo/effect") if at > 6000]
    assert len(nexts) == 4  # two presses, two presets
    rows = told(takes[0], "/gestures")[0][0].split("\n")
    assert rows == [
        "\tlatch\tbypass\t/bypass 1\t/bypass 0",
        "\tpress\teffect\t/effect/next\t",
        "b\tpress\teffect\t/param/set drive 90\t",
    ]


def test_a_preset_brings_its_map_as_it_begins_to_sound_not_before(tmp_path) -> None:
    data = two_presets(tmp_path)
    for period in PERIODS:
        score = [
            gesture(100, "b", "press", "effect", "/param/set drive 90", ""),
            message(5000, "/preset/load", "a"),
            message(12800, "/preset/load", "b"),
            *press(EFFECT, 12900),  # b is still warming up: the map of a holds
        ]
        take = play(source(20000), FACTORY_BANK, period=period, score=score, data=data)
        assert ["drive", 90] not in told(take, "/echo/param")


def test_a_chord_is_assigned_while_playing() -> None:
    score = [
        gesture(1000, "", "chord", "bypass+effect", "/effect/select rodent", ""),
        *press(BYPASS, 10000),
        *press(EFFECT, 11000),
    ]
    score.sort(key=lambda event: event["at"])
    take = play(source(40000), FACTORY_BANK, "screamer", score=score)
    assert told(take, "/echo/effect")[-1] == ["rodent"]
    assert not take.times("/echo/bypass")
    assert (
        "chord\tbypass+effect\t/effect/select rodent" in told(take, "/gestures")[0][0]
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("", "momentary", "effect", "/bypass 1", "/bypass 0"), 'footswitch "effect"'),
        (("", "press", "tap", "/effect/next", ""), "there are bypass, effect"),
        (("", "long", "effect", "/preset/delete a", ""), "not for the feet"),
        (("", "long", "effect", "/bypass", ""), "expected the arguments"),
        (("", "latch", "effect", "/bypass 1", ""), "for off too"),
        (("", "latch", "effect", "/effect/next", "/effect/clean"), "never already so"),
        (("nonesuch", "long", "effect", "/effect/next", ""), "unknown preset"),
        (("", "chord", "effect", "/effect/next", ""), "two different switches"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_reason(row, says) -> None:
    take = play(source(4000), FACTORY_BANK, score=[gesture(1000, *row)])
    (address, reason) = told(take, "/echo/rejected")[0]
    assert address == "/gesture/set"
    assert says in reason
    assert not take.times("/gestures")


def test_the_expression_pedal_moves_drive_once_it_was_swept() -> None:
    text = """
    [[event]]
    at_s = 0.0
    knob = { name = "expression", position = 0.1 }
    [[event]]
    at_s = 0.2
    knob = { name = "expression", position = 0.9 }
    [[event]]
    at_s = 0.4
    knob = { name = "expression", position = 0.1 }
    [[event]]
    at_s = 0.6
    message = { address = "/expression/calibrate", args = [1] }
    [[event]]
    at_s = 0.7
    knob = { name = "expression", position = 0.9 }
    [[event]]
    at_s = 1.0
    message = { address = "/expression/calibrate", args = [0] }
    [[event]]
    at_s = 1.1
    knob = { name = "expression", position = 0.1 }
    [[event]]
    at_s = 1.3
    knob = { name = "expression", position = 0.5 }
    """
    score = parse(text, "sweep")
    takes = [
        play(source(66150), FACTORY_BANK, "screamer", period=period, score=score)
        for period in PERIODS
    ]
    assert all(take.out.tobytes() == takes[0].out.tobytes() for take in takes)
    drives = [
        (row["at"], row["args"][4])
        for row in takes[0].echoes
        if row["address"] == "/echo/param"
    ]
    assert drives[0][0] > 1.1 * 44100  # nothing before it was calibrated
    lowest = min(value for _, value in drives)
    assert lowest == 0.0
    assert drives[-1][1] == pytest.approx(50, abs=1)
    reports = told(takes[0], "/expression")
    param, low, high, calibrating, position = reports[-1]
    assert (param, calibrating) == ("drive", 0)
    assert (low, high) == pytest.approx((0.0806, 0.7251), abs=0.01)
    assert position == pytest.approx(1.0, abs=0.01)
    assert 4 <= len(reports) <= 0.4 * 20 + 2  # told at most 20 times a second


def test_a_text_replaces_the_setlist_at_its_own_sample(tmp_path) -> None:
    data = two_presets(tmp_path)
    setlist = {"format": 1, "kept": [], "presets": [preset("z", "rodent", drive=77)]}
    setlist["presets"][0]["feet"] = [["press", "effect", "/preset/load z", ""]]
    score = [
        message(3000, "/presets/restore", json.dumps(setlist)),
        message(3500, "/presets/backup"),
        *press(EFFECT, 9000),
        message(20000, "/presets/restore", "no JSON"),
    ]
    takes = [
        play(source(30000), FACTORY_BANK, period=period, score=score, data=data)
        for period in PERIODS
    ]
    for take in takes:
        rows = [(row["at"], row["args"][3:]) for row in take.echoes]
        assert rows == [(row["at"], row["args"][3:]) for row in takes[0].echoes]
    (text,) = told(takes[0], "/presets/file")[0]
    back = json.loads(text)
    assert back["presets"][0]["feet"] == setlist["presets"][0]["feet"]
    assert back["presets"][0]["params"]["drive"] == 77
    assert told(takes[0], "/echo/rejected") == [
        ["/presets/restore", "format: expected 1"]
    ]


def test_the_map_and_the_expression_pedal_survive_a_restart(tmp_path) -> None:
    with Pedal(tmp_path) as pedal:
        pedal.state()
        pedal.link.ask("/preset/save", ["first", "First"])
        pedal.link.ask("/gesture/set", ["", "long", "bypass", "/effect/clean", ""])
        before = pedal.link.ask(
            "/gesture/set", ["first", "press", "effect", "/preset/next", ""]
        ).named()["map"]
        pedal.link.ask("/expression/param", ["tone"])
        with pytest.raises(RejectedError, match="act on its press"):
            pedal.link.ask("/gesture/set", ["", "press", "bypass", "/bypass 1", ""])
        text = pedal.link.ask("/presets/backup").named()["text"]
        pedal.end(signal.SIGTERM)
    assert "\tlong\tbypass\t/effect/clean\t" in before.split("\n")
    assert json.loads(text)["presets"][0]["feet"] == [
        ["press", "effect", "/preset/next", ""]
    ]
    with Pedal(tmp_path) as again:
        again.state()
        assert again.link.ask("/gestures/get").named()["map"] == before
        assert again.link.ask("/expression/get").named()["param"] == "tone"
        again.link.ask("/preset/delete", ["first"])
        assert again.link.ask("/presets/get").named()["ids"] == ""
        again.link.ask("/presets/restore", [text])
        assert again.link.ask("/gestures/get").named()["map"] == before
        factory = again.link.ask("/gestures/reset").named()["map"]
        again.end(signal.SIGTERM)
    assert len(factory.split("\n")) == 2
    kept = json.loads((tmp_path / "data" / "controls.json").read_text())
    assert kept["expression"]["param"] == "tone"
    assert len(kept["feet"]) == 2


def test_bad_rows_in_a_file_are_dropped(tmp_path) -> None:
    rows = [["press", "effect", "/preset/delete a", ""], ["press", "effect", "", ""]]
    place = preset("a", "screamer") | {"feet": rows}
    data = write_setlist(tmp_path, place)
    take = play(
        source(2000), FACTORY_BANK, score=[message(500, "/gestures/get")], data=data
    )
    assert told(take, "/gestures")[0][0].endswith("a\tpress\teffect\t\t")


@pytest.mark.parametrize(("asked", "said"), [("b", "b"), ("gone", "")])
def test_a_restarted_engine_says_the_preset_that_it_played(
    tmp_path, asked, said
) -> None:
    two_presets(tmp_path / "data")
    with Pedal(tmp_path, effect="rodent", preset=asked) as pedal:
        pedal.state()
        named = pedal.link.ask("/presets/get").named()
    assert (named["current"], named["unsaved"]) == (said, 0)


def test_an_import_takes_that_very_file_or_none(tmp_path) -> None:
    with Pedal(tmp_path) as pedal:
        pedal.state()
        pedal.link.ask("/preset/save", ["first", ""])
        pedal.link.ask("/presets/export", ["mine"])
        pedal.link.ask("/preset/save", ["second", ""])
        pedal.link.ask("/presets/export", ["mine"])
        file = tmp_path / "data" / "exports" / "mine.json"
        text = file.read_text()
        file.write_text(text.replace("second", "third"))
        with pytest.raises(RejectedError, match="changed or cut short"):
            pedal.link.ask("/presets/import", ["mine"])
        assert file.is_file()
        body = "{" + text.replace("second", "third").partition(",")[2]
        file.write_text(body)  # edited by hand, without its checksum
        ids = pedal.link.ask("/presets/import", ["mine"]).named()["ids"]
        assert ids == "first,third"
        file.unlink()
        with pytest.raises(RejectedError, match="found none"):
            pedal.link.ask("/presets/import", ["mine"])


def test_what_cannot_be_saved_is_an_alarm_until_it_can(tmp_path) -> None:
    with Pedal(tmp_path) as pedal:
        pedal.state()
        kept = (tmp_path / "data").rename(tmp_path / "away")
        (tmp_path / "data").write_text("no folder")
        pedal.link.ask("/preset/save", ["first", ""])
        alarm = heard(pedal, "/alarm")
        assert alarm["code"] == "not-saved"
        assert "cannot be written" in alarm["text"]
        (tmp_path / "data").unlink()
        kept.rename(tmp_path / "data")
        assert heard(pedal, "/state")["fault"] == "none"
    assert "first" in (tmp_path / "data" / "presets.json").read_text()


def heard(pedal: Pedal, address: str, patience_s: float = 10.0) -> dict:
    """The next message of this address."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        reading = pedal.link.receive(0.2)
        if reading is not None and reading.address == address:
            return reading.named()
    raise AssertionError(f"no {address} within {patience_s} s")
