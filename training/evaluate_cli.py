"""What `pedal evaluate` calls: the figures of a bank as a table, JSON and a page."""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pedal import bank as banks
from training import evaluation, figures, held_out, plain, pots, recorded
from training.errors import TrainingError
from training.evaluation import Deployed, Result, Subject, Truth
from training.pots import Knobs, Setting
from training.virtual.circuits import CIRCUITS

# The model of an effect (its id) and a block, as it plays in the engine.
Deploy = Callable[[str, int], Deployed]


def evaluate_bank(
    folder: Path,
    deploy: Deploy,
    effect: str = "",
    model_block: int | None = None,
    pairs: Sequence[tuple[Path, Path]] = (),
    recordings: Path | None = None,
    plan: Path | None = None,
    egfx: Path | None = None,
    positions: Mapping[str, Sequence[float]] | None = None,
    unheard: bool = False,
    as_json: bool = False,
    page: Path | None = None,
    console: Console | None = None,
) -> None:
    """Measures models of a bank on held-out audio and prints their figures.

    effect "" and model_block None take all. pairs: recordings of the effect, those that
    it was trained on or at other settings of its knobs; positions: where those stood,
    in %, one a pair; egfx: EGFxSet's folder, for what was trained from it. Without
    either an effect must be a simulated pedal. recordings, plan, unheard: as
    held_out.guitar takes them, on what is unheard at trained settings alone. page:
    writes a report there.
    Raises TrainingError, AudioError, BankError.
    """
    bank = banks.load(folder)
    effects = [bank.effect(effect)] if effect else list(bank.effects)
    subjects = [
        subject
        for one in effects
        for subject in subjects_of(one, deploy)
        if model_block in (None, subject.block)
    ]
    if not subjects:
        raise TrainingError(f"{folder}: found no model of block {model_block}")
    if positions and not pairs:
        raise TrainingError(
            f"--{min(positions)}: expected recordings with it, DRY.wav WET.wav, found "
            "none"
        )
    if unheard and pairs:
        raise TrainingError("--unheard: expected --recordings DIR, found pairs")
    if pairs and len(effects) > 1:
        raise TrainingError(
            f"recordings: expected --effect NAME with them, found {len(effects)} "
            f"effects in {folder}; they are of one"
        )
    made = recorded.from_pairs(pairs, False, positions) if pairs else None

    @functools.cache
    def known(name: str, trained: Knobs) -> Truth:
        asked = (recordings, plan, bank.effect(name).provenance, unheard)
        return simulated_truth(name, trained, asked)

    @functools.cache  # both blocks are measured on the same notes
    def notes(name: str) -> Truth:
        return notes_truth(egfx, name, bank.effect(name).provenance["egfx"])

    def truth(subject: Subject) -> Truth:
        origin = bank.effect(subject.effect).provenance
        trained = subject.trained(pots.held_in(origin))
        if made is not None:
            source = f"the held-out part of {pairs[0][0].name}"
            assert made.material is not None  # only a check alone makes none
            part = made.material.test
            return evaluation.pair_truth(source, part, made.knobs, trained)
        if "egfx" in origin:
            return notes(subject.effect)
        return known(subject.effect, trained)

    results = measure(subjects, truth, console)
    if as_json:
        print(plain.dumps([result.as_row() for result in results], indent=1))
    elif console:
        for one in (table(results), *setting_tables(results)):
            console.print(one)
    if page:
        from training import report, story

        provenance = {one.id: dict(one.provenance) for one in effects}
        provenance["measured by"] = {"program": story.program()}
        report.write(page, f"Bank {bank.name}", results, provenance)
        if console and not as_json:
            console.print(f"{page}: written")


def subjects_of(effect: banks.Effect, deploy: Deploy) -> list[Subject]:
    """All models of an effect, each with the way to play it."""
    return [
        Subject(
            effect.id,
            model.block,
            model.conditioning,
            vars(model),
            deploy(effect.id, model.block),
        )
        for model in effect.models
    ]


def measure(
    subjects: Sequence[Subject],
    truth_of: Callable[[Subject], Truth],
    console: Console | None,
) -> list[Result]:
    """The figures of all subjects, with a bar on the way."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    results = []
    truths = [truth_of(subject) for subject in subjects]  # what is lacking is said soon
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, disable=console is None) as bar:
        task = bar.add_task("evaluating", total=len(subjects))
        for subject, truth in zip(subjects, truths, strict=True):
            bar.update(task, description=f"{subject.effect} {subject.block}")
            results.append(evaluation.evaluate(subject, truth))
            bar.advance(task)
    return results


def notes_truth(root: Path | None, effect: str, trained: Mapping[str, Any]) -> Truth:
    """EGFxSet's notes that the training of an effect left out.

    trained: what its provenance says. Raises TrainingError without a folder.
    """
    if root is None:
        raise TrainingError(
            f'effect "{effect}": found that it was trained from EGFxSet, expected its '
            "folder; name it by --egfx DIR"
        )
    part = recorded.held_out_notes(root, trained)
    return evaluation.pair_truth(f"held-out pitches of {root.name}", part)


def simulated_truth(
    effect: str,
    trained: Knobs,
    asked: tuple[Path | None, Path | None, held_out.Origin, bool],
) -> Truth:
    """What a simulated pedal sounds like. Raises TrainingError for another effect.

    trained: the settings of a model of it. asked: as held_out.guitar takes it.
    """
    circuit = str(asked[2].get("circuit", ""))
    if effect not in CIRCUITS or circuit.startswith(("recorded", "unknown")):
        raise TrainingError(
            f'effect "{effect}": expected a simulated pedal ({", ".join(CIRCUITS)}), '
            "or the recordings it was trained on; name them by --pair DRY.wav WET.wav"
        )
    source, dry = held_out.guitar(*asked)
    make = evaluation.seen_truth if asked[-1] else evaluation.virtual_truth
    return make(effect, source, dry, trained)


def table(results: Sequence[Result]) -> Table:
    """The figures that a player compares models by."""
    held = f"{results[0].seconds:.0f} s of {results[0].source}"
    words = "at 220 ...: images of a sine of so many Hz, dB; idle: dBFS; ns a sample"
    found = Table(title=f"on {held}", caption=words, box=SIMPLE_HEAD, padding=(0, 0))
    heads = (
        "model",
        "ESR %",
        "unseen %",
        *(f"at {hz}" for hz in figures.TONES_HZ),
        "idle",
        "LU",
        "MAC",
        "ns",
    )
    for head in heads:
        side = "left" if head == "model" else "right"
        found.add_column(head, justify=side, no_wrap=True)
    for one in results:
        unseen = "" if one.esr_unseen is None else f"{100 * one.esr_unseen:.3f}"
        found.add_row(
            f"{one.effect} {one.block}",
            f"{100 * one.esr:.3f}",
            unseen,
            *(f"{level:.0f}" for level in one.images.values()),
            f"{one.idle_dbfs:.0f}",
            f"{one.loudness_lu:+.2f}",
            f"{one.mac:.0f}",
            f"{one.ns:.0f}",
        )
    return found


def setting_tables(results: Sequence[Result]) -> list[Table]:
    """The error at each setting of the knobs: a table an effect, a column a model."""
    groups: dict[tuple, list[Result]] = {}
    for one in results:
        if one.knobs.names:
            alike = one.effect, one.knobs.names, tuple(sorted(one.by_setting))
            groups.setdefault(alike, []).append(one)
    return [setting_table(*alike, models) for alike, models in groups.items()]


def setting_table(
    effect: str,
    names: Sequence[str],
    settings: Sequence[Setting],
    models: Sequence[Result],
) -> Table:
    """The errors of an effect's models at the same settings."""
    words = "*: between the settings that were trained"
    found = Table(title=f"{effect}, ESR %", caption=words, box=SIMPLE_HEAD)
    heads = [f"{name} %" for name in names] + [f"block {one.block}" for one in models]
    for head in heads:
        found.add_column(head, justify="right", no_wrap=True)
    for setting in settings:
        errors = [
            f"{100 * one.by_setting[setting]:.3f}{'' if one.knows(setting) else '*'}"
            for one in models
        ]
        found.add_row(*(f"{at:g}" for at in setting), *errors)
    return found
