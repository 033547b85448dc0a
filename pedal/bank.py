"""Loads a bank, a folder of bank.json and model files, and trusts nothing in it.

The manifest is described by pedal/protocol/bank.schema.json; what a schema cannot say
(hashes, shapes against layers, twin ids, paths that leave the folder) is checked here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from pedal.errors import BankError
from pedal.model_file import (
    MAX_MODEL_BYTES,
    Network,
    parse_json,
    parse_network,
    read_bytes,
)
from pedal.protocol.protocol import PARAMS

MANIFEST = "bank.json"
MAX_MANIFEST_BYTES = 1024 * 1024
FRAMES_DELAY = 15  # samples that frames of 16 make every path late
CLEAN = "clean"  # the reserved effect without a model
SCHEMA = Path(__file__).resolve().parent / "protocol" / "bank.schema.json"


@dataclass(frozen=True)
class Model:
    """One model of an effect: the manifest's row, the file's path and its network."""

    block: int
    path: Path
    sha256: str
    conditioning: tuple[str, ...]
    gain_db: float
    loudness_lufs: float
    dry_loudness_lufs: float
    idle_dbfs: float
    delay_samples: int
    cost_mac_per_sample: float
    quality: Mapping[str, Any]
    network: Network = field(repr=False)


@dataclass(frozen=True)
class Effect:
    """One effect; at most one model per block."""

    id: str
    name: str
    colour: str
    models: tuple[Model, ...]
    provenance: Mapping[str, Any] = field(repr=False)

    def model(self, block: int) -> Model | None:
        """The model of this block, if there is one."""
        return next((model for model in self.models if model.block == block), None)


@dataclass(frozen=True)
class Bank:
    """A bank whose every file has been checked."""

    name: str
    folder: Path
    sample_rate_hz: int
    effects: tuple[Effect, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The effects in the order of the footswitch."""
        return tuple(effect.id for effect in self.effects)

    def delay(self, block: int) -> int:
        """Samples that a selected block makes every path late (design decision 9).

        15 for block 16, but 0 where all models of block 16 are cascades.
        """
        models = [effect.model(16) for effect in self.effects]
        networks = [model.network for model in models if model]
        cascades = networks and all(network.is_cascade for network in networks)
        return FRAMES_DELAY if block == 16 and not cascades else 0

    def effect(self, name: str) -> Effect:
        """The effect of this id. Raises BankError, naming what exists."""
        for effect in self.effects:
            if effect.id == name:
                return effect
        known = ", ".join([*self.ids, CLEAN])
        raise BankError(f'bank "{self.name}": no effect "{name}"; there are {known}')


def load(folder: Path) -> Bank:
    """The bank in a folder, every model read and checked.

    Raises BankError, one line that names file, field, found and expected.
    """
    folder = Path(folder)
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise BankError(
            f"bank {folder}: expected a folder with {MANIFEST}, found {found}"
        )
    path = folder / MANIFEST
    _stays_inside(folder, path)
    return of_table(folder, parse_json(path, read_bytes(path, MAX_MANIFEST_BYTES)))


def of_table(folder: Path, table: object) -> Bank:
    """The bank that a folder has with this for a manifest. Raises BankError as load."""
    path = folder / MANIFEST
    _check_schema(path, table)
    assert isinstance(table, dict)
    _check_twins(path, table)
    effects = tuple(
        _effect(folder, path, f"effects[{number}]", row)
        for number, row in enumerate(table["effects"])
    )
    return Bank(table["name"], folder, table["sample_rate_hz"], effects)


def value_at(param: str, percent: float) -> float:
    """A parameter's value, in its unit, at 0 to 100 % of its knob's way."""
    known = PARAMS[param]
    return known.min + 0.01 * percent * (known.max - known.min)


def path_delay(folder: Path, block: int) -> int:
    """`Bank.delay` of a folder's bank; of one that plays dry, as it cannot be read."""
    try:
        return load(folder).delay(block)
    except BankError:
        return FRAMES_DELAY if block == 16 else 0


@cache
def _validator() -> Any:
    """The compiled schema."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _check_schema(path: Path, table: object) -> None:
    """Raises BankError for the first field that the schema refuses."""
    errors = sorted(_validator().iter_errors(table), key=lambda error: error.json_path)
    if not errors:
        return
    error = errors[0]
    where = error.json_path.removeprefix("$").removeprefix(".") or "top level"
    if error.validator == "required":
        missing = next(
            name for name in error.validator_value if name not in error.instance
        )
        raise BankError(f"{path}: {where}: expected a field {missing}, found none")
    expected = f"{error.validator} {json.dumps(error.validator_value)}"
    found = json.dumps(error.instance)
    raise BankError(f"{path}: {where}: expected {expected[:80]}, found {found[:60]}")


def _check_twins(path: Path, table: dict) -> None:
    """Raises BankError when effects share an id or models of one share a block."""
    ids = [row["id"] for row in table["effects"]]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise BankError(
                f'{path}: effects[{number}].id: expected a new id, found "{name}"'
            )
    for number, row in enumerate(table["effects"]):
        blocks = [model["block"] for model in row["models"]]
        if len(set(blocks)) != len(blocks):
            where = f"effects[{number}].models"
            raise BankError(
                f"{path}: {where}: expected one model per block, found {blocks}"
            )


def _effect(folder: Path, path: Path, where: str, row: dict) -> Effect:
    """One effect with its models."""
    models = tuple(
        _model(folder, path, f"{where}.models[{number}]", model)
        for number, model in enumerate(row["models"])
    )
    return Effect(row["id"], row["name"], row["colour"], models, row["provenance"])


def _model(folder: Path, path: Path, where: str, row: dict) -> Model:
    """One model: its row agrees with itself, its file with the row."""
    block = row["block"]
    _agrees(path, f"{where}.frames", block, row["frames"])
    for name in row["conditioning"]:
        if name not in PARAMS:
            known = ", ".join(PARAMS)
            field_name = f"{where}.conditioning"
            raise BankError(
                f'{path}: {field_name}: expected of {known}, found "{name}"'
            )
    file = folder / row["file"]
    _stays_inside(folder, file)
    content = read_bytes(file, MAX_MODEL_BYTES)
    found = hashlib.sha256(content).hexdigest()
    if found != row["sha256"]:
        both = f"expected {row['sha256'][:12]}.., found {found[:12]}.."
        raise BankError(
            f"{file}: sha256: {both}; the file is not the one that was exported"
        )
    network = parse_network(file, content, row["frames"], row["conditioning"])
    late = FRAMES_DELAY if block == 16 and not network.is_cascade else 0
    _agrees(path, f"{where}.delay_samples", late, row["delay_samples"])
    names = ("gain_db", "loudness_lufs", "dry_loudness_lufs", "idle_dbfs")
    figures = {name: float(row[name]) for name in names}
    return Model(
        block=block,
        path=file,
        sha256=found,
        conditioning=tuple(row["conditioning"]),
        delay_samples=row["delay_samples"],
        cost_mac_per_sample=float(row["cost_mac_per_sample"]),
        quality=row["quality"],
        network=network,
        **figures,
    )


def _agrees(path: Path, where: str, expected: int, found: int) -> None:
    """Raises BankError when a field is not what the others ask for."""
    if found != expected:
        raise BankError(f"{path}: {where}: expected {expected}, found {found}")


def _stays_inside(folder: Path, file: Path) -> None:
    """Raises BankError when a file, links followed, lies outside its bank."""
    if not file.resolve().is_relative_to(folder.resolve()):
        raise BankError(
            f"{file}: expected a file inside the bank, found a link out of it"
        )
