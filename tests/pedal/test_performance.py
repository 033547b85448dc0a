"""A performance file becomes pins and messages at samples, or one line of refusal."""

import pytest

from pedal.errors import PerformanceError
from pedal.performance import load, parse
from pedal.protocol.protocol import KNOBS

EFFECTS = ("screamer", "rodent", "clean")


def one(body: str, at_s: str = "1.0") -> dict:
    """The only event of a file with this body."""
    (event,) = parse(f"[[event]]\nat_s = {at_s}\n{body}", "set.toml", EFFECTS)
    return event


def refusal(text: str) -> str:
    with pytest.raises(PerformanceError) as caught:
        parse(text, "set.toml", EFFECTS)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def bad(body: str, at_s: str = "1.0") -> str:
    line = refusal(f"[[event]]\nat_s = {at_s}\n{body}")
    assert line.startswith("set.toml: event 1: ")
    return line


def test_a_foot_closes_the_switch_to_ground():
    down = one('footswitch = { name = "effect", down = true }')
    up = one('footswitch = { name = "effect", down = false }')
    assert down == {"at": 44100, "digital": {"channel": 1, "value": 0}}
    assert up["digital"]["value"] == 1


def test_a_knob_turned_up_reads_what_the_board_reads():
    event = one('knob = { name = "tone", position = 1.0 }')
    assert event["analog"] == {"channel": 1, "value": KNOBS["tone"].high}


def test_a_message_carries_its_own_sample():
    event = one('message = { address = "/effect/select", args = ["rodent"] }', "0.5")
    assert event["osc"] == {"address": "/effect/select", "args": ["rodent", 0, 22050]}


def test_a_request_number_is_kept():
    event = one('gui = { address = "/bypass", args = [1, 9] }')
    assert event["gui"]["args"] == [1, 9, 44100]


def test_a_message_of_wrong_arity_is_left_for_the_engine_to_count():
    assert one('message = { address = "/bypass", args = [] }')["osc"]["args"] == []


def test_faults_and_cables():
    assert one('fault = "nan"')["osc"]["args"] == ["nan", 0, 44100]
    assert one("cable = { pulled = true }")["cable"] == {"pulled": True}


def test_events_are_sorted_and_ties_keep_their_order():
    text = "".join(
        f'[[event]]\nat_s = {at}\nmessage = {{ address = "/bypass", args = [{on}] }}\n'
        for at, on in ((2.0, 1), (1.0, 0), (1.0, 1))
    )
    values = [event["osc"]["args"] for event in parse(text, "set.toml")]
    assert values == [[0, 0, 44100], [1, 0, 44100], [1, 0, 88200]]


def test_names_that_do_not_exist_tell_what_does():
    assert "there are bypass, effect" in bad(
        'footswitch = { name = "wah", down = true }'
    )
    assert "there are drive, tone, level" in bad(
        'knob = { name = "wah", position = 0 }'
    )
    assert "there are screamer, rodent, clean" in bad(
        'message = { address = "/effect/select", args = ["wah"] }'
    )
    assert "there are trim, drive" in bad(
        'gui = { address = "/param/set", args = ["x", 1] }'
    )
    assert "there are nan, overload" in bad("fault = 'fire'".replace("'", '"'))


@pytest.mark.parametrize("at_s", ["-1", "nan", "inf", '"soon"', "true", "1e9"])
def test_a_time_is_a_number_of_seconds(at_s):
    assert "at_s: expected" in bad('fault = "nan"', at_s)


@pytest.mark.parametrize(
    "body",
    [
        "",
        'fault = "nan"\ncable = { pulled = true }',
        "pedal = 1",
        'knob = { name = "tone", position = 1.5 }',
        'knob = { name = "tone" }',
        'footswitch = { name = "bypass", down = 1 }',
        'message = { address = "bypass", args = [1] }',
        'message = { address = "/bypass", args = [nan] }',
        'message = { address = "/bypass", args = [99999999999] }',
        'message = "bypass"',
    ],
)
def test_an_event_that_cannot_be_played_is_refused(body):
    bad(body)


def test_a_file_that_is_not_toml_names_the_line():
    assert "line 1" in refusal("[[event]")


def test_other_tables_are_refused():
    assert "expected only [[event]]" in refusal("[song]\nname = 'x'")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PerformanceError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")


def test_effects_of_a_bank_that_the_score_loads_may_be_selected():
    select = '[[event]]\nat_s = 2\nmessage = {address="/effect/select", args=["hum"]}\n'
    with pytest.raises(PerformanceError, match="no effect 'hum'"):
        parse(select, "set", ["buzz"])
    load = '[[event]]\nat_s = 1\ngui = {address="/bank/load", args=["other"]}\n'
    assert len(parse(load + select, "set", ["buzz"])) == 2
