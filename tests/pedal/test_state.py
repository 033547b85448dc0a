"""The session follows echoes, and asks when it missed one."""

import pytest

from pedal.messages import read
from pedal.protocol.protocol import MESSAGES
from pedal.state import Session, reduce

STATE = ["boot", 5, 0, 1, "factory", "screamer,rodent", "rodent", 0, 1, 0, "none"]
PARAMS_AND_DROPPED = [0.0, 50.0, 0.0, 0.0, -90.0, 0]
METER = [-20.0, -12.0, 30.0, 40.0, 100, 0, 0]


def after(session: Session, address: str, *args) -> Session:
    return reduce(session, read(address, args))


def known() -> Session:
    return after(Session(), "/state", *STATE, *PARAMS_AND_DROPPED)


def test_a_snapshot_fills_an_empty_session():
    session = known()
    assert session.effects == ("screamer", "rodent")
    assert (session.effect, session.revision) == ("rodent", 5)
    assert session.params["drive"] == 50.0
    assert not session.wants_snapshot


def test_before_a_snapshot_everything_asks_for_one():
    session = after(Session(), "/echo/bypass", "boot", 6, 0, 1)
    assert session.wants_snapshot
    assert not session.bypass


def test_the_next_echo_is_applied():
    session = after(known(), "/echo/effect", "boot", 6, 0, "screamer")
    assert (session.effect, session.revision) == ("screamer", 6)


def test_an_old_echo_changes_nothing():
    assert after(known(), "/echo/bypass", "boot", 5, 0, 1) == known()


def test_a_gap_asks_for_a_snapshot_and_guesses_nothing():
    session = after(known(), "/echo/bypass", "boot", 7, 0, 1)
    assert session.wants_snapshot
    assert not session.bypass


def test_a_meter_that_is_ahead_reveals_a_lost_echo():
    assert after(known(), "/meter", "boot", 6, 0, *METER).wants_snapshot


def test_a_restarted_engine_asks_for_a_snapshot():
    assert after(known(), "/meter", "other", 0, 0, *METER).wants_snapshot


def test_a_new_boot_replaces_everything_whatever_its_revision():
    session = after(known(), "/state", "other", 0, *STATE[2:], *PARAMS_AND_DROPPED)
    assert (session.boot_id, session.revision) == ("other", 0)


@pytest.mark.parametrize("delay", [0, 15])
def test_block_16_tells_how_late_it_is(delay):
    session = after(known(), "/echo/block", "boot", 6, 0, 16, delay)
    assert (session.block, session.delay_samples) == (16, delay)


def test_a_parameter_follows_its_echo_only():
    before = known()
    session = after(before, "/echo/param", "boot", 6, 0, "tone", 3.0)
    assert session.params["tone"] == 3.0
    assert before.params["tone"] == 0.0


def test_an_alarm_stays_until_it_recovers():
    alarmed = after(known(), "/alarm", "boot", 5, 0, "nan", "playing dry")
    assert (alarmed.fault, alarmed.alarm) == ("nan", "playing dry")
    assert after(alarmed, "/alarm", "boot", 5, 0, "recovered", "well").fault == "none"


def test_a_rejection_changes_nothing_but_is_told_for_five_seconds():
    session = after(
        known(), "/echo/rejected", "boot", 5, 0, "/effect/select", "no effect"
    )
    assert session.rejected == "/effect/select: no effect"
    assert session.effect == "rodent"
    for _ in range(20 * 5 - 1):  # meters come 20 times a second
        session = after(session, "/meter", "boot", 5, 0, *METER)
    assert session.rejected
    assert not after(session, "/meter", "boot", 5, 0, *METER).rejected


@pytest.mark.parametrize(
    ("request_", "reason"), [(3, "no effect"), (0, "superseded by a later one")]
)
def test_what_was_answered_or_superseded_is_no_refusal(request_, reason):
    row = ["boot", 5, request_, "/effect/select", reason]
    assert not after(known(), "/echo/rejected", *row).rejected


def test_a_setlist_tells_its_presets_in_order():
    lists = ["a,b", "First\nSecond one", "clean,rodent", "trim,gate", "b", 1]
    session = after(known(), "/presets", "boot", 5, 0, *lists)
    assert [preset.name for preset in session.presets] == ["First", "Second one"]
    assert (session.preset, session.unsaved) == ("b", True)
    assert session.kept == {"trim", "gate"}
    assert not after(known(), "/presets", "boot", 5, 0, *[""] * 5, 0).presets


def test_an_echo_of_a_preset_clears_the_unsaved_mark():
    session = after(known(), "/echo/preset", "boot", 6, 0, "a", 1)
    assert session.unsaved
    assert not after(session, "/echo/preset", "boot", 7, 0, "a", 0).unsaved


def test_a_knob_that_waits_is_known_until_it_has_its_value():
    session = after(known(), "/takeover", "boot", 5, 0, "drive", 1, 12.5)
    assert session.knobs == {"drive": 12.5}
    assert after(session, "/takeover", "boot", 5, 0, "drive", 0, 50.0).knobs == {}


def test_which_preset_sounds_is_asked_for_anew_after_a_restart():
    setlist = ["boot", 5, 0, "verse", "Verse", "rodent", "", "verse", 0]
    session = after(known(), "/presets", *setlist)
    assert session.preset == "verse"
    assert not session.wants_presets
    other = after(session, "/state", "other", *STATE[1:], *PARAMS_AND_DROPPED)
    assert other.wants_presets
    gap = after(session, "/echo/bypass", "boot", 9, 0, 1)
    assert gap.wants_presets


def test_a_list_with_the_next_revision_is_no_gap():
    session = after(known(), "/gestures", "boot", 6, 0, "")
    assert (session.revision, session.wants_snapshot) == (6, False)
    session = after(session, "/takeover", "boot", 7, 0, "drive", 1, 20.0)
    assert (session.revision, dict(session.knobs)) == (7, {"drive": 20.0})
    assert after(session, "/expression", "boot", 9, 0, "", 0, 0, 0, 0).wants_snapshot


def test_whatever_an_engine_may_say_is_taken():
    for address, row in MESSAGES.items():
        if row.to != "clients" or address == "/state":
            continue
        args = [arg.choices[0] if arg.choices else 1 for arg in row.args[3:]]
        texts = [arg.type == "s" and not arg.choices for arg in row.args[3:]]
        args = ["drive" if text else arg for arg, text in zip(args, texts, strict=True)]
        session = after(known(), address, "boot", 6, 0, *args)
        assert session.boot_id == "boot", address


def test_a_file_that_cannot_be_kept_is_no_fault_of_the_sound():
    session = after(known(), "/alarm", "boot", 5, 0, "not-saved", "disk full")
    assert (session.fault, session.alarm) == ("none", "disk full")


def test_the_banks_that_can_be_loaded_are_known_and_asked_for_after_a_gap():
    assert known().wants_banks
    args = ["boot", 6, 0, "factory,night", "factory", "night", 1]
    session = after(known(), "/banks", *args)
    assert (session.banks, session.bank_id) == (("factory", "night"), "factory")
    assert (session.loading, session.revision) == ("night", 6)
    assert not session.wants_banks
    assert after(session, "/echo/bypass", "boot", 9, 0, 1).wants_banks
