"""The command line: usage errors exit 2, user errors are one line and exit 1."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile


@pytest.fixture
def guitar(tmp_path):
    path = tmp_path / "in.wav"
    soundfile.write(path, np.zeros(441, dtype=np.float32), 44100, subtype="FLOAT")
    return path


def pedal(*words) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pedal.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def assert_refuses(done, *parts: str) -> None:
    assert done.returncode == 1
    assert done.stderr.startswith("pedal: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--period", "0"], ["--period: expected 1 to 2048, found 0"]),
        (["--period", "-5"], ["--period: expected 1 to 2048, found -5"]),
        (["--period", "4096"], ["found 4096"]),
        (["--model-block", "7"], ["--model-block: expected 1 or 16, found 7"]),
        (["--effect", "wah"], ['no effect "wah"; there are buzz, hum, clean']),
        (["--param", "wah=1"], ['no parameter "wah"; there are trim']),
        (
            ["--param", "level=99"],
            ["--param level: expected -60.0 to 12.0, found 99.0"],
        ),
        (["--param", "level"], ["--param: expected id=value"]),
        (["--raw", "--effect", "clean"], ["--raw: expected an effect with a model"]),
        (["--raw", "--model-block", "16"], ['effect "buzz" has models of block 1']),
        (["--channel", "3"], ["--channel: expected 1 to 1, found 3"]),
        (["--performance", "none.toml"], ["none.toml: cannot be read"]),
    ],
)
def test_render_refuses_in_one_line_and_writes_nothing(
    guitar, bank_folder, options, parts
):
    target = guitar.with_name("out.wav")
    done = pedal("render", guitar, target, "--bank", bank_folder, *options)
    assert_refuses(done, *parts)
    assert not target.exists()


def test_render_refuses_a_folder_that_is_not_there(guitar, bank_folder):
    target = guitar.parent / "none" / "out.wav"
    assert_refuses(
        pedal("render", guitar, target, "--bank", bank_folder), "does not exist"
    )


def test_render_refuses_a_bank_that_is_not_there(guitar, tmp_path):
    done = pedal("render", guitar, tmp_path / "out.wav", "--bank", tmp_path / "none")
    assert_refuses(done, "expected a folder with bank.json, found nothing")


def test_a_bank_that_is_good_says_so(bank_folder):
    done = pedal("bank", "check", bank_folder)
    assert done.returncode == 0
    assert done.stdout == 'bank "night-set": 2 effects, 3 models, all good\n'


def test_a_bank_lists_its_models(bank_folder):
    done = pedal("bank", "list", bank_folder)
    assert done.returncode == 0
    assert "buzz" in done.stdout


def test_a_spoilt_bank_is_one_line(bank_folder):
    (bank_folder / "hum-1.json").write_text("{")
    assert_refuses(pedal("bank", "check", bank_folder), "hum-1.json: sha256")


def test_ctl_refuses_what_the_engine_would_drop():
    assert_refuses(pedal("ctl", "/bypass", "2"), "expected 0 to 1, found 2")
    assert_refuses(pedal("ctl", "/bypass"), "expected ON, found 0 arguments")
    assert_refuses(pedal("ctl", "/meter"), "there are /effect/select")
    assert_refuses(pedal("ctl", "/param/set", "level", "loud"), 'found "loud"')


def test_run_refuses_what_cannot_be_meant():
    assert_refuses(pedal("run", "--period", "0"), "--period")
    assert_refuses(pedal("run", "--audio", "tape"), "expected demo or card")
    assert_refuses(pedal("run", "--seconds", "-1"), "--seconds")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--virtual", "screamer", "--drive", "loud"], 'found "loud"'),
        (["--virtual", "screamer", "--hidden", "500"], "expected 1 to 128, found 500"),
        (["--virtual", "screamer", "--model-block", "7"], "expected 1 or 16, found 7"),
        (["--virtual", "screamer", "--seconds", "0"], "expected above 0, found 0"),
        (["a.wav", "b.wav", "--name", "My Amp"], 'found "My Amp"'),
        (["a.wav", "b.wav", "--name", "clean"], "not clean"),
    ],
)
def test_train_refuses_before_anything_long_starts(options, part):
    assert_refuses(pedal("train", *options), part)


def test_a_wrong_usage_exits_2():
    assert pedal("render").returncode == 2
    assert pedal("wah").returncode == 2
    assert pedal("train").returncode == 2


def test_help_names_every_command():
    done = pedal("--help")
    assert done.returncode == 0
    for name in (
        "run",
        "render",
        "ctl",
        "latency",
        "doctor",
        "bank",
        "train",
        "virtual",
    ):
        assert name in done.stdout
