"""What the `pedal` command calls: train an effect, or play a simulated pedal.

torch is imported only where something is trained, so `render_virtual` does without it.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import audio, bankfile
from training.errors import TrainingError

if TYPE_CHECKING:
    from rich.console import Console

    from training.evaluation import Truth
    from training.recorded import Recorded
    from training.story import Story
    from training.training_report import Deploy

SIMULATED_SECONDS = 150.0  # of guitar, when there are no recordings
BLOCKS = (1, 16)


def train_virtual(
    name: str,
    bank_dir: Path,
    model_block: int | None = None,
    hidden: int | None = None,
    recordings: Path | Sequence[Path] | None = None,
    seconds: float | None = None,
    seed: int = 0,
    drive: float | str = "knob",
    tone: float | str = "fixed",
    console: "Console | None" = None,
    recurrent: bool = False,
    deploy: "Deploy | None" = None,
    workers: int | None = None,
    ray: str | None = None,
) -> None:
    """Trains a simulated pedal into a bank.

    model_block: 1 or 16, None for both.   hidden: None for the factory's size.
    recurrent: block 16 as an LSTM over frames, which is not time-invariant.
    recordings: folders of dry guitar; None plays the simulated one.
    seconds: training time at most, a model.
    drive, tone: "knob" for a knob that works, "fixed" for 50 %, or a fixed value in %.
    deploy: plays what was trained in the engine, for the report; None writes none.
    workers: models at once, None for one a core. ray: a cluster's address.
    """
    from training import blocks, pots
    from training.material import DRIVES, TONES, split_sources, virtual_material
    from training.virtual import circuits, guitar

    check_block(model_block)
    bankfile.ready(Path(bank_dir))
    drives, tones = pots.way(drive, DRIVES), pots.way(tone, TONES)
    circuits.at(name, drives[0], tones[0])  # says by name what the pedal lacks
    ways = {"drive": drives, "tone": tones}
    if name not in circuits.TONED:
        del ways["tone"]
    turned = pots.board(ways)
    folders = [recordings] if isinstance(recordings, Path) else list(recordings or [])
    dry = [audio.gather(Path(folder)) for folder in folders]
    sources = [
        {"source": Path(folder).name, "licence": "see the recordings' own notes"}
        for folder in folders
    ]
    if not dry:
        dry = [guitar.play(SIMULATED_SECONDS, seed + 1)]
        sources = [{"source": "simulated guitar, training/virtual", "licence": "MIT"}]
    say(console, f"playing {sum(map(len, dry)) / audio.RATE_HZ:.0f} s through {name}")
    material = virtual_material(name, split_sources(dry), drives, seed, tones=tones)
    origin = {
        "circuit": circuits.CIRCUITS[name],
        "recordings": sources,
        "data": f"held-out time of the same recordings, {turned.summary()}",
    }
    origin |= turned.provenance()
    rows = blocks.train_blocks(
        name,
        bank_dir,
        material,
        origin,
        model_block,
        hidden,
        seconds,
        seed,
        console,
        recurrent,
        workers,
        ray,
    )
    if deploy is None:
        return
    from training import evaluation, story

    heard = dict(zip(turned.settings, material.test.targets, strict=True))
    source = "guitar that the training left out"
    truth = evaluation.circuit_truth(name, source, material.test.audio, heard, turned)
    unexamined = "None: the effect is simulated, so there are no recordings of it."
    told = story.Story(
        files=story.hashed([path for one in folders for path in audio.files(one)]),
        unchecked=unexamined,
        unaligned=f"{unexamined} The simulation has no delay.",
    )
    tell(bank_dir, name, rows, truth, told, deploy, console)


def train_pairs(
    pairs: "Sequence[tuple[Path, Path]]",
    name: str,
    bank_dir: Path,
    check_only: bool = False,
    as_json: bool = False,
    console: "Console | None" = None,
    positions: Mapping[str, Sequence[float]] | None = None,
    **shared: Any,
) -> None:
    """Trains recorded pairs into a bank, with the knobs that were turned between them.

    pairs: (dry, wet) files; one pair that is a folder twice stands for its own dry/ and
    wet/.   positions: of the pedal's knobs by name, in %, one a pair.
    shared: as for `blocks.train_blocks`.
    Raises AudioError or CheckError that name what is wrong with the recordings.
    """
    from training import recorded
    from training.fragments import pair_files

    check_block(shared.get("model_block"))
    if not check_only:
        bankfile.ready(Path(bank_dir))
    found = [
        inner
        for dry, wet in pairs
        for inner in (pair_files(Path(dry)) if dry == wet else [(dry, wet)])
    ]
    made = recorded.from_pairs(found, check_only, positions)
    train_recorded(made, name, bank_dir, check_only, as_json, console, shared)


def train_egfx(
    root: Path,
    effect: str,
    name: str,
    bank_dir: Path,
    pickups: Sequence[str] = (),
    download: bool = False,
    check_only: bool = False,
    as_json: bool = False,
    console: "Console | None" = None,
    **shared: Any,
) -> None:
    """Trains one effect of EGFxSet into a bank; PEDAL_EGFX_URL is where it comes from.

    Raises AudioError, CheckError or DownloadError.
    """
    from training import recorded
    from training.fetch_bar import bar

    check_block(shared.get("model_block"))
    if not check_only:
        bankfile.ready(Path(bank_dir))
    address = os.environ.get("PEDAL_EGFX_URL")
    with bar(console) as advance:
        made = recorded.from_egfx(
            Path(root),
            effect,
            tuple(pickups),
            download,
            address,
            shared.get("seed", 0),
            advance,
        )
    train_recorded(made, name, bank_dir, check_only, as_json, console, shared)


def train_recorded(
    made: "Recorded",
    name: str,
    bank_dir: Path,
    check_only: bool,
    as_json: bool,
    console: "Console | None",
    shared: dict[str, Any],
) -> None:
    """Shows the checks, then trains unless one is bad or that was all."""
    from training import blocks
    from training.recorded import verdict_of

    if check_only and console is not None:
        made.show(console, as_json)
    verdict_of(made)
    if check_only:
        return
    for line in [report.line() for report in made.reports] + made.remarks:
        say(console, line)
    shared = dict(shared)
    deploy = shared.pop("deploy", None)
    options = {"model_block": None, "hidden": None, "seconds": None, "seed": 0} | shared
    material = made.material
    assert material is not None  # only a check alone makes none
    rows = blocks.train_blocks(
        name, bank_dir, material, made.origin(), **options, console=console
    )
    if deploy is None:
        return
    from training import evaluation, story

    told = story.Story(made.reports, made.remarks, story.hashed(made.files))
    source = f"{made.data}, which the training left out"
    truth = evaluation.pair_truth(source, material.test, made.knobs)
    tell(bank_dir, name, rows, truth, told, deploy, console)


def tell(
    bank_dir: Path,
    name: str,
    rows: list[dict[str, Any]],
    truth: "Truth",
    story: "Story",
    deploy: "Deploy",
    console: "Console | None",
) -> None:
    """Writes the report and says where it is."""
    from training import training_report

    try:
        page = training_report.tell(
            Path(bank_dir), name, rows, truth, story, deploy, console
        )
    except KeyboardInterrupt:
        say(console, f"stopped: {name} is in {bank_dir}, without a report")
        raise
    say(console, f"report: {page}")


def check_block(model_block: int | None) -> None:
    """Raises TrainingError for a block that is neither 1 nor 16 nor None (both)."""
    if model_block not in (None, *BLOCKS):
        raise TrainingError(f"model block: found {model_block}, expected 1 or 16")


def render_virtual(
    name: str, in_wav: Path, out_wav: Path, drive: float = 50.0, tone: float = 50.0
) -> None:
    """Plays a file through a simulated pedal, its pots at 0..100 %."""
    from training.virtual import circuits

    heard = circuits.render(name, audio.read(Path(in_wav)), drive, tone)
    audio.write(Path(out_wav), heard)


def evaluate_bank(*args: Any, **options: Any) -> None:
    """See evaluate_cli.evaluate_bank."""
    from training import evaluate_cli

    evaluate_cli.evaluate_bank(*args, **options)


def evaluate_paper(*args: Any, **options: Any) -> None:
    """See paper_cli.evaluate_paper."""
    from training import paper_cli

    paper_cli.evaluate_paper(*args, **options)


def say(console: "Console | None", line: str) -> None:
    """One line for the player, if one is looking."""
    if console is not None:
        console.print(line, markup=False, highlight=False)
