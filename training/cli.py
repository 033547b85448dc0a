"""What the `pedal` command calls: train an effect, or play a simulated pedal.

torch is imported only where something is trained, so `render_virtual` does without it.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import audio
from training.errors import TrainingError

if TYPE_CHECKING:
    from rich.console import Console

    from training.material import Material

DEFAULT_DRIVE = 50.0  # %
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
    console: "Console | None" = None,
    recurrent: bool = False,
) -> None:
    """Trains a simulated pedal into a bank.

    model_block: 1 or 16, None for both.   hidden: None for the factory's size.
    recurrent: block 16 as an LSTM over frames, which is not time-invariant.
    recordings: folders of dry guitar; None plays the simulated one.
    seconds: training time at most, a model.
    drive: "knob" for a working drive knob, "fixed" for 50 %, or a fixed value in %.
    """
    from training.material import DRIVES, split_sources, virtual_material
    from training.virtual import circuits, guitar

    check_block(model_block)
    knob = drive == "knob"
    drives = DRIVES if knob else (DEFAULT_DRIVE if drive == "fixed" else float(drive),)
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
    material = virtual_material(name, split_sources(dry), drives, seed)
    origin = {
        "circuit": circuits.CIRCUITS[name],
        "recordings": sources,
        "data": "held-out time of the same recordings, "
        + ("mean of 5 drive settings" if knob else f"drive {drives[0]:g} %"),
    }
    train_blocks(
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
    )


def train_pair(
    dry_wav: Path,
    wet_wav: Path,
    name: str,
    bank_dir: Path,
    model_block: int | None = None,
    hidden: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    console: "Console | None" = None,
    recurrent: bool = False,
) -> None:
    """Trains a recorded pair into a bank, without knobs; arguments as above.

    Raises AudioError or AlignmentError that name what is wrong with the recordings.
    """
    from training import pairs
    from training.material import pair_material

    check_block(model_block)
    dry, wet = audio.read(Path(dry_wav)), audio.read(Path(wet_wav))
    pairs.check(str(dry_wav), dry)
    pairs.check(str(wet_wav), wet)
    material = pair_material(*pairs.align(dry, wet))
    origin = {
        "circuit": "recorded",
        "recordings": [
            {"source": Path(path).name, "licence": "the player's own"}
            for path in (dry_wav, wet_wav)
        ],
        "data": "held-out time of the same recordings",
    }
    train_blocks(
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
    )


def check_block(model_block: int | None) -> None:
    """Raises TrainingError for a block that is neither 1 nor 16 nor None (both)."""
    if model_block not in (None, *BLOCKS):
        raise TrainingError(f"model block: found {model_block}, expected 1 or 16")


def train_blocks(
    name: str,
    bank_dir: Path,
    material: "Material",
    origin: dict[str, Any],
    model_block: int | None,
    hidden: int | None,
    seconds: float | None,
    seed: int,
    console: "Console | None",
    recurrent: bool,
) -> None:
    """Trains one or both blocks, writing each as soon as it is done."""
    from training import effects
    from training.models import standard_shape
    from training.train import standard_recipe

    for block in BLOCKS if model_block is None else (model_block,):
        shape = standard_shape(block, hidden, len(material.conditioning), recurrent)
        recipe = replace(standard_recipe(shape, seed), seconds=seconds)
        effect = effects.make(material, shape, recipe, origin, console)
        effects.write(Path(bank_dir), name, effect)
        figures = effect.row["quality"]
        say(
            console,
            f"{name}, block {block}: ESR {100 * figures['esr']:.3f} % on "
            f"{figures['held_out_s']:g} s, idle {effect.row['idle_dbfs']:.0f} dBFS",
        )


def render_virtual(
    name: str, in_wav: Path, out_wav: Path, drive: float = DEFAULT_DRIVE
) -> None:
    """Plays a file through a simulated pedal at a drive of 0..100 %."""
    from training.virtual import circuits

    audio.write(Path(out_wav), circuits.render(name, audio.read(Path(in_wav)), drive))


def say(console: "Console | None", line: str) -> None:
    """One line for the player, if one is looking."""
    if console is not None:
        console.print(line)
