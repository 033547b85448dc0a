"""When a process counts as hung, by a clock that is passed in."""

from math import inf

from pedal.silence import PATIENCE_S, START_S, STEP_S, Silence


def looks(silence: Silence, start_s: float, end_s: float) -> float | None:
    """Looks ten times a second; when it first found it hung, None for never."""
    for tenth in range(round(10 * start_s), round(10 * end_s)):
        if silence.hangs(tenth / 10):
            return tenth / 10
    return None


def spoken() -> Silence:
    silence = Silence()
    silence.begin()
    silence.heard()
    return silence


def test_two_seconds_of_silence_are_a_hang():
    found = looks(spoken(), 0.0, 10.0)
    assert found is not None
    assert PATIENCE_S <= found < PATIENCE_S + 0.25


def test_a_word_now_and_then_is_enough():
    silence = spoken()
    for second in range(20):
        assert looks(silence, second, second + 1) is None
        silence.heard()


def test_a_laptop_that_slept_is_no_hang():
    silence = spoken()
    assert looks(silence, 0.0, 1.0) is None
    assert not silence.hangs(3600.0)
    assert silence.seconds <= 1.0 + STEP_S


def test_a_start_may_take_longer():
    silence = spoken()
    silence.begin()
    assert looks(silence, 0.0, START_S - 0.5) is None
    assert looks(silence, START_S - 0.5, START_S + 1.0)


def test_who_was_never_heard_is_not_taken_for_hung():
    silence = Silence(inf)
    silence.begin()
    assert looks(silence, 0.0, 100.0) is None
    silence.heard()
    silence.begin()
    assert looks(silence, 100.0, 140.0)


def test_an_end_may_take_as_long_as_it_is_allowed():
    silence = spoken()
    silence.allow(5.0)
    assert looks(silence, 0.0, 4.5) is None
    assert looks(silence, 4.5, 6.0)
