"""The paper's comparisons as a plan of trainings, each measured in the engine.

The paper: Colombo and Superbo, "A tiny machine learning case study: Bela-based guitar
distortions". Its networks, an LSTM and a dense layer without skip, learn here by our
recipe, one number of updates for all; the one that whistles at idle is not trained
again but told of as it is.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pedal import bank as banks
from training import bankfile, effects, export, figures
from training.aa import Cascade, CascadeShape
from training.errors import TrainingError, WorkerError
from training.evaluation import Deployed
from training.material import Material
from training.models import Network, Shape
from training.paper_data import KINDS, Data, known
from training.run import Report, Run
from training.train import Watch, begin, finish, standard_recipe
from training.training_report import Deploy

LOOKS = 25  # validations of a training: the points of its line
EFFECT = "model"  # its id in a bank of its own
NETWORKS = ("lstm-1", "lstm-16", "cascade-16")
TONE_HZ = 1244
Json = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One training: which network, of how many units, from what, with which seed."""

    network: str
    hidden: int
    data: str
    seed: int
    updates: int

    @property
    def name(self) -> str:
        """Unique in a plan."""
        return f"{self.network}-h{self.hidden}-{self.data}-s{self.seed}"

    @property
    def block(self) -> int:
        """Samples a step."""
        return 1 if self.network == "lstm-1" else 16

    def shape(self) -> Shape | CascadeShape:
        """The network."""
        if self.network == "cascade-16":
            return CascadeShape()
        return Shape(frames=self.block, hidden=self.hidden, in_skip=0)


def jobs(
    sizes: Sequence[int], seeds: int, updates: int, kinds: Sequence[str]
) -> list[Job]:
    """All trainings, each once: every seed in turn, the long ones first.

    Notes against phrases with the smallest size at block 1; both blocks at all sizes,
    and the cascade of its one size, learn from notes, as the paper's do.
    """
    cells = [("cascade-16", CascadeShape().hidden, KINDS[0])]
    for size in sorted(sizes, reverse=True):
        cells += [(network, size, KINDS[0]) for network in NETWORKS[:2]]
    cells += [("lstm-1", min(sizes), kind) for kind in kinds if kind != KINDS[0]]
    return [Job(*cell, seed, updates) for seed in range(seeds) for cell in cells]


def train(
    job: Job, folder: Path, data: Data, deploy: Deploy, watch: Watch
) -> tuple[Json, Path | None]:
    """Trains and measures.   returns: the figures, and the run on disk, then of no use.

    What was killed goes on where it was. Raises TrainingError, and WorkerError when it
    was stopped.
    """
    material = data.material(job.data)
    recipe = replace(
        standard_recipe(job.shape(), job.seed), updates=job.updates, validations=LOOKS
    )
    unfinished = folder / "unfinished"
    run, path = begin(material, job.shape(), recipe, unfinished, watch)
    line = Line(unfinished / f"{job.name}.json", run, watch)
    if finish(run, path, line.heed):
        raise WorkerError(f"{job.name}: stopped; run the same again to go on")
    network = run.best.network
    if network is None:
        raise TrainingError(f"{job.name}: found no network, expected a validated one")
    bank = folder / "models" / job.name
    put(bank, export_of(network.cpu(), material), material, job, run.seconds)
    row: Json = {"job": asdict(job), "line": line.points, "seconds": run.seconds}
    row["samples_an_update"] = recipe.lanes * recipe.window
    row["parameters"] = sum(p.numel() for p in network.parameters())
    row |= measure(deploy(bank, EFFECT, job.block).play, material, data)
    row["mac"] = banks.load(bank).effects[0].models[0].cost_mac_per_sample
    line.file.unlink(missing_ok=True)
    return row, path


class Line:
    """Validation ESR over updates, kept beside the run so that it survives a kill.

    It is the best so far: that of the network which would be exported.
    """

    def __init__(self, file: Path, run: Run, watch: Watch) -> None:
        self.file, self.run, self.watch = file, run, watch
        self.looks = run.best.looks
        kept = known(file).get("points", [])
        self.points = [(at, esr) for at, esr in kept if at <= run.done]

    def heed(self, report: Report) -> None:
        """Told after each update; a point is where the network was validated."""
        if self.run.best.looks > self.looks:
            self.looks = self.run.best.looks
            self.points.append((self.run.done, self.run.best.error))
            self.file.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"points": self.points})
            self.file.write_text(text, encoding="utf-8")
        self.watch(report)


def export_of(network: Network | Cascade, material: Material) -> export.Model:
    """The model file, its settled idle output taken off, however it whistles."""
    model = export.to_model(network)
    export.zero_idle(model, material.settings[0])
    return model


def put(
    bank: Path, model: export.Model, material: Material, job: Job, seconds: float
) -> None:
    """A bank of this one model, as the engine loads it."""
    knobs = material.settings[0]
    row = effects.describe(model, material, knobs, "held-out notes and phrases")
    row["training"] = {
        "seconds": round(seconds, 1),
        "recipe": f"{job.updates} updates",
        "seed": job.seed,
    }
    files = {
        "model": export.to_json(model),
        "golden": export.to_json(export.golden(model, knobs)),
    }
    bankfile.add_model(
        bank, EFFECT, row, files, {"circuit": job.data, "recordings": []}
    )


def measure(play: Deployed, material: Material, data: Data) -> Json:
    """Figures of a model as it is deployed: raw errors by kind, images, idle, time.

    Raises TrainingError where its output is no number.
    """
    wanted = material.test.targets[0]
    heard, cost_ns = play(material.test.audio, {})
    if not np.isfinite(heard).all():
        raise TrainingError("model: found an output that is no number, expected audio")
    whole = {KINDS[0]: slice(0, data.border), KINDS[1]: slice(data.border, None)}
    parts = {kind: part for kind, part in whole.items() if len(wanted[part])}
    row: Json = {"ns": cost_ns}
    for name, part in {**parts, "all": slice(None)}.items():
        row[f"mse_{name}"] = figures.mean_square(heard[part], wanted[part])
        row[f"esr_{name}"] = figures.error_to_signal(heard[part], wanted[part])

    def alone(audio: NDArray[np.floating]) -> NDArray[np.floating]:
        return play(np.asarray(audio, np.float32), {})[0]

    row["images_db"] = figures.images_db(alone, TONE_HZ)
    row["idle_dbfs"] = figures.idle_dbfs(alone)
    return row
