"""Writes effects into a bank folder: model files first, bank.json last, all at once."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.errors import TrainingError

Json = dict[str, Any]
MANIFEST, GOLDEN_FOLDER = "bank.json", "golden"
COLOURS = {
    "screamer": "#2f8f4e",
    "blues": "#2f6fb5",
    "rodent": "#b5602f",
    "fuzz": "#a83248",
}
OTHER_COLOUR = "#7a5fa8"


def write_aside(path: Path, content: bytes) -> None:
    """Writes under another name, then renames: readers see the old or the new."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise TrainingError(
            f"{path}: cannot be written: {error.strerror}; make room and run it again, "
            "it goes on where it was"
        ) from error


def read_manifest(folder: Path) -> Json:
    """The bank's manifest, or an empty one named after the folder."""
    path = folder / MANIFEST
    if not path.exists():
        return {
            "format": 1,
            "name": folder.name,
            "sample_rate_hz": 44100,
            "effects": [],
        }
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read: {error}") from error


def add_model(
    folder: Path, name: str, row: Json, files: dict[str, bytes], provenance: Json
) -> None:
    """Adds or replaces one model of an effect; the other blocks of the effect stay.

    row: the model's entry without file and sha256; files: "model" and "golden";
    provenance: "circuit" and "recordings".
    """
    file = f"{name}-{row['block']}.json"
    write_aside(folder / file, files["model"])
    write_aside(folder / GOLDEN_FOLDER / file, files["golden"])
    digest = hashlib.sha256(files["model"]).hexdigest()
    row = {"block": row["block"], "file": file, "sha256": digest, **row}
    manifest = read_manifest(folder)
    effects = {effect["id"]: effect for effect in manifest["effects"]}
    effect = effects.setdefault(
        name,
        {
            "id": name,
            "name": name.replace("-", " ").capitalize(),
            "colour": COLOURS.get(name, OTHER_COLOUR),
            "models": [],
        },
    )
    others = [model for model in effect["models"] if model["block"] != row["block"]]
    effect["models"] = sorted([*others, row], key=lambda model: model["block"])
    effect["provenance"] = provenance | summary(effect["models"])
    manifest["effects"] = list(effects.values())
    write_manifest(folder, manifest)


def arrange(folder: Path, names: Sequence[str]) -> None:
    """Puts the effects of a bank into this order, others behind: that of the foot."""
    if not (folder / MANIFEST).exists():
        return
    manifest = read_manifest(folder)
    place = {name: index for index, name in enumerate(names)}
    manifest["effects"].sort(key=lambda effect: place.get(effect["id"], len(place)))
    write_manifest(folder, manifest)


def write_manifest(folder: Path, manifest: Json) -> None:
    """Writes bank.json."""
    write_aside(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())


def summary(models: list[Json]) -> Json:
    """What the provenance of an effect says of its models' training, taken together."""
    runs = [(model["block"], model["training"]) for model in models]
    return {
        "seconds_train": round(sum(run["seconds"] for _, run in runs), 1),
        "recipe": "; ".join(
            f"block {block}: {run['recipe']}, seed {run['seed']}" for block, run in runs
        ),
        "seed": runs[0][1]["seed"],
    }
