"""Each alarm comes within its time, says why and what to do, and is acknowledged."""

from dataclasses import replace

import pytest

from pedal.console.alarms import RULES, Weight
from pedal.console.limits import DEFAULTS
from pedal.console.rig import Rig, Seat, added, heard, passed, seen
from pedal.console.thresholds import limits_of
from pedal.errors import UsageError
from tests.pedal.simulated import KEY, lease, message, state, telemetry

TEXT = DEFAULTS.read_text()
LIMITS = limits_of(TEXT)
STEP_S = 0.05


class Stage:
    """A rig of one simulated pedal and the time: 20 reports a second."""

    def __init__(self, limits=LIMITS) -> None:
        self.now_s, self.sequence = 500.0, 0
        self.rig = added(Rig(limits), "left", KEY, self.now_s)
        self.kept: dict = {}
        self.play(1.0)

    @property
    def seat(self) -> Seat:
        return self.rig.seats["left"]

    def codes(self) -> list[str]:
        return [alarm.code for alarm in self.seat.watch.holding()]

    def report(self, **changes) -> None:
        self.sequence += 1
        self.now_s += STEP_S
        reading = telemetry(self.sequence, **(self.kept | changes))
        self.rig = heard(self.rig, "left", reading, self.now_s)

    def play(self, seconds: float, **changes) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.report(**changes)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.now_s += STEP_S
            self.rig = passed(self.rig, self.now_s)

    def time_to(self, code: str, limit_s: float = 5.0, **changes) -> float:
        """Seconds of such reports until the alarm."""
        began_s = self.now_s
        while code not in self.codes():
            assert self.now_s < began_s + limit_s, f"no {code}"
            self.report(**changes)
        return self.now_s - began_s


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_pedal_that_plays_has_no_alarm(stage):
    stage.play(60.0)
    assert stage.codes() == []
    assert stage.seat.verdict(stage.now_s) == "OK"


def test_load_over_80_percent_is_alarmed_after_one_second(stage):
    assert stage.time_to("load", load=81.0) == pytest.approx(1.05, abs=0.06)
    assert stage.seat.verdict(stage.now_s) == "WARN"


def test_load_that_comes_and_goes_is_no_alarm(stage):
    for _ in range(20):
        stage.play(0.9, load=95.0)
        stage.report(load=79.0)
    assert stage.codes() == []


def test_blocks_that_stand_still_are_alarmed_within_two_seconds(stage):
    kept = {"blocks": 100, "signal": 100}
    stage.report(**kept)
    assert stage.time_to("not flowing", **kept) <= 2.0
    assert stage.codes() == ["not flowing"]
    assert stage.seat.verdict(stage.now_s) == "ALARM"


def test_silence_is_alarmed_within_two_seconds(stage):
    stage.report(signal=100)
    assert stage.time_to("no signal", signal=100) <= 2.0


def test_silence_from_the_start_is_no_alarm():
    stage = Stage()
    fresh = added(Rig(LIMITS), "left", KEY, stage.now_s)
    stage.rig = fresh
    stage.play(5.0, signal=0)
    assert stage.codes() == []


def test_a_pedal_restarted_in_silence_is_alarmed(stage):
    assert stage.time_to("no signal", boot_id="boot-2", signal=0) <= 2.0


def test_a_lost_pedal_is_alarmed_within_three_seconds(stage):
    stage.wait(2.5)
    assert stage.codes() == []
    stage.wait(0.5)
    assert stage.codes() == ["lost"]
    stage.wait(1.0)
    stage.play(2.0)
    assert stage.codes() == []


def test_a_pedal_never_heard_is_searched_and_not_lost():
    rig = passed(added(Rig(LIMITS), "left", KEY, 0.0), 60.0)
    assert rig.seats["left"].watch.alarms == ()
    assert rig.seats["left"].verdict(60.0) == "SEARCHING"


def test_an_underrun_is_alarmed_at_once_and_over_after_a_while(stage):
    assert stage.time_to("underrun", underruns=1, underrun_age_s=0.01) <= STEP_S + 1e-9
    stage.play(12.0, underruns=1, underrun_age_s=5.0)
    assert stage.codes() == []
    assert [alarm.over for alarm in stage.seat.watch.alarms] == [True]


def test_an_underrun_before_we_came_is_no_alarm():
    stage = Stage()
    stage.rig = added(Rig(LIMITS), "left", KEY, stage.now_s)
    stage.play(1.0, underruns=3, underrun_age_s=400.0)
    assert stage.codes() == []
    assert stage.now_s - stage.seat.pedal.underrun_s == pytest.approx(401.0, abs=0.1)


@pytest.mark.parametrize("code", ["nan", "overload", "no-bank"])
def test_the_engines_faults_are_alarms_with_its_own_cause(stage, code):
    told = message("/alarm", 4, 0, code, "slot 3 made NaN")
    stage.rig = heard(stage.rig, "left", told, stage.now_s)
    stage.report(alarms=code, up_s=60.0)
    alarm = stage.seat.watch.holding()[0]
    assert alarm.code == code.replace("-", " ")
    assert alarm.cause == "slot 3 made NaN"


def test_a_pedal_that_still_loads_its_bank_is_no_alarm(stage):
    stage.report(alarms="no-bank", up_s=4.0)
    assert stage.codes() == []
    stage.report(alarms="no-bank", up_s=5.1)
    assert stage.codes() == ["no bank"]


def test_a_fault_shorter_than_a_report_is_an_alarm(stage):
    for code in ("nan", "recovered"):
        told = message("/alarm", 4, 0, code, "a text")
        stage.rig = heard(stage.rig, "left", told, stage.now_s)
    assert stage.codes() == ["nan"]


def test_another_of_the_engines_alarms_is_shown(stage):
    stage.report(alarms="not-saved")
    assert stage.seat.watch.holding()[0].cause == "not-saved"


def test_a_clip_is_alarmed_and_the_limiter_is_not(stage):
    stage.report(output_clip=9)
    assert stage.codes() == []
    stage.report(input_clip=1)
    assert stage.codes() == ["clip"]


def test_temperature_is_alarmed_where_there_is_one(stage):
    stage.report(temperature=-300.0)
    assert stage.codes() == []
    stage.report(temperature=76.0)
    assert stage.codes() == ["temperature"]


def test_a_revision_gap_is_alarmed_after_a_second(stage):
    stage.rig = heard(stage.rig, "left", state(), stage.now_s)
    assert stage.time_to("revision gap", revision=9) == pytest.approx(1.05, abs=0.06)
    stage.rig = heard(stage.rig, "left", state(revision=9), stage.now_s)
    stage.play(1.5, revision=9)
    assert stage.codes() == []


def test_a_revision_that_falls_is_alarmed(stage):
    stage.report(revision=2)
    assert stage.codes() == ["revision gap"]


def test_an_alarm_that_is_over_stays_until_it_is_acknowledged(stage):
    stage.report(temperature=80.0)
    stage.play(3.0)
    assert [alarm.over for alarm in stage.seat.watch.alarms] == [True]
    stage.rig = seen(stage.rig, "left", stage.now_s)
    assert stage.seat.watch.alarms == ()


def test_an_acknowledged_alarm_stays_while_it_holds_and_then_goes(stage):
    stage.report(temperature=80.0)
    stage.rig = seen(stage.rig, "left", stage.now_s)
    stage.play(1.0, temperature=80.0)
    assert [alarm.acknowledged for alarm in stage.seat.watch.alarms] == [True]
    stage.play(2.0)
    assert stage.seat.watch.alarms == ()


def test_an_alarm_that_comes_back_is_raised_again(stage):
    stage.report(temperature=80.0)
    stage.play(3.0)
    bells = stage.rig.bells
    stage.report(temperature=80.0)
    assert (stage.codes(), stage.rig.bells) == (["temperature"], bells + 1)
    assert len(stage.seat.watch.alarms) == 1


def test_an_alarm_does_not_flicker(stage):
    for _ in range(20):
        stage.report(temperature=80.0)
        stage.play(0.5)
    assert stage.rig.bells == 1


def test_alarms_are_logged_when_they_begin_and_end(stage):
    stage.report(temperature=80.0)
    stage.play(3.0)
    words = [(event.word, event.text) for event in stage.seat.pedal.events[-2:]]
    assert words[0] == (Weight.WARN, "temperature: 80 C, over 75 C")
    assert words[1] == ("over", "temperature")


def test_every_rule_has_a_hint():
    assert all(rule.hint and len(rule.hint) < 66 for rule in RULES)
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_a_lease_alone_raises_nothing():
    rig = added(Rig(LIMITS), "left", KEY, 0.0)
    rig = heard(rig, "left", lease(), 0.1)
    assert passed(rig, 30.0).seats["left"].watch.alarms == ()


def test_a_file_overrides_a_threshold():
    limits = limits_of(TEXT, "load_percent = 50", "mine.toml")
    assert limits == replace(LIMITS, load_percent=50.0)
    stage = Stage(limits)
    assert stage.time_to("load", load=55.0) < 1.2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("loud = 3", 'mine.toml: no threshold "loud"'),
        ("load_percent = 'much'", "mine.toml: load_percent: expected a number"),
        ("load_s = -1", "mine.toml: load_s: expected above 0, found -1"),
        ("output_clip = 1", "mine.toml: output_clip: expected true or false"),
        ("load_s = ", "mine.toml: expected TOML"),
        ("load_s = nan", "mine.toml: load_s: expected above 0, found nan"),
    ],
)
def test_a_bad_threshold_is_refused_with_its_name(text, says):
    with pytest.raises(UsageError, match=says):
        limits_of(TEXT, text, "mine.toml")


def test_a_pedal_that_dies_again_while_it_starts_is_alarmed(stage):
    stage.rig = heard(stage.rig, "left", lease(boot_id="boot-9"), stage.now_s)
    stage.wait(2.0)
    assert stage.codes() == []
    stage.wait(1.0)
    assert stage.codes() == ["lost"]
