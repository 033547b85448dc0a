"""Trains a network: puts a run down now and then, takes it up, and ends it well."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from training import checkpoint, interrupts
from training.aa import CascadeShape
from training.errors import CheckpointError
from training.kernels import library
from training.material import Material
from training.models import Network, Shape, steady
from training.run import Recipe, Report, Run

SAVE_SECONDS = 10.0  # what a kill may cost
Watch = Callable[[Report], None]


@dataclass
class Result:
    """The best network, its validation ESR, and what it took."""

    network: Network
    validation_esr: float
    seconds: float
    updates: int
    stopped: bool  # by Ctrl-C
    kept: Path | None = None  # the run on disk, to be removed when its model is written


def standard_recipe(
    shape: Shape | CascadeShape, seed: int, seconds: float | None = None
) -> Recipe:
    """The recipe for a shape: frames take longer windows and a lower rate.

    Lanes are whole vectors of 16, but with a knob a multiple of its five settings.
    """
    lanes = 40 if shape.knobs else 32
    recipe = Recipe(updates=6000, seed=seed, seconds=seconds, lanes=lanes)
    if isinstance(shape, CascadeShape):
        lanes = 80 if shape.knobs else 48  # 16 of each setting of a knob
        recipe = replace(recipe, updates=8000, window=256, rate=2e-2, lanes=lanes)
    elif shape.frames > 1:
        recipe = replace(recipe, updates=5000, window=2048, rate=2e-2, lanes=20)
    elif shape.hidden > 16:
        recipe = replace(recipe, rate=2e-2)
    return recipe


def train(
    material: Material,
    shape: Shape,
    recipe: Recipe,
    console: Console | None = None,
    kept: Path | None = None,
    watch: Watch | None = None,
) -> Result:
    """Trains one network. Ctrl-C ends the run and keeps the best so far.

    kept: folder for the run's own checkpoint, from which a killed one goes on; it stays
    there until the caller removes it (Result.kept). watch: told after every update.
    Raises DivergenceError when the loss is not finite.
    """
    steady()
    with progress_bar(console) as bar:
        task = bar.add_task(f"model block {shape.frames}", total=1.0, best="", left="")

        def show(report: Report) -> None:
            if report.note and console is not None:
                console.print(report.note, soft_wrap=True, highlight=False)
            elif not report.note:
                best = f"ESR {100 * report.error:.3f} %"
                left = spoken(report.seconds_left)
                bar.update(task, completed=report.done, best=best, left=left)
            if watch:
                watch(report)

        run, path = begin(material, shape, recipe, kept, show)
        stopped = finish(run, path, show)
    best = run.best
    best.network.cpu()
    return Result(best.network, best.error, run.seconds, run.done, stopped, path)


def begin(
    material: Material, shape: Shape, recipe: Recipe, kept: Path | None, show: Watch
) -> tuple[Run, Path | None]:
    """A run at its beginning or where its checkpoint has it, and that one's path.

    A checkpoint that is of no use costs a line and is written over.
    """
    run = Run(material, shape, recipe)
    if kept is None:
        return run, None
    name = checkpoint.fingerprint(material, shape, recipe, library.name())
    path = kept / f"{name}{checkpoint.SUFFIX}"
    checkpoint.prune(kept)
    if not path.exists():
        return run, path
    try:
        run.restore(checkpoint.load(path))
    except CheckpointError as error:
        show(Report(note=str(error)))
        return Run(material, shape, recipe), path
    except checkpoint.UNREADABLE:
        line = f"{path}: found a checkpoint of another form, so the run starts over"
        show(Report(note=line))
        return Run(material, shape, recipe), path
    show(Report(note=f"going on after {run.done} of {recipe.updates} updates"))
    return run, path


def finish(run: Run, path: Path | None, show: Watch) -> bool:
    """Learns to the end, saving now and then.   returns: True if Ctrl-C cut in.

    Ctrl-C waits for the end of an update, so that what it saves is whole.
    """
    saved, whole = time.monotonic(), True
    try:
        while run.progress < 1.0:
            with interrupts.held_back():
                whole = False
                run.step()
                whole = True
            show(run.report())
            if path and time.monotonic() - saved >= SAVE_SECONDS:
                path = keep(run, path, show)
                saved = time.monotonic()
        if not run.ended:
            run.validate()
            run.ended = True
            if path:
                keep(run, path, show)
        show(run.report())
    except KeyboardInterrupt:
        if whole and path:
            keep(run, path, show)
        run.validate()
        return True
    return False


def keep(run: Run, path: Path, show: Watch) -> Path | None:
    """Saves the run.   returns: None when that failed, which is said once."""
    try:
        checkpoint.save(path, run.state())
    except CheckpointError as error:
        show(Report(note=str(error)))
        return None
    return path


def spoken(seconds: float) -> str:
    """A time left as minutes and seconds."""
    if not math.isfinite(seconds):
        return ""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02} left"


def progress_bar(console: Console | None) -> Progress:
    """A bar with the best figure and the time left; quiet without a console."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[best]}"),
        TextColumn("{task.fields[left]}"),
    )
    quiet = console is None
    return Progress(*columns, console=console or Console(quiet=True), disable=quiet)
