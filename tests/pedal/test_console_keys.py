"""What a key means to the console, and its lines where there is no terminal."""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from pedal.console.keys import Intent, Wish, keys_in, press
from pedal.console.limits import DEFAULTS
from pedal.console.monitor import place_of
from pedal.console.plain import json_line, plain_line
from pedal.console.rig import Rig, added, heard
from pedal.console.thresholds import limits_of
from pedal.errors import UsageError
from tests.pedal.simulated import KEY, lease, state, telemetry

NOW_S = 50.0
WALL = datetime(2026, 8, 1, 21, 30, 5)


@pytest.fixture
def rig() -> Rig:
    """Two pedals that play; control of the second is not allowed."""
    found = Rig(limits_of(DEFAULTS.read_text()))
    for name, control in (("left", 1), ("right", 0)):
        found = added(found, name, KEY, NOW_S)
        for reading in (lease(control=control), telemetry(1), state()):
            found = heard(found, name, reading, NOW_S)
    return found


@pytest.mark.parametrize(
    ("key", "address", "args"),
    [
        (" ", "/bypass/toggle", ()),
        ("n", "/effect/next", ()),
        ("right", "/effect/next", ()),
        ("N", "/effect/select", ("clean",)),
        ("p", "/preset/next", ()),
        ("P", "/preset/previous", ()),
    ],
)
def test_a_key_is_an_intent_for_the_selected_pedal_and_is_logged(
    rig, key, address, args
):
    after, wishes = press(rig, key, NOW_S)
    assert wishes == [Intent("left", address, args)]
    assert after.seats["left"].pedal.events[-1].word == "asked"
    assert after.seats["left"].pedal.report.bypass == 0  # only the pedal changes it


def test_where_control_is_not_allowed_nothing_is_sent(rig):
    after, wishes = press(replace(rig, selected="right"), " ", NOW_S)
    assert wishes == []
    assert after.seats["right"].pedal.events[-1].word == "refused"


def test_the_effect_before_waits_for_the_list_of_effects():
    rig = added(Rig(limits_of(DEFAULTS.read_text())), "left", KEY, NOW_S)
    assert press(rig, "N", NOW_S)[1] == []
    rig = heard(rig, "left", telemetry(1), NOW_S)
    assert press(rig, "N", NOW_S)[1] == []


def test_a_pedal_is_selected_in_turn_or_by_its_number(rig):
    assert press(rig, "\t", NOW_S)[0].selected == "right"
    assert press(rig, "up", NOW_S)[0].selected == "right"
    assert press(press(rig, "\t", NOW_S)[0], "\t", NOW_S)[0].selected == "left"
    assert press(rig, "2", NOW_S)[0].selected == "right"
    assert press(rig, "3", NOW_S)[0] is rig


def test_seen_quit_and_bell(rig):
    hot = heard(rig, "left", telemetry(2, temperature=99.0), NOW_S)
    assert [a.acknowledged for a in hot.seats["left"].watch.alarms] == [False]
    seen = press(hot, "a", NOW_S)[0]
    assert [a.acknowledged for a in seen.seats["left"].watch.alarms] == [True]
    assert press(rig, "b", NOW_S)[0].bell
    assert press(rig, "q", NOW_S)[1] == [Wish.QUIT]


def test_other_keys_do_nothing(rig):
    for key in ("x", "é", "²", "0", "left-hand"):
        assert press(rig, key, NOW_S) == (rig, [])


def test_without_a_pedal_keys_do_no_harm():
    rig = Rig(limits_of(DEFAULTS.read_text()))
    for key in (" ", "n", "N", "\t", "1", "a", "up"):
        assert press(rig, key, NOW_S) == (rig, [])


def test_arrows_are_keys_and_other_sequences_are_none():
    text = "n\x1b[A\x1bOC\x1b[3~q\x1b[1;5Dp\x1b[Z"
    assert keys_in(text) == ["n", "up", "right", "q", "p", "back"]
    assert keys_in("\x1b") == []
    assert keys_in("\x1b[") == []


def test_a_plain_line_says_what_a_screen_says(rig):
    line = plain_line(rig.seats["left"], NOW_S + 0.2, WALL)
    assert line.startswith("21:30:05 left OK screamer block 1 load 12.0 %")
    assert line.endswith("link 0.2 s lost 0 dropped 0 alarms none")
    new = added(rig, "new", KEY, NOW_S).seats["new"]
    assert plain_line(new, NOW_S + 3, WALL).endswith("SEARCHING no answer for 3.0 s")


def test_a_report_is_one_json_object_without_the_key(rig):
    hot = heard(rig, "left", telemetry(3, temperature=99.0), NOW_S)
    row = json.loads(json_line(hot.seats["left"], WALL))
    assert (row["pedal"], row["load"], row["lost"]) == ("left", 12.0, 1)
    assert row["watch"][0]["code"] == "temperature"
    assert row["drops"]["spoofed"] == 0
    assert "key" not in row


def test_a_board_is_a_host_with_or_without_a_port():
    assert place_of("bela.local") == ("bela.local", "bela.local", 7562)
    assert place_of("10.0.0.5:7000") == ("10.0.0.5:7000", "10.0.0.5", 7000)


@pytest.mark.parametrize(
    "board", ["", ":7000", "host:", "host:x", "host:0", "h:70000", "h:" + "9" * 5000]
)
def test_a_board_that_cannot_be_is_refused(board):
    with pytest.raises(UsageError, match="expected HOST or HOST:PORT"):
        place_of(board)
