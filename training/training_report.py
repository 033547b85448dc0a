"""The report that a training writes by itself, beside the bank that it filled."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from pedal import bank as banks
from pedal.errors import PedalError
from training import evaluate_cli, report
from training.errors import TrainingError
from training.evaluation import Deployed, Truth
from training.kernels import library
from training.story import Story, facts


class Place(Protocol):
    """A model in a bank, ready to be played by the engine."""

    @property
    def play(self) -> Deployed:
        """Plays it."""


# The model of a bank (its folder), an effect (its id) and a block, in the engine.
Deploy = Callable[[Path, str, int], Place]


def path_of(bank_dir: Path, name: str, blocks: Sequence[int]) -> Path:
    """Beside the bank: BANK-NAME.html, or BANK-NAME-BLOCK.html of one block alone.

    Not within it, since a bank goes to the board as it is.
    """
    bank = bank_dir.absolute()
    block = f"-{blocks[0]}" if len(blocks) == 1 else ""
    return bank.with_name(f"{bank.name}-{name}{block}.html")


def tell(
    bank_dir: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    truth: Truth,
    story: Story,
    deploy: Deploy,
    console: Console | None,
) -> Path:
    """Measures what was trained in the engine, and writes the page.   returns: where.

    rows: of bank.json, of the models that were trained just now.
    Raises TrainingError; the bank has the models all the same, which is said.
    """
    blocks = [int(row["block"]) for row in rows]
    path = path_of(bank_dir, name, blocks)
    try:
        bank = banks.load(bank_dir)
        subjects = [
            one
            for one in evaluate_cli.subjects_of(
                bank.effect(name), lambda *who: deploy(bank_dir, *who).play
            )
            if one.block in blocks
        ]
        results = evaluate_cli.measure(subjects, lambda _: truth, console)
        origin = bank.effect(name).provenance
        known = {
            key: origin[key]
            for key in ("circuit", "recordings", "drive_percent", "tone_percent")
            if key in origin
        }
        trained = {
            f"block {row['block']}": {
                **row["training"],
                "file": subject.row["path"].name,
                "SHA-256": subject.row["sha256"],
            }
            for row, subject in zip(rows, subjects, strict=True)
        }
        more = facts(trained=trained, kernel=library.name())
        told = Story(**{**vars(story), "facts": {**story.facts, **more}})
        report.write(path, f"{name}, a training into {bank.name}", results, known, told)
    except PedalError as error:
        raise TrainingError(
            f"{name} is trained and in {bank_dir}, but has no report: {error}"
        ) from error
    return path
