"""The commands that need training: which of them is meant, and what is handed on."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pedal import cli, cli_train
from pedal.deployed import Deployed
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
