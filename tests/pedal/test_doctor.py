"""The doctor: what it says of machines that are well, and of those that are not."""

import os
from pathlib import Path

import pytest

from pedal import doctor, doctor_timing
from pedal.doctor_timing import judge, period_holds, share_of, waking
from pedal.errors import EngineError
from pedal.findings import Finding, Health, as_rows, as_text


def summary(late: int = 0, underruns: int = 0, blocks: int = 1000) -> dict:
    """An engine's own figures at period 128."""
    program = {"blocks": blocks, "late_blocks": late, "p99_us": 400.0, "max_us": 2950.0}
    return {
        "period": 128,
        "underruns": underruns,
        "priority": "fifo 80",
        "program": program | {"effect": "hum"},
    }


def only(findings) -> Finding:
    (found,) = findings
    return found


def test_a_period_that_holds_is_good_and_says_by_how_much():
    health, found = judge(summary())
    assert health is Health.GOOD
    assert found == (
        "0 of 1000 blocks late, 0 underruns; 99 % within 0.40 ms, worst 2.95 of "
        "2.90 ms; hum, priority fifo 80"
    )


@pytest.mark.parametrize("wrong", [{"late": 3}, {"underruns": 1}])
def test_a_late_block_or_an_underrun_is_a_warning(wrong):
    assert judge(summary(**wrong))[0] is Health.WARNING


@pytest.mark.parametrize("empty", [{}, {"program": None}, summary(blocks=0)])
def test_an_engine_that_played_nothing_is_broken(empty):
    assert judge(empty)[0] is Health.BROKEN


def test_a_longer_period_that_holds_is_named(monkeypatch):
    tried = []

    def trial(_: Path, period: int) -> dict:
        tried.append(period)
        return summary(late=0 if period >= 512 else 9)

    monkeypatch.setattr(doctor_timing, "_trial", trial)
    found = only(period_holds(Path("bank"), 128))
    assert tried == [128, 256, 512]
    assert found.health is Health.WARNING
    assert found.remedy.startswith("play with --period 512, which holds here")


def test_where_no_period_holds_it_says_what_else_helps(monkeypatch):
    monkeypatch.setattr(doctor_timing, "_trial", lambda *_: summary(late=9))
    assert "stop what else runs" in only(period_holds(Path("bank"), 1024)).remedy


def test_an_engine_that_does_not_play_is_one_line(monkeypatch):
    def trial(*_):
        raise EngineError("the engine was killed by signal 9")

    monkeypatch.setattr(doctor_timing, "_trial", trial)
    found = only(period_holds(Path("bank"), 128))
    assert found.health is Health.BROKEN
    assert "killed by signal 9" in as_text(found)


def test_priority_is_tried_not_looked_up(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    found = only(doctor_timing.priority())
    assert found.health is Health.WARNING
    assert "rtprio 80" in found.remedy


@pytest.mark.parametrize(
    ("late_s", "health"), [(0.0002, Health.GOOD), (0.002, Health.WARNING)]
)
def test_waking_late_by_half_a_period_is_a_warning(monkeypatch, late_s, health):
    monkeypatch.setattr(doctor_timing, "_latest_nap", lambda: late_s)
    found = only(waking(128))
    assert found.health is health
    assert found.found == f"at most {1000 * late_s:.2f} ms late, period 2.90 ms"


def test_a_nap_is_measured_and_the_priority_of_this_thread_stays():
    before = os.sched_getscheduler(0)
    assert 0 <= doctor_timing._in_thread(doctor_timing._latest_nap) < 5
    assert os.sched_getscheduler(0) == before


@pytest.mark.parametrize(
    ("runtime", "share"), [("950000\n", 0.95), ("-1\n", 1.0), ("100000\n", 0.1)]
)
def test_the_share_of_real_time_threads_is_read(tmp_path, monkeypatch, runtime, share):
    assert share_of(runtime, "1000000") == share
    (tmp_path / "sched_rt_runtime_us").write_text(runtime)
    (tmp_path / "sched_rt_period_us").write_text("1000000\n")
    monkeypatch.setattr(doctor_timing, "SHARE", tmp_path)
    good = only(doctor_timing.throttling()).health is Health.GOOD
    assert good == (share >= 0.95)


@pytest.mark.parametrize(
    ("name", "health"), [("tsc", Health.GOOD), ("hpet", Health.WARNING)]
)
def test_a_slow_clock_is_a_warning(tmp_path, monkeypatch, name, health):
    monkeypatch.setattr(doctor_timing, "CLOCK", tmp_path / "clock")
    (tmp_path / "clock").write_text(f"{name}\n")
    assert only(doctor_timing.clock()).health is health


def test_a_machine_that_tells_nothing_of_its_clock_is_not_judged(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor_timing, "CLOCK", tmp_path / "clock")
    monkeypatch.setattr(doctor_timing, "SHARE", tmp_path)
    assert [*doctor_timing.clock(), *doctor_timing.throttling()] == []


@pytest.mark.parametrize(
    ("governor", "health"),
    [("performance", Health.GOOD), ("powersave", Health.WARNING)],
)
def test_a_processor_that_saves_power_is_a_warning(
    tmp_path, monkeypatch, governor, health
):
    (tmp_path / "cpu0" / "cpufreq").mkdir(parents=True)
    (tmp_path / "cpu0" / "cpufreq" / "scaling_governor").write_text(f"{governor}\n")
    monkeypatch.setattr(doctor, "GOVERNORS", tmp_path)
    assert only(doctor._governor()).health is health


def test_cards_are_named(tmp_path, monkeypatch):
    cards = tmp_path / "cards"
    monkeypatch.setattr(doctor, "CARDS", cards)
    assert only(doctor._sound_cards()).health is Health.WARNING
    cards.write_text(
        " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n      at irq 1\n"
    )
    assert only(doctor._sound_cards()).found == "HDA-Intel - HDA Intel PCH"


def test_a_broken_machine_is_not_tried_by_playing(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor_timing, "_trial", lambda *_: pytest.fail("it played"))
    subjects = [found.subject for found in doctor.examine(tmp_path / "none", 128)]
    assert "bank" in subjects
    assert "period 128" not in subjects


def test_findings_are_rows_too():
    finding = Finding(Health.WARNING, "clock", "hpet", "see dmesg")
    assert as_rows([finding]) == [
        {
            "health": "warning",
            "subject": "clock",
            "found": "hpet",
            "remedy": "see dmesg",
        }
    ]
    assert as_text(finding) == "warning  clock: hpet; see dmesg"
