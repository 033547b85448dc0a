"""Writes effects into a bank folder: model files first, bank.json last, all at once."""

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pedal import bank as banks
from training import whole
from training.errors import TrainingError

Json = dict[str, Any]
MANIFEST, GOLDEN_FOLDER = "bank.json", "golden"
# None is red, the colour of faults; told apart by the colour-blind: tests/gui.
COLOURS = {
    "screamer": "#009e73",
    "blues": "#2f6fb5",
    "rodent": "#e8871e",
    "fuzz": "#f0e442",
}
OTHER_COLOUR = "#cc79a7"


def ready(folder: Path) -> None:
    """Raises TrainingError or BankError where no model could be put into a bank.

    Asked before a training, which may be long; it writes nothing.
    """
    if (folder / MANIFEST).exists():
        banks.load(folder)
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise TrainingError(
            f"bank {folder}: expected a folder or nothing, found the file {there}; "
            "name another folder"
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise TrainingError(
            f"bank {folder}: cannot be written: {there} is read-only; name another "
            "folder"
        )


def write_aside(path: Path, content: bytes) -> None:
    """Writes under another name, then renames: readers see the old or the new."""
    write_together({path: content})


def write_together(contents: dict[Path, bytes]) -> None:
    """Writes all under other names and only then renames them, in their order.

    So a disk that is full, or Ctrl-C, leaves what was there as it was.
    """
    path = next(iter(contents))
    try:
        with contextlib.ExitStack() as renames:  # the last entered is renamed first
            for path, content in reversed(contents.items()):
                path.parent.mkdir(parents=True, exist_ok=True)
                renames.enter_context(whole.aside(path)).write_bytes(content)
    except OSError as error:
        raise TrainingError(
            f"{path}: cannot be written: {error.strerror}; make room and run it again, "
            "it goes on where it was"
        ) from error


def read_manifest(folder: Path) -> Json:
    """The bank's manifest, or an empty one named after the folder.

    Raises TrainingError for a file that is none.
    """
    path = folder / MANIFEST
    if not path.exists():
        return {
            "format": 1,
            "name": folder.name,
            "sample_rate_hz": 44100,
            "effects": [],
        }
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"{path}: cannot be read: {error}") from error
    rows = table.get("effects") if isinstance(table, dict) else None
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and {"id", "models"} <= row.keys() for row in rows
    ):
        raise TrainingError(
            f"{path}: expected a bank with its effects, found something else; name "
            "another folder"
        )
    return table


def add_model(
    folder: Path, name: str, row: Json, files: dict[str, bytes], provenance: Json
) -> None:
    """Adds or replaces one model of an effect; the other blocks of the effect stay.

    row: the model's entry without file and sha256; files: "model" and "golden";
    provenance: "circuit" and "recordings".
    """
    file = f"{name}-{row['block']}.json"
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
    write_together(
        {
            folder / file: files["model"],
            folder / GOLDEN_FOLDER / file: files["golden"],
            folder / MANIFEST: text_of(manifest),
        }
    )


def arrange(folder: Path, names: Sequence[str]) -> None:
    """Puts the effects of a bank into this order, others behind: that of the foot."""
    if not (folder / MANIFEST).exists():
        return
    manifest = read_manifest(folder)
    place = {name: index for index, name in enumerate(names)}
    manifest["effects"].sort(key=lambda effect: place.get(effect["id"], len(place)))
    write_aside(folder / MANIFEST, text_of(manifest))


def text_of(manifest: Json) -> bytes:
    """The bytes of bank.json."""
    return (json.dumps(manifest, indent=1) + "\n").encode()


def summary(models: list[Json]) -> Json:
    """What the provenance of an effect says of its models' training, taken together."""
    told = [model for model in models if "training" in model]  # not what was imported
    runs = [(model["block"], model["training"]) for model in told]
    return {
        "seconds_train": round(sum(run["seconds"] for _, run in runs), 1),
        "recipe": "; ".join(
            f"block {block}: {run['recipe']}, seed {run['seed']}" for block, run in runs
        ),
        "seed": runs[0][1]["seed"],
    }
