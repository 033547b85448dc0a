"""What the console takes, drops and counts of a simulated pedal's messages."""

import pytest

from pedal.console.session import Drop, Link, Pedal, rekeyed
from pedal.console.session import reduce as take
from pedal.console.telemetry import Report, risen
from tests.pedal.simulated import KEY, lease, message, state, telemetry

NEW = Pedal("left", KEY, since_s=100.0)


def after(*readings, pedal: Pedal = NEW, at_s: float = 100.0) -> Pedal:
    """The pedal after messages a twentieth of a second apart."""
    for place, reading in enumerate(readings):
        pedal = take(pedal, reading, at_s + place / 20)
    return pedal


def playing(count: int = 40, **changes) -> Pedal:
    """A pedal that was heard `count` times from 100 s on."""
    return after(*(telemetry(n, **changes) for n in range(1, count + 1)))


def test_before_the_first_report_it_is_searched():
    assert NEW.link(109.0) is Link.SEARCHING
    assert NEW.age_s(109.0) == 9.0


def test_the_link_is_stale_after_one_second_and_lost_after_three():
    pedal = after(telemetry(1))
    links = [pedal.link(100.0 + age) for age in (0.9, 1.0, 2.9, 3.0)]
    assert links == [Link.CONNECTED, Link.STALE, Link.STALE, Link.LOST]


def test_a_gap_in_the_sequence_is_counted_as_loss():
    pedal = after(telemetry(1), telemetry(2), telemetry(6))
    assert (pedal.received, pedal.lost) == (3, 3)


def test_the_first_report_may_have_any_number_and_the_earlier_are_lost():
    assert after(telemetry(5)).lost == 4


def test_a_replayed_report_is_dropped():
    pedal = after(telemetry(1), telemetry(2), telemetry(1, effect="rodent"))
    assert pedal.drops == {Drop.REPLAYED: 1}
    assert (pedal.report.effect, pedal.lost) == ("screamer", 0)


def test_a_late_report_is_dropped_as_reordered_and_is_no_loss():
    pedal = after(telemetry(1), telemetry(3), telemetry(2, effect="rodent"))
    assert pedal.drops == {Drop.REORDERED: 1}
    assert (pedal.report.effect, pedal.lost) == ("screamer", 0)
    assert after(telemetry(2), pedal=pedal).drops[Drop.REPLAYED] == 1


def test_a_report_later_than_the_window_is_taken_for_replayed():
    pedal = after(telemetry(1), telemetry(99), telemetry(2))
    assert pedal.drops == {Drop.REPLAYED: 1}


def test_another_key_is_dropped():
    pedal = after(telemetry(1), telemetry(2, key=KEY + 1), lease(key=KEY + 1))
    assert pedal.drops == {Drop.WRONG_KEY: 2}
    assert pedal.received == 1


def test_what_has_no_key_must_know_the_boot():
    pedal = after(telemetry(1), state(boot_id="boot-2"))
    assert pedal.drops == {Drop.WRONG_KEY: 1}
    assert pedal.state.boot_id == ""


def test_a_restart_begins_to_count_anew_and_old_reports_stay_out():
    pedal = after(telemetry(50), telemetry(1, boot_id="boot-2"))
    assert (pedal.report.boot_id, pedal.sequence) == ("boot-2", 1)
    assert "started again" in pedal.events[-2].text
    pedal = after(telemetry(51), lease(), pedal=pedal)
    assert pedal.drops == {Drop.REPLAYED: 2}
    assert pedal.report.boot_id == "boot-2"


def test_another_key_counts_from_one():
    pedal = rekeyed(after(telemetry(70)), 99)
    pedal = after(telemetry(1, key=99), pedal=pedal)
    assert (pedal.received, pedal.lost, pedal.drops) == (2, 69, {})


def test_a_lease_says_whether_control_is_allowed():
    assert NEW.control is None
    assert after(lease(control=0, consoles=3)).control is False
    assert after(lease(control=1, consoles=3)).consoles == 3


def test_counters_wrap():
    assert risen(2**31 - 2, 3) == 5


def test_what_sounds_is_written_into_the_log():
    pedal = after(
        telemetry(1), telemetry(2, effect="rodent"), telemetry(3, bypass=1, block=16)
    )
    words = [(event.word, event.text) for event in pedal.events[1:]]
    assert words == [
        ("effect", "rodent"),
        ("effect", "screamer"),
        ("bypass", "on"),
        ("block", "16"),
    ]


def test_a_refusal_is_written_into_the_log():
    reason = "control is not allowed from 10.0.0.9"
    pedal = after(telemetry(1), message("/echo/rejected", 3, 0, "/bypass", reason))
    assert pedal.events[-1].text == f"/bypass: {reason}"


def test_a_pedal_that_gives_no_lease_says_why():
    reason = "8 consoles are served; close one"
    refusal = message("/echo/rejected", 3, 0, "/monitor/subscribe", reason)
    assert after(refusal).refusal == reason


def test_an_echo_that_was_lost_is_a_gap_until_the_snapshot():
    pedal = after(telemetry(1), state(), telemetry(2))
    assert pedal.gap_s is None
    pedal = take(pedal, telemetry(3, revision=5), 101.0)
    pedal = take(pedal, telemetry(4, revision=5), 101.05)
    assert pedal.gap_s == 101.0
    assert take(pedal, state(revision=5), 101.1).gap_s is None


def test_echoes_close_the_gap_too():
    pedal = after(telemetry(1), state())
    pedal = take(pedal, message("/echo/bypass", 4, 0, 1), 101.0)
    assert take(pedal, telemetry(2, revision=4, bypass=1), 101.0).gap_s is None


def test_ten_minutes_of_load_are_kept_by_the_second():
    pedal = NEW
    for second in range(700):
        for part, load in ((0.1, 10.0), (0.6, 10.0 + second)):
            sequence = 2 * second + round(part)
            at_s = 1000 + second + part
            pedal = take(pedal, telemetry(sequence + 1, load=load), at_s)
    assert len(pedal.history) == 600
    assert pedal.history[-1].worst == 708.0
    assert pedal.slot.second == 1699


def test_a_report_costs_the_same_with_and_without_a_history():
    pedal = playing(400)
    assert take(pedal, telemetry(401), 119.96).history is pedal.history


def test_the_log_is_bounded():
    readings = [telemetry(n, bypass=n % 2) for n in range(1, 500)]
    assert len(after(*readings).events) == 100


@pytest.mark.parametrize("field", ["blocks", "signal"])
def test_what_stands_still_is_noticed(field):
    pedal = after(telemetry(1), telemetry(2), telemetry(3))
    kept = {field: getattr(pedal.report, field)}
    pedal = after(telemetry(4, **kept), telemetry(5, **kept), pedal=pedal, at_s=101.0)
    times = {"blocks": pedal.flowing_s, "signal": pedal.signal_s}
    other = {"blocks": "signal", "signal": "blocks"}[field]
    assert times[field] == pytest.approx(100.1)
    assert times[other] == pytest.approx(101.05)


def test_a_report_has_the_tables_fields():
    from pedal.protocol.protocol import MESSAGES

    assert Report._fields == tuple(arg.name for arg in MESSAGES["/telemetry"].args)
