"""Builds the factory bank after runs/factory.toml: python -m training.factory."""

import argparse
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from training import audio, effects
from training.errors import TrainingError
from training.material import DRIVES, Material, split_sources, virtual_material
from training.models import standard_shape
from training.train import standard_recipe
from training.virtual import circuits, guitar

PLAN = Path(__file__).parent / "runs" / "factory.toml"
Plan = dict[str, Any]


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
    return parser.parse_args()


def gather(plan: Plan, recordings: Path) -> dict[str, Any]:
    """All dry guitar of the plan, split by time, every source in every part."""
    sources = [
        audio.gather(recordings / row["folder"], row["seconds"], row["peak"])
        for row in plan["recordings"]
    ]
    sources.append(guitar.play(plan["simulated_seconds"], plan["seed"] + 1))
    return split_sources(sources)


def play(plan: Plan, pedal: str, recordings: Path, cache: Path | None) -> Material:
    """The material of one pedal, from the cache when it is there."""
    kept = cache / f"{pedal}.npz" if cache else None
    if kept and kept.exists():
        return Material.load(kept)
    material = virtual_material(pedal, gather(plan, recordings), DRIVES, plan["seed"])
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        material.save(kept)
    return material


def origin(plan: Plan, pedal: str) -> dict[str, Any]:
    """The provenance of one pedal's models."""
    rows = [
        {"source": row["source"], "licence": row["licence"]}
        for row in plan["recordings"]
    ]
    simulated = {"source": "simulated guitar, training/virtual", "licence": "MIT"}
    return {
        "circuit": circuits.CIRCUITS[pedal],
        "recordings": [*rows, simulated],
        "data": "held-out time of the same recordings, mean of 5 drive settings",
    }


def make(
    plan: Plan,
    pedal: str,
    block: int,
    material: Material,
    chosen: argparse.Namespace,
    console: Console,
) -> None:
    """Trains one model of the plan and writes it if it is good enough.

    Raises TrainingError when its ESR is above the plan's.
    """
    hidden = plan["hidden_1"][pedal] if block == 1 else None
    shape = standard_shape(block, hidden, len(material.conditioning))
    recipe = standard_recipe(shape, plan["seed"])
    updates = max(50, int(plan[f"updates_{block}"][pedal] * chosen.scale))
    effect = effects.make(
        material, shape, replace(recipe, updates=updates), origin(plan, pedal), console
    )
    row, limit = effect.row, plan[f"most_esr_{block}"]
    esr = row["quality"]["esr"]
    if esr > limit:
        raise TrainingError(
            f"{pedal} block {block}: ESR {100 * esr:.2f} %, expected at most "
            f"{100 * limit:g} %; train longer or with another seed"
        )
    effects.write(chosen.output, pedal, effect)
    console.print(
        f"{pedal} block {block}: ESR {100 * esr:.4f} %, "
        f"gain {row['gain_db']:.2f} dB, idle {row['idle_dbfs']:.0f} dBFS"
    )


def main() -> int:
    """Trains what the plan says, pedal by pedal.   returns: the exit code.

    A model that is not good enough is not written and does not stop the others.
    """
    chosen, console = options(), Console()
    plan = tomllib.loads(chosen.plan.read_text(encoding="utf-8"))
    failures = 0
    for pedal in [chosen.only] if chosen.only else plan["pedals"]:
        material = play(plan, pedal, chosen.recordings, chosen.cache)
        console.print(f"{pedal}: {material.train.seconds:.0f} s to train on")
        for block in [chosen.block] if chosen.block else (1, 16):
            try:
                make(plan, pedal, block, material, chosen, console)
            except TrainingError as error:
                console.print(f"factory: {error}")
                failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
