"""What the keys of `pedal run` ask of the engine."""

from dataclasses import replace

import pytest

from pedal.player_keys import FEET, Wish, asked
from pedal.protocol.protocol import FOOTSWITCHES
from pedal.state import Session

PLAYING = Session(boot_id="b", revision=7, effects=("buzz", "hum"), effect="buzz")


@pytest.mark.parametrize(("key", "name"), [*zip(" n", FOOTSWITCHES, strict=True)])
def test_space_and_n_tap_the_footswitches_whatever_sounds(key, name):
    for session in (Session(), PLAYING, replace(PLAYING, bypass=True)):
        intents, _ = asked(key, session, Wish())
        assert intents == [("/footswitch", (name, 1)), ("/footswitch", (name, 0))]
    assert len(FEET) == 2


def test_a_digit_is_an_effect_that_there_is():
    assert asked("2", PLAYING, Wish())[0] == [("/effect/select", ("hum",))]
    for key in ("0", "3", "²", "x", "é", "q"):
        assert asked(key, PLAYING, Wish()) == ([], Wish())


def test_two_blocks_before_the_engine_answers_are_two():
    (first,), wish = asked("b", PLAYING, Wish())
    (second,), wish = asked("b", PLAYING, wish)
    assert (first.args, second.args) == ((16,), (1,))
    later = replace(PLAYING, revision=8, block=16)  # another foot came between
    assert asked("b", later, wish)[0] == [("/model/block", (1,))]
