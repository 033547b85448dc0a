"""Trains and measures every model we set ourselves a goal for: training.bench_goals.

Each is trained on the factory plan's recordings from several seeds, put into a bank of
its own and measured by `pedal evaluate` on the held-out time, so in the engine. Printed
are the median over the seeds, the worst, and the goal.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pedal.errors import PedalError
from training import effects, factory, plain, plan_views, played
from training.errors import WorkerError
from training.material import DRIVES, SYNTHETIC_SHARE, virtual_material
from training.models import standard_shape
from training.plan import Task, cores, side_by_side
from training.train import Watch, standard_recipe

FIXED = (50.0,)
Row = dict[str, Any]  # of `pedal evaluate --json`


@dataclass(frozen=True)
class Goal:
    """A figure of `pedal evaluate`, in its unit, and what it should be at most."""

    name: str
    most: float
    of: Callable[[Row], float]


@dataclass(frozen=True)
class Model:
    """What is trained. hidden: None for the standard size.

    times: updates, in those of the standard recipe. slews: one-poles that saturate.
    """

    name: str
    pedal: str
    block: int
    goals: tuple[Goal, ...]
    hidden: int | None = None
    drives: tuple[float, ...] = FIXED
    synthetic: float = SYNTHETIC_SHARE
    times: int = 1
    slews: bool = False

    @property
    def material(self) -> str:
        """Name of what it learns from."""
        knob = "knob" if len(self.drives) > 1 else "fixed"
        return f"{self.pedal}-{knob}-{round(100 * self.synthetic)}"


def bare(model: Model) -> Model:
    """Without its goals, which do not go from process to process."""
    return replace(model, goals=())


def esr(most: float) -> Goal:
    """Error to signal, %."""
    return Goal("ESR %", most, lambda row: 100.0 * row["esr"])


IMAGES = Goal("images at 1244 Hz, dB", -50.0, lambda row: row["images"]["1244"])
IDLE = Goal("idle, dBFS", -100.0, lambda row: row["idle_dbfs"])
UNSEEN = Goal("ESR % between", 0.15, lambda row: 100.0 * row["esr_unseen"])
PLAIN = Model("block 1, 8 units, guitar only", "screamer", 1, (esr(0.05),), 8)
PLAIN = replace(PLAIN, synthetic=0.0)
MODELS = (
    PLAIN,
    replace(PLAIN, name="the same, 16 units", goals=(esr(0.02),), hidden=16),
    replace(PLAIN, name="the same, 32 units", goals=(esr(0.005),), hidden=32),
    Model("block 1, 16 units", "screamer", 1, (esr(0.05), IMAGES), 16),
    Model("the same, drive knob", "screamer", 1, (esr(0.05), UNSEEN), 16, DRIVES),
    Model("block 16, screamer", "screamer", 16, (esr(0.01), IMAGES, IDLE)),
    Model("block 16, blues", "blues", 16, (esr(0.02),), times=4, slews=True),
    Model("block 16, rodent", "rodent", 16, (esr(0.1),), times=2),
    Model("block 16, fuzz", "fuzz", 16, (esr(0.15),)),
)
# The second should take 60 % of the time of the first.
COSTS = ("block 1, 16 units", "block 16, screamer")


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m training.bench_goals", description=__doc__
    )
    parser.add_argument(
        "--recordings", type=Path, required=True, help="folder of dry guitar"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="models with this in their names")
    parser.add_argument("--scale", type=float, default=1.0, help="of the updates")
    parser.add_argument("--cache", type=Path, help="folder to keep played material in")
    parser.add_argument("--workers", type=int, default=cores(), help="one a core")
    parser.add_argument("--json", type=Path, help="writes every seed's figures there")
    return parser.parse_args()


def play(model: Model, recordings: Path, kept: Path, watch: Watch) -> None:
    """Writes the material of a model, once for all its seeds."""
    del watch
    dry = factory.gather(factory.read_plan(factory.PLAN), recordings)
    made = virtual_material(model.pedal, dry, model.drives, synthetic=model.synthetic)
    made.save(kept)


def measure(
    model: Model, seed: int, kept: Path, recordings: Path, scale: float, watch: Watch
) -> Row:
    """Trains a model and asks `pedal evaluate` about it.   returns: its row."""
    material = played.load(kept)
    shape = standard_shape(model.block, model.hidden, len(material.conditioning))
    recipe = standard_recipe(shape, seed)
    updates = max(50, round(scale * model.times * recipe.updates))
    recipe = replace(recipe, updates=updates)
    if model.slews:
        shape = replace(shape, slews=True)
    origin = {"circuit": model.pedal, "recordings": [], "data": "held-out time"}
    effect = effects.make(material, shape, recipe, origin, watch=watch)
    with tempfile.TemporaryDirectory() as scratch:
        bank = str(Path(scratch) / "bank")
        effects.write(Path(bank), model.pedal, effect)
        where = ["--recordings", str(recordings), "--plan", str(factory.PLAN)]
        found = subprocess.run(
            [sys.executable, "-m", "pedal.cli", "evaluate", bank, *where, "--json"],
            capture_output=True,
            text=True,
        )
    if found.returncode:
        raise WorkerError(f"{model.name}: {found.stderr.strip()}")
    return json.loads(found.stdout)[0] | {"name": model.name, "seed": seed}


def table(rows: Sequence[Row], models: Sequence[Model]) -> Table:
    """Medians over the seeds beside the goals."""
    seeds = len({row["seed"] for row in rows})
    heads = ("model", "figure", "median", "worst", "goal")
    found = Table(title=f"{seeds} seeds", box=SIMPLE_HEAD, padding=(0, 0))
    for head in heads:
        found.add_column(head, justify="left" if head in heads[:2] else "right")
    for model in models:
        mine = [row for row in rows if row["name"] == model.name]
        for goal in model.goals if mine else ():
            values = [goal.of(row) for row in mine]
            numbers = (median(values), max(values), goal.most)
            found.add_row(model.name, goal.name, *(f"{x:.3g}" for x in numbers))
    ns = [[row["ns"] for row in rows if row["name"] == name] for name in COSTS]
    if all(ns):
        share = 100.0 * median(ns[1]) / median(ns[0])
        found.add_row(
            COSTS[1], f"% of the time of {COSTS[0]}", f"{share:.0f}", "", "60"
        )
    return found


def train_all(chosen: argparse.Namespace, kept: Path, console: Console) -> list[Row]:
    """Plays, trains and measures side by side.   returns: the rows of what went well.

    What goes wrong is said in a line each, and stops nothing else.
    """
    models = [model for model in MODELS if chosen.only in model.name]
    plan = factory.read_plan(factory.PLAN)
    files = {
        model.material: played.place(
            kept, model.material, plan, chosen.recordings, model.drives, model.synthetic
        )
        for model in models
    }
    firsts = {model.material: model for model in models}
    playing = [
        Task(f"{name} playing", play, (bare(firsts[name]), chosen.recordings, file))
        for name, file in files.items()
        if not file.exists()
    ]
    more = (chosen.recordings, chosen.scale)
    learning = [
        Task(
            f"{model.name}, seed {seed}",
            measure,
            (bare(model), seed, files[model.material], *more),
        )
        for seed in range(chosen.seeds)
        for model in models
    ]
    rows: list[Row] = []

    def heed(message: Any) -> None:
        if message.result is not None:
            rows.append(message.result)

    for tasks in (playing, learning):
        with plan_views.Board(console, tasks, chosen.workers, heed) as board:
            went = side_by_side(tasks, chosen.workers, board.heed)
        for error in went.errors.values():
            print(f"goals: {error}", file=sys.stderr)
        if went.stopped or (tasks is playing and went.errors):
            break
    return rows


def main() -> int:
    """Prints the table.   returns: the exit code, 0 where every model was measured."""
    chosen, console = options(), Console()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            rows = train_all(chosen, chosen.cache or Path(scratch), console)
        if chosen.json:
            chosen.json.write_text(plain.dumps(rows, indent=1) + "\n")
    except (PedalError, OSError, ValueError) as error:
        print(f"goals: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("goals: stopped; run the same again to go on", file=sys.stderr)
        return 1
    models = [model for model in MODELS if chosen.only in model.name]
    console.print(table(rows, models))
    return 0 if len(rows) == chosen.seeds * len(models) else 1


if __name__ == "__main__":
    sys.exit(main())
