"""A map of gestures that one foot cannot tell apart is refused, and named."""

import copy

import pytest

from pedal.protocol.generate import check, load
from pedal.protocol.gestures import STEPS

ON = {"address": "/bypass", "args": [1]}


def mapped(*gestures: tuple[str, list[str]]) -> dict:
    """The protocol with this map; the messages do not matter."""
    spec = copy.deepcopy(load())
    spec["board"]["gesture"] = [
        {"kind": kind, "on": on, "message": ON, "off": ON} for kind, on in gestures
    ]
    return spec


def test_all_gestures_but_momentary_share_a_switch():
    both = ["bypass", "effect"]
    check(mapped(("press", both[:1]), ("long", both[:1]), ("double", both[:1])))
    check(mapped(("latch", both[:1]), ("chord", both), ("long", both[1:])))
    check(mapped(("momentary", both[:1]), ("momentary", both[1:])))


@pytest.mark.parametrize(
    ("gestures", "says"),
    [
        ([("press", ["effect"]), ("latch", ["effect"])], '"effect": has two gestures'),
        ([("momentary", ["effect"]), ("long", ["effect"])], "is momentary"),
        ([("long", ["bypass"]), ("long", ["bypass"])], "has two of long"),
        ([("chord", ["bypass", "effect"])] * 2, "is in two chords"),
        ([("chord", ["bypass"])], "a chord takes two switches"),
        ([("press", ["tap"])], "no such switch; there are bypass, effect"),
        ([("swipe", ["effect"])], "expected one of press, latch"),
    ],
)
def test_a_conflict_is_refused(gestures, says):
    with pytest.raises(ValueError, match=says):
        check(mapped(*gestures))


def test_feet_do_not_edit_the_setlist():
    spec = mapped(("press", ["effect"]))
    spec["board"]["gesture"][0]["message"] = {"address": "/preset/delete"}
    with pytest.raises(ValueError, match="not for the feet"):
        check(spec)


def test_a_latch_needs_a_message_for_off():
    spec = mapped(("latch", ["effect"]))
    del spec["board"]["gesture"][0]["off"]
    with pytest.raises(ValueError, match="off too"):
        check(spec)


@pytest.mark.parametrize("kind", ["press", "latch", "long", "double"])
@pytest.mark.parametrize("step", STEPS)
def test_what_is_never_already_so_has_no_off(kind, step):
    spec = mapped((kind, ["effect"]))
    spec["board"]["gesture"][0]["message"] = {"address": step}
    with pytest.raises(ValueError, match=f"{step} is never already so"):
        check(spec)


def test_a_momentary_switch_may_step_there_and_back():
    spec = mapped(("momentary", ["effect"]))
    spec["board"]["gesture"][0]["message"] = {"address": "/preset/next"}
    spec["board"]["gesture"][0]["off"] = {"address": "/preset/previous"}
    check(spec)
