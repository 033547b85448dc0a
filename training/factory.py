"""Builds the factory bank after runs/factory.toml: python -m training.factory."""

import argparse
import sys
import tempfile
import time
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from pedal.errors import PedalError
from training import audio, bankfile, effects, plan_views, played
from training.errors import TrainingError
from training.material import DRIVES, Material, split_sources, virtual_material
from training.models import standard_shape
from training.plan import Message, Plan, Task, cores
from training.run import Report
from training.train import Watch, standard_recipe
from training.virtual import circuits, guitar

PLAN = Path(__file__).parent / "runs" / "factory.toml"
BY_PEDAL = ("hidden_1", "updates_1", "updates_16", "most_esr_1", "most_esr_16")
FIELDS = ("seed", "simulated_seconds", *BY_PEDAL)
OF_RECORDINGS = ("folder", "seconds", "peak", "source", "licence")
Table = dict[str, Any]


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m training.factory", description=__doc__
    )
    parser.add_argument(
        "--recordings", type=Path, required=True, help="folder of dry guitar"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="bank folder")
    parser.add_argument("--plan", type=Path, default=PLAN)
    parser.add_argument("--only", help="one pedal of the plan")
    parser.add_argument("--block", type=int, choices=(1, 16), help="one model block")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="of the plan's updates"
    )
    parser.add_argument("--cache", type=Path, help="folder to keep played material in")
    parser.add_argument(
        "--workers", type=int, default=cores(), help="models at once; one a core"
    )
    parser.add_argument("--ray", metavar="ADDRESS", help="a Ray cluster's; or local")
    return parser.parse_args()


def read_plan(path: Path) -> Table:
    """A plan of runs/. Raises TrainingError for one that is none or lacks a field."""
    try:
        plan = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"plan {path}: cannot be read: {error}") from error
    pedals, rows = plan.get("pedals", []), plan.get("recordings", [])
    lacking = [name for name in FIELDS if name not in plan]
    lacking += [name for name in ("pedals", "recordings") if not plan.get(name)]
    lacking += [
        f"{name}.{pedal}"
        for name in BY_PEDAL
        for pedal in pedals
        if pedal not in plan.get(name, pedals)
    ]
    lacking += [
        f"recordings.{name}"
        for name in OF_RECORDINGS
        if any(name not in row for row in rows)
    ]
    if lacking:
        raise TrainingError(
            f"plan {path}: found no {', '.join(lacking)}; runs/factory.toml has all"
        )
    return {"name": path.stem, **plan}


def gather(plan: Table, recordings: Path) -> dict[str, Any]:
    """All dry guitar of the plan, split by time, every source in every part."""
    sources = [
        audio.gather(recordings / row["folder"], row["seconds"], row["peak"])
        for row in plan["recordings"]
    ]
    sources.append(guitar.play(plan["simulated_seconds"], plan["seed"] + 1))
    return split_sources(sources)


def play(plan: Table, pedal: str, recordings: Path, kept: Path, watch: Watch) -> None:
    """Writes the material of one pedal. Several at once are several processes."""
    begun, done = time.monotonic(), 0

    def advance() -> None:
        nonlocal done
        done += 1
        share = done / len(drives)
        left = (time.monotonic() - begun) * (1.0 / share - 1.0)
        watch(Report(done=share, seconds_left=left))

    drives, dry = plan.get("drives", DRIVES), gather(plan, recordings)
    material = virtual_material(pedal, dry, drives, plan["seed"], advance)
    material.save(kept)


def sources(plan: Table) -> list[dict[str, str]]:
    """All recordings of a plan, as the provenance names them."""
    rows = [
        {"source": row["source"], "licence": row["licence"]}
        for row in plan["recordings"]
    ]
    simulated = {"source": "simulated guitar, training/virtual", "licence": "MIT"}
    return [*rows, simulated]


def origin(plan: Table, pedal: str) -> dict[str, Any]:
    """The provenance of one pedal's models."""
    return {
        "circuit": circuits.CIRCUITS[pedal],
        "recordings": sources(plan),
        "data": "held-out time of the same recordings, mean of "
        f"{len(plan.get('drives', DRIVES))} drive settings",
    }


def make(
    plan: Table,
    pedal: str,
    block: int,
    source: Path | Material,
    scale: float,
    watch: Watch,
) -> effects.Effect:
    """Trains one model of the plan.   source: the material, or where it was kept.

    Raises TrainingError when its ESR is above the plan's.
    """
    material = source if isinstance(source, Material) else played.load(source)
    hidden = plan["hidden_1"][pedal] if block == 1 else None
    shape = standard_shape(block, hidden, len(material.conditioning))
    if block == 1 and pedal in plan.get("still_1", ()):
        shape = replace(shape, still=True)
    if block == 1 and pedal in plan.get("plain_1", ()):
        shape = replace(shape, couplers=0)
    recipe = standard_recipe(shape, plan["seed"])
    updates = max(50, int(plan[f"updates_{block}"][pedal] * scale))
    recipe = replace(recipe, updates=updates)
    effect = effects.make(material, shape, recipe, origin(plan, pedal), watch=watch)
    esr, limit = effect.row["quality"]["esr"], plan[f"most_esr_{block}"][pedal]
    if not esr <= limit:  # nor one that is no number
        raise TrainingError(
            f"{pedal} block {block}: ESR {100 * esr:.4f} %, expected at most "
            f"{100 * limit:g} %; train longer or with another seed"
        )
    return effect


def write(output: Path, console: Console, runs: list[Path], message: Message) -> None:
    """Puts a finished model into the bank; its run on disk is added to `runs`."""
    if message.result is None:
        return
    runs.extend(message.result.kept)
    result = replace(message.result, kept=())
    effects.write(output, message.task.name.split()[0], result)
    row = message.result.row
    console.print(
        f"{message.task.name}: ESR {100 * row['quality']['esr']:.4f} %, "
        f"gain {row['gain_db']:.2f} dB, idle {row['idle_dbfs']:.0f} dBFS"
    )


def run(
    tasks: list[Task],
    chosen: argparse.Namespace,
    console: Console,
    heed: plan_views.Heed | None = None,
) -> Plan:
    """Runs tasks here or on a cluster, shown on the console."""
    return plan_views.run(tasks, chosen.workers, chosen.ray, console, heed)


def train_all(
    plan: Table, chosen: argparse.Namespace, kept: Path, console: Console
) -> Plan:
    """Plays what is not kept yet, then trains every model.   returns: how it went.

    Finished runs stay on disk until all are: the same again need not train them twice.
    """
    pedals = [chosen.only] if chosen.only else plan["pedals"]
    drives = plan.get("drives", DRIVES)
    files = {
        pedal: played.place(kept, pedal, plan, chosen.recordings, drives)
        for pedal in pedals
    }
    playing = [
        Task(f"{pedal} playing", play, (plan, pedal, chosen.recordings, file))
        for pedal, file in files.items()
        if not file.exists()
    ]
    chosen_here = argparse.Namespace(**vars(chosen) | {"ray": None})
    went = run(playing, chosen_here, console)
    if went.errors or went.stopped:
        return went
    blocks = [chosen.block] if chosen.block else [16, 1]  # the longer ones first
    sources = {p: played.load(f) if chosen.ray else f for p, f in files.items()}
    tasks = [
        Task(
            f"{pedal} block {block}",
            make,
            (plan, pedal, block, sources[pedal], chosen.scale),
        )
        for block in blocks
        for pedal in pedals
    ]
    runs: list[Path] = []
    went = run(tasks, chosen, console, partial(write, chosen.output, console, runs))
    if not (went.errors or went.stopped):
        for path in runs:
            path.unlink(missing_ok=True)
    return went


def main() -> int:
    """Trains what the plan says.   returns: the exit code.

    A model that is not good enough is not written and does not stop the others. What is
    killed goes on where it was when the same is run again.
    """
    chosen, console = options(), Console()
    try:
        plan = read_plan(chosen.plan)
        if chosen.only not in (None, *plan["pedals"]):
            listed = ", ".join(plan["pedals"])
            raise TrainingError(
                f'--only: expected one of {listed}, found "{chosen.only}"'
            )
        bankfile.ready(chosen.output)
        with tempfile.TemporaryDirectory() as scratch:
            kept = chosen.cache or Path(scratch)
            went = train_all(plan, chosen, kept, console)
        bankfile.arrange(chosen.output, plan["pedals"])  # they end in any order
    except (PedalError, OSError, ValueError) as error:
        print(f"factory: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("factory: stopped; run the same again to go on", file=sys.stderr)
        return 1
    for error in went.errors.values():
        print(f"factory: {error}", file=sys.stderr)
    return 1 if went.errors or went.stopped else 0


if __name__ == "__main__":
    sys.exit(main())
