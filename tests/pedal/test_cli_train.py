"""The commands that need training: which of them is meant, and what is handed on."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pedal import cli, cli_train
from pedal.deployed import Deployed
from pedal.errors import UsageError
from pedal.paths import FACTORY_BANK


@pytest.fixture
def asked(monkeypatch):
    """What would have been called: (function, arguments, options)."""
    calls = []
    monkeypatch.setattr(
        cli_train, "_training", lambda *args, **options: calls.append((args, options))
    )
    return calls


def run(*words: str) -> None:
    found = CliRunner().invoke(cli.app, words)
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize(
    ("words", "bank"),
    [
        ([], FACTORY_BANK),
        (["mine"], Path("mine")),
        (["bank", "mine"], Path("mine")),
        (["./paper"], Path("paper")),
        (["--effect", "fuzz"], FACTORY_BANK),
        (["--json", "mine"], Path("mine")),
    ],
)
def test_a_bank_is_evaluated_unless_paper_is_named(asked, words, bank):
    run("evaluate", *words)
    (((function, folder, *_), _),) = asked
    assert (function, folder) == ("evaluate_bank", bank)


def test_the_paper_is_asked_for_by_name(asked):
    run("evaluate", "paper", "-o", "there", "--sizes", "6,8", "--workers", "1")
    ((function, folder, deploy, given), options) = asked[0]
    assert (function, folder, deploy) == ("evaluate_paper", Path("there"), Deployed)
    assert (given["sizes"], given["seeds"], given["egfx"]) == ("6,8", 3, None)
    assert options["workers"] == 1


def test_every_training_can_write_its_report(asked):
    run("train", "--virtual", "fuzz")
    run("train", "a.wav", "b.wav", "--name", "x")
    assert [options["deploy"] for _, options in asked] == [Deployed, Deployed]


def test_help_names_both_ways_to_evaluate():
    said = CliRunner().invoke(cli.app, ["evaluate", "--help"]).output
    assert "bank" in said
    assert "paper" in said
    assert (
        "--html" in CliRunner().invoke(cli.app, ["evaluate", "bank", "--help"]).output
    )


def test_settings_of_recordings_are_handed_on_in_their_order(asked):
    pairs = ("dry.wav", "a.wav", "dry.wav", "b.wav")
    run("train", *pairs, "--name", "x", "--drive", "0", "--drive", "75.5")
    ((_, both, name), options) = asked[0]
    assert both == [(Path("dry.wav"), Path("a.wav")), (Path("dry.wav"), Path("b.wav"))]
    assert (name, options["positions"]) == ("x", {"drive": [0.0, 75.5]})
    run("evaluate", "mine", *pairs, "--tone", "0", "--tone", "9")
    assert asked[1][1]["pairs"] == both
    assert asked[1][1]["positions"] == {"tone": [0.0, 9.0]}


def test_a_simulated_pedal_s_knobs_are_a_word_or_a_place(asked):
    run("train", "--virtual", "fuzz", "--tone", "knob", "--drive", "80")
    run("train", "--virtual", "fuzz")
    run("virtual", "fuzz", "in.wav", "out.wav", "--tone", "70")
    assert (asked[0][1]["drive"], asked[0][1]["tone"]) == (80.0, "knob")
    assert not {"drive", "tone"} & set(asked[1][1])
    assert asked[2][0][-2:] == (50.0, 70.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a", "b", "--name", "x", "--drive", "101"), "--drive: expected 0 to 100"),
        (("a", "b", "--name", "x", "--tone", "knob"), "--tone: expected 0 to 100"),
        (("--virtual", "fuzz", "--tone", "high"), "expected knob, fixed, 0 to 100"),
        (("--virtual", "fuzz", "--tone", "1", "--tone", "2"), "expected one with"),
        (("--fragments", "d", "--name", "x", "--tone", "1"), "found --fragments"),
    ],
)
def test_settings_that_make_no_sense_are_one_line(asked, words, said):
    with pytest.raises(UsageError, match=said):
        CliRunner().invoke(cli.app, ["train", *words], catch_exceptions=False)
    assert asked == []
