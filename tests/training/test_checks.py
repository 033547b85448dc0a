"""The checks name the true cause; good pairs pass, their delay to within a sample.

The whole benchmark is `python -m training.bench_checks`, two hours of one core;
PEDAL_CHECKS=full runs it here.
"""

import json
import os
import sys

import numpy as np
import pytest
import soundfile

from pedal import cli as command
from training import align, audio, bench_checks, causal
from training.checks import examine, examine_files, files
from training.checks.report import State
from training.errors import AudioError, CheckError
from training.virtual import circuits, faults, guitar, pairs


@pytest.fixture(scope="module")
def takes():
    """Two takes of simulated guitar."""
    return pairs.takes(None, seed=1, count=2)


@pytest.fixture(scope="module")
def played(takes):
    """The second take, clipped well, for `swapped` cannot be told of a soft pedal."""
    return circuits.render("screamer", takes[1], 75.0, oversampling=4).astype(float)


VARIANTS = [
    (kind, number)
    for kind in pairs.KINDS
    for number in range(len(faults.FAULTS.get(kind, [""])))
]


@pytest.mark.parametrize(("kind", "number"), VARIANTS)
def test_each_fault_is_named_and_a_good_pair_passes(takes, played, kind, number):
    plan = pairs.Plan(1, "screamer", 75.0, kind, number)
    found = bench_checks.judged(pairs.case(plan, takes, played, seed=2))
    assert found.right, f"{found.label}: {found.told}"


@pytest.mark.parametrize("late", [30000, -3000])
def test_a_delay_beyond_what_is_searched_is_refused(takes, played, late):
    wet = faults.late(played, late, len(played))
    report, _, _ = examine(one(takes[1]), one(wet, "wet"))
    assert abs(report.delay - late) <= 1
    told = r"delay: found wet is -?\d+ samples late .*, expected -2000 to 20000"
    with pytest.raises(CheckError, match=told):
        report.insist()


def test_a_plain_delay_is_exact_at_both_ends_of_the_range(takes):
    dry = takes[0][: 8 * 44100]
    for delay in (-2000, 20000):
        found = align.align(dry, -faults.late(dry, delay, len(dry)))
        assert abs(found.samples - delay) < 0.1
        assert found.polarity == -1


def test_a_filter_of_minimum_phase_is_no_delay(takes):
    """Its own lag of about two samples must not be taken for one."""
    dry = takes[0][: 8 * 44100]
    wet = faults.cabinet(dry, np.random.default_rng(5))
    assert abs(causal.delay(dry, wet).samples) < 1.5


def one(sound, role="dry", rate_hz=44100):
    """Samples as a recording."""
    return files.recording(f"{role}.wav", role, np.asarray(sound, float), rate_hz)


def test_two_equal_channels_and_a_silent_one_are_mono(takes):
    sound = takes[0]
    for other in (sound, np.zeros_like(sound)):
        read = one(np.stack((sound, other), axis=1))
        assert files.stereo(read).state is State.NOTED
        assert np.allclose(read.audio, sound)


def test_a_pedal_that_clips_flat_is_not_a_converter_that_does(takes):
    flat = np.clip(9.0 * takes[0], -0.2, 0.2)  # of a weak pick-up, 0.1 V
    assert files.clipping(one(flat, "wet")).state is State.GOOD
    assert files.clipping(one(flat, "dry")).state is State.BAD


def test_too_short_a_recording_says_how_long_it_should_be(takes):
    short = takes[0][: 5 * 44100]
    report, _, _ = examine(one(short), one(short, "wet"))
    with pytest.raises(CheckError, match=r"found dry: 5\.0 s, expected 19 s or more"):
        report.insist()


def test_an_unreadable_file_is_one_line(tmp_path):
    (tmp_path / "noise.wav").write_bytes(b"RIFF nothing of the kind")
    with pytest.raises(AudioError, match=r"noise\.wav: cannot be read") as caught:
        examine_files(tmp_path / "noise.wav", tmp_path / "noise.wav")
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A dry recording, and one through a pedal, 333 samples late and turned over."""
    folder = tmp_path_factory.mktemp("recorded")
    dry = guitar.play(20.0, seed=9)
    wet = -circuits.render("screamer", dry, 60.0)
    late = np.concatenate((np.zeros(333, np.float32), wet))[: len(wet)]
    for name, sound in (("dry", dry), ("wet", late)):
        soundfile.write(folder / f"{name}.wav", 0.8 * sound, 44100, subtype="PCM_24")
    return folder


def run(monkeypatch, capsys, *arguments):
    """`pedal train ... --check-only`.   returns: exit code, out, err."""
    words = ["pedal", "train", *map(str, arguments), "--check-only"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        command.main()
    told = capsys.readouterr()
    return ended.value.code or 0, told.out, told.err


def test_check_only_says_what_was_put_right_and_trains_nothing(
    recorded, monkeypatch, capsys
):
    pair = (recorded / "dry.wav", recorded / "wet.wav")
    code, out, err = run(monkeypatch, capsys, *pair, "--json")
    told = json.loads(out)
    assert (code, err, told["good"]) == (0, "", True)
    assert abs(told["pairs"][0]["delay_samples"] - 333) <= 1
    assert told["pairs"][0]["polarity"] == -1
    assert sorted(p.name for p in recorded.iterdir()) == ["dry.wav", "wet.wav"]


def test_check_only_ends_with_one_line_and_exit_1(
    recorded, tmp_path, monkeypatch, capsys
):
    silent = tmp_path / "silent.wav"
    audio.write(silent, np.zeros(20 * 44100))
    code, out, err = run(monkeypatch, capsys, recorded / "dry.wav", silent)
    assert code == 1
    assert "silence" in out
    assert err.count("\n") == 1
    assert "silent.wav: silence: found wet: peak -200 dBFS" in err


def test_the_benchmark_is_shared_out_among_processes(takes, monkeypatch, capsys):
    monkeypatch.setattr(pairs, "takes", lambda *_: takes)
    wanted = ["--only", "silence", "--cases", "3", "--workers", "2"]
    monkeypatch.setattr(sys, "argv", ["bench_checks", *wanted])
    assert bench_checks.main() == 0
    *progress, summary, goal = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in progress][-1] == "3 of 3 pairs"
    assert summary == "silence: 3 of 3"
    assert goal == "named rightly: 3 of 3 (100.0 %), goal 95 %"


@pytest.mark.skipif(
    os.environ.get("PEDAL_CHECKS") != "full",
    reason="two hours of one core; PEDAL_CHECKS=full",
)
def test_the_whole_benchmark_meets_its_goals(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["bench_checks"])
    assert bench_checks.main() == 0
