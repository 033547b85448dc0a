"""One effect from material to bank: train, silence, measure, match loudness, write."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from training import (
    aa_file,
    bankfile,
    checkpoint,
    evaluate,
    export,
    loudness,
    player,
    pots,
    story,
)
from training.aa import CascadeShape
from training.errors import DivergenceError, TrainingError, WhistleError
from training.material import Material
from training.models import Shape
from training.run import Recipe, Report
from training.train import Watch, train
from training.virtual import guitar

Json = dict[str, Any]
SEEDS_TRIED = 3
FOLDS = 12  # pieces that the stock clip is cut into


@dataclass
class Effect:
    """A finished model: its row for bank.json, its files, and where it comes from."""

    row: Json
    files: dict[str, bytes]
    provenance: Json
    kept: tuple[Path, ...] = ()  # runs on disk, of no more use once it is written
    stopped: bool = False  # by Ctrl-C, with what it had learned so far


def make(
    material: Material,
    shape: Shape | CascadeShape,
    recipe: Recipe,
    origin: Json,
    console: Console | None = None,
    watch: Watch | None = None,
) -> Effect:
    """Trains until a model is silent at idle, and measures it.

    The first time free, as most need no help; after one that was not silent masked and
    without a capacitor (models.py), then with remedies too. Each time another seed.

    origin: "circuit", "recordings", "data": what the provenance says. watch: told how
    far it is. A run that was killed before goes on where it was.
    Raises WhistleError or DivergenceError when no seed of three gives a silent model.
    """
    recipe = even(recipe, len(material.settings))
    kept: list[Path] = []
    taught, stopped = recipe.remedies, False
    for attempt in range(SEEDS_TRIED):
        tried = replace(recipe, seed=recipe.seed + attempt, remedies=taught)
        try:
            result = train(material, shape, tried, console, checkpoint.folder(), watch)
            stopped = result.stopped
            kept += [result.kept] if result.kept and not stopped else []
            model = export.silenced(result.network, material.settings)
            break
        except (WhistleError, DivergenceError) as error:
            if attempt == SEEDS_TRIED - 1 or stopped:
                raise
            if isinstance(error, WhistleError):
                shape, taught = quieter(shape, taught)
            line = f"seed {tried.seed}: {error}"
            if console:
                console.print(line)
            if watch:
                watch(Report(note=line))
    first = pots.first(material.settings)
    row = describe(model, material, first, origin["data"])
    row["quality"]["held"] = pots.held_in(origin)  # %; the other block's may differ
    files = {
        "model": export.to_json(model),
        "golden": export.to_json(export.golden(model, first)),
    }
    row["training"] = {
        "seconds": round(result.seconds, 1),
        "recipe": f"SOAP, {kind_of(shape)}, {result.updates} updates of "
        f"{recipe.lanes} lanes x {recipe.window} samples, rate {recipe.rate:g}",
        "seed": tried.seed,
        "program": story.program(),
    }
    told = ("circuit", "recordings", "drive_percent", "tone_percent", "egfx")
    provenance = {key: origin[key] for key in told if key in origin}
    return Effect(row, files, provenance, tuple(kept), stopped)


def even(recipe: Recipe, settings: int) -> Recipe:
    """As many lanes for each knob setting, and at least one."""
    return replace(recipe, lanes=-(-recipe.lanes // settings) * settings)


def quieter(
    shape: Shape | CascadeShape, taught: bool
) -> tuple[Shape | CascadeShape, bool]:
    """What to try after a model that was not silent: shape, and whether remedies."""
    if isinstance(shape, CascadeShape) or (shape.still and not shape.couplers):
        return shape, True
    return replace(shape, still=True, couplers=0), taught


def kind_of(shape: Shape | CascadeShape) -> str:
    """What is worth telling of a network beside its file."""
    if isinstance(shape, CascadeShape):
        return f"cascade of {'-'.join(map(str, shape.sizes))}"
    return "chrono initialisation"


def describe(model: Json, material: Material, first: np.ndarray, data: str) -> Json:
    """The model's row in bank.json, file name and hash excepted.

    first: (K,), the knobs at which what is told once is measured.
    """
    frames = int(model["layers"][-1]["shape"][-1])
    dry = guitar.stock_clip()
    wet = player.play_folded(model, dry, first[None], FOLDS)[:, 0]
    dry_lufs, wet_lufs = loudness.integrated_lufs(dry), loudness.integrated_lufs(wet)
    if not np.isfinite(wet_lufs):
        raise TrainingError(
            "model: found silence where the stock clip plays; train longer"
        )
    quality = evaluate.quality(model, material.test, material.settings)
    quality["switch_db"] = evaluate.memory_db(model, material.test.audio, first)
    quality["images_db"] = list(evaluate.images(model, first).values())
    quality = tidy(quality) | {"data": data}
    if material.conditioning:  # of the errors by setting, in %
        quality["settings"] = material.turned.rows()
    return {
        "block": frames,
        "frames": frames,
        "conditioning": material.conditioning,
        "gain_db": round(dry_lufs - wet_lufs, 3),
        "loudness_lufs": round(wet_lufs, 3),
        "dry_loudness_lufs": round(dry_lufs, 3),
        "idle_dbfs": round(evaluate.idle_dbfs(model, material.settings), 1),
        "delay_samples": 0 if aa_file.is_cascade(model) else frames - 1,
        "cost_mac_per_sample": evaluate.cost(model),
        "quality": quality,
    }


def tidy(quality: Json) -> Json:
    """Figures with four digits."""
    return {
        key: [float(f"{v:.4g}") for v in value]
        if isinstance(value, list)
        else float(f"{value:.4g}")
        for key, value in quality.items()
    }


def write(folder: Path, name: str, effect: Effect) -> None:
    """Puts the effect's model into a bank folder; its runs on disk are then removed."""
    bankfile.add_model(folder, name, effect.row, effect.files, effect.provenance)
    for path in effect.kept:
        path.unlink(missing_ok=True)
