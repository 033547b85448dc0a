"""`pedal render` with the real engine: a recording in, a recording out, and figures."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pedal.demo import demo_file
from tests.system.stage import engine_missing

PEDAL = [sys.executable, "-m", "pedal.cli"]


pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())

SCORE = """
[[event]]
at_s = 0.05
message = { address = "/effect/select", args = ["hum"] }
[[event]]
at_s = 0.1
footswitch = { name = "bypass", down = true }
[[event]]
at_s = 0.2
footswitch = { name = "bypass", down = false }
[[event]]
at_s = 0.25
gui = { address = "/bypass", args = [0] }
[[event]]
at_s = 0.3
knob = { name = "drive", position = 0.7 }
[[event]]
at_s = 0.35
message = { address = "/model/block", args = [16] }
"""


@pytest.fixture
def guitar(tmp_path) -> Path:
    """Half a second of the demo guitar."""
    samples, rate_hz = soundfile.read(demo_file(), frames=22050, dtype="float32")
    soundfile.write(tmp_path / "in.wav", samples, rate_hz, subtype="FLOAT")
    return tmp_path / "in.wav"


def render(source: Path, target: Path, *options) -> dict:
    command = [*PEDAL, "render", source, target, "--json", *options]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("block", [1, 16])
def test_a_performance_sounds_the_same_at_every_period(guitar, bank_folder, block):
    score = guitar.with_name("score.toml")
    score.write_text(SCORE)
    options = ["--bank", bank_folder, "--performance", score, "--model-block", block]
    heard = set()
    for period in (1, 2, 7, 16, 17, 64, 100, 256, 1024, 2048):
        target = guitar.with_name(f"out-{period}.wav")
        render(guitar, target, *options, "--period", period)
        heard.add(target.read_bytes())
    assert len(heard) == 1


@pytest.mark.parametrize(("block", "delay"), [(1, 0), (16, 15)])
def test_bypass_is_the_input_only_later(guitar, bank_folder, block, delay):
    options = ["--bank", bank_folder, "--effect", "bypass", "--model-block", block]
    figures = render(guitar, guitar.with_name("out.wav"), *options)
    assert figures["delay_samples"] == delay
    dry, _ = soundfile.read(guitar, dtype="float32")
    out, _ = soundfile.read(guitar.with_name("out.wav"), dtype="float32")
    assert len(out) == len(dry) + delay
    faded = 2048  # the start may fade from clean into bypass
    assert np.array_equal(out[delay + faded :], dry[faded:])


def test_what_is_out_of_range_is_counted_and_shown(guitar, bank_folder):
    score = guitar.with_name("score.toml")
    events = [
        '"/param/set", args = ["level", 99]',
        '"/model/block", args = [7]',
        '"/nonsense", args = []',
        '"/bypass", args = [1]',
    ]
    head = "[[event]]\nat_s = 0.1\nmessage = { address = "
    score.write_text("".join(f"{head}{event} }}\n" for event in events))
    options = ["--bank", bank_folder, "--performance", score]
    assert render(guitar, guitar.with_name("out.wav"), *options)["dropped"] == 3


def test_an_injected_nan_is_an_alarm_and_never_silence(guitar, bank_folder):
    score = guitar.with_name("score.toml")
    score.write_text('[[event]]\nat_s = 0.1\nfault = "nan"\n')
    options = ["--bank", bank_folder, "--performance", score]
    figures = render(guitar, guitar.with_name("out.wav"), *options)
    assert any(alarm.startswith("nan") for alarm in figures["alarms"])
    out, _ = soundfile.read(guitar.with_name("out.wav"), dtype="float32")
    assert np.all(np.isfinite(out))
    assert np.sqrt(np.mean(out[4410 + 882 : 8820] ** 2)) > 1e-3


def test_clean_needs_no_bank(guitar, tmp_path):
    options = ["--bank", tmp_path / "none", "--effect", "clean"]
    render(guitar, guitar.with_name("out.wav"), *options)


def test_another_rate_is_resampled_and_said(guitar, bank_folder):
    samples, _ = soundfile.read(guitar)
    source = guitar.with_name("48.wav")
    soundfile.write(source, samples, 48000)
    target = guitar.with_name("out.wav")
    command = [*PEDAL, "render", str(source), str(target), "--bank", str(bank_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "resampled from 48000 Hz to 44100 Hz" in done.stderr
    assert abs(soundfile.info(target).frames - 20258) <= 1
