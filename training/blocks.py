"""Trains the models of one effect side by side, each written as soon as it is done."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from pedal.errors import PedalError
from training import effects, plan_views
from training.cli import BLOCKS
from training.errors import TrainingError
from training.mapped import Mapped, lay_out
from training.material import Material
from training.models import standard_shape
from training.plan import Message, Plan, Task, cores, in_a_line
from training.train import Watch, standard_recipe


class Written:
    """What is in the bank by now: the models' rows in bank.json, and their runs."""

    def __init__(self, folder: Path, name: str, console: Console) -> None:
        self.folder, self.name, self.console = folder, name, console
        self.rows: list[dict[str, Any]] = []
        self.runs: list[Path] = []
        self.stopped = False  # by Ctrl-C

    def heed(self, message: Message) -> None:
        """Writes a model that is done; its run stays on disk until all are."""
        if message.result is None:
            return
        effect: effects.Effect = message.result
        effects.write(self.folder, self.name, replace(effect, kept=()))
        self.rows.append(effect.row)
        self.rows.sort(key=lambda row: row["block"])  # they end in any order
        self.runs += effect.kept
        self.stopped |= effect.stopped
        figures = effect.row["quality"]
        self.say(
            f"{self.name}, block {effect.row['block']}: ESR {100 * figures['esr']:.3f} "
            f"% on {figures['held_out_s']:g} s, idle {effect.row['idle_dbfs']:.0f} dBFS"
        )

    def without(self, blocks: Sequence[int]) -> list[int]:
        """Those of the blocks that are not there."""
        there = [row["block"] for row in self.rows]
        return [block for block in blocks if block not in there]

    def say(self, line: str) -> None:
        """One line for the player."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


def learn(
    source: Mapped | Material,
    shape: Any,
    recipe: Any,
    origin: dict[str, Any],
    watch: Watch,
) -> effects.Effect:
    """The work of a process: one model.   source: the material, or where it lies."""
    material = source if isinstance(source, Material) else source.material()
    return effects.make(material, shape, recipe, origin, watch=watch)


def train_blocks(
    name: str,
    bank_dir: Path,
    material: Material,
    origin: dict[str, Any],
    model_block: int | None,
    hidden: int | None,
    seconds: float | None,
    seed: int,
    console: Console | None,
    recurrent: bool = False,
    workers: int | None = None,
    ray: str | None = None,
) -> list[dict[str, Any]]:
    """Trains one or both blocks, side by side where there are two cores.

    seconds: for each. workers: models at once, None for a core each. ray: a cluster's
    address. Ctrl-C ends each with the best it has, and begins no other.
    returns: their rows in bank.json, file name and hash excepted.
    Raises PedalError when a model failed; what did not is in the bank.
    """
    blocks = BLOCKS if model_block is None else (model_block,)
    written = Written(Path(bank_dir), name, console or Console(quiet=True))
    knobs = len(material.conditioning)
    tasks = []
    for block in blocks:
        shape = standard_shape(block, hidden, knobs, recurrent)
        recipe = replace(standard_recipe(shape, seed), seconds=seconds)
        task = (material, shape, recipe, origin)
        tasks.append(Task(f"{name} block {block}", learn, task))
    workers = min(workers or cores(), len(tasks))
    if workers > 1 or ray:
        went = beside(tasks, workers, ray, written)
    else:
        went = here(tasks, written, console)
    return told(went, written, blocks)


def here(tasks: Sequence[Task], written: Written, console: Console | None) -> Plan:
    """One after the other, in this process; what fails stops no other."""
    went = Plan()
    for task in tasks:
        try:
            result = effects.make(*task.arguments, console)
        except Exception as error:
            went.errors[task.name] = in_a_line(task, error)
            continue
        written.heed(Message(task, result=result, ended=True))
        if result.stopped:
            break
    went.stopped = written.stopped
    return went


def beside(
    tasks: Sequence[Task], workers: int, ray: str | None, written: Written
) -> Plan:
    """Side by side in processes, which find the material in a file, or on a cluster."""
    run: Callable[..., Plan] = plan_views.run
    if ray:
        return run(tasks, workers, ray, written.console, written.heed)
    with tempfile.TemporaryDirectory(prefix="pedal-") as scratch:
        laid = lay_out(tasks[0].arguments[0], Path(scratch))
        kept = [replace(t, arguments=(laid, *t.arguments[1:])) for t in tasks]
        return run(kept, workers, None, written.console, written.heed)


def told(went: Plan, written: Written, blocks: Sequence[int]) -> list[dict[str, Any]]:
    """Says what a stopped training leaves, raises what went wrong.   returns: rows."""
    missing = written.without(blocks)
    without = "".join(f", without block {block}" for block in missing)
    if went.stopped or written.stopped:
        for error in went.errors.values():
            written.say(str(error))
        if not written.rows:
            written.say(f"stopped: nothing of {written.name} is in {written.folder}")
            raise KeyboardInterrupt
        written.say(f"stopped: {written.folder} has the best so far{without}")
        return written.rows
    if went.errors:
        if written.rows:
            has = f"{written.folder} has {written.name}{without} and without a report"
            written.say(has)
        raise joined(list(went.errors.values()))
    for path in written.runs:
        path.unlink(missing_ok=True)
    return written.rows


def joined(errors: Sequence[PedalError]) -> PedalError:
    """One error, of its own kind, or several as one line."""
    if len(errors) == 1:
        return errors[0]
    return TrainingError("; ".join(map(str, errors)))
