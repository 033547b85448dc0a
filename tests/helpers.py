"""Domain helpers of the Python tests: tiny banks, and ways to spoil them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def network(
    frames: int = 1,
    conditioning: int = 0,
    kind: str = "lstm",
    units: int = 4,
    seed: int = 0,
    scale: float = 0.3,
) -> dict[str, Any]:
    """A small random model in RTNeural's JSON."""
    random = np.random.default_rng(seed)

    def draw(*shape: int) -> list:
        return (scale * random.standard_normal(shape)).tolist()

    inputs, gates = frames + conditioning, {"lstm": 4, "gru": 3}[kind]
    bias = (gates * units,) if kind == "lstm" else (2, gates * units)
    return {
        "in_shape": [None, None, inputs],
        "in_skip": 1,
        "layers": [
            {
                "type": kind,
                "activation": "",
                "shape": [None, None, units],
                "weights": [
                    draw(inputs, gates * units),
                    draw(units, gates * units),
                    draw(*bias),
                ],
            },
            {
                "type": "dense",
                "activation": "",
                "shape": [None, None, frames],
                "weights": [draw(units, frames), [0.0] * frames],
            },
        ],
    }


def delay_of(table: dict[str, Any]) -> int:
    """Samples that a model is late: a frame's, but none of a cascade's."""
    last = table["layers"][-1]
    return 0 if last["type"] == "mix" else last["shape"][2] - 1


def model_row(
    folder: Path, name: str, block: int, table: dict[str, Any]
) -> dict[str, Any]:
    """Writes a model file and returns its row for bank.json."""
    file = f"{name}-{block}.json"
    content = json.dumps(table).encode()
    (folder / file).write_bytes(content)
    extra = table["in_shape"][2] - block
    return {
        "block": block,
        "file": file,
        "sha256": hashlib.sha256(content).hexdigest(),
        "frames": block,
        "conditioning": ["drive"][:extra],
        "gain_db": -3.0,
        "loudness_lufs": -19.0,
        "dry_loudness_lufs": -19.0,
        "idle_dbfs": -140.0,
        "delay_samples": delay_of(table),
        "cost_mac_per_sample": 100,
        "quality": {
            "esr": 0.001,
            "esr_pre_emphasised": 0.002,
            "held_out_s": 10.0,
            "data": "none, random weights",
        },
    }


def write_bank(folder: Path) -> Path:
    """A good bank: buzz (block 1, with drive) and hum (blocks 1 and 16)."""
    folder.mkdir()
    models = {
        "buzz": [model_row(folder, "buzz", 1, network(conditioning=1, seed=1))],
        "hum": [
            model_row(folder, "hum", 1, network(kind="gru", seed=2)),
            model_row(folder, "hum", 16, network(frames=16, seed=3)),
        ],
    }
    effects = [
        {
            "id": name,
            "name": name.capitalize(),
            "colour": "#2f8f4e",
            "models": rows,
            "provenance": {"circuit": "none, random", "recordings": [], "seed": 0},
        }
        for name, rows in models.items()
    ]
    table = {
        "format": 1,
        "name": "night-set",
        "sample_rate_hz": 44100,
        "effects": effects,
    }
    (folder / "bank.json").write_text(json.dumps(table), encoding="utf-8")
    return folder


def edit_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes bank.json in place."""
    path = folder / "bank.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    change(table)
    path.write_text(json.dumps(table), encoding="utf-8")


def edit_model(
    folder: Path, file: str, change: Callable[[dict[str, Any]], object]
) -> None:
    """Changes a model file and signs it anew in bank.json."""
    path = folder / file
    table = json.loads(path.read_text(encoding="utf-8"))
    change(table)
    replace_model(folder, file, json.dumps(table).encode())


def replace_model(folder: Path, file: str, content: bytes) -> None:
    """Other bytes for a model file, signed in bank.json."""
    (folder / file).write_bytes(content)

    def sign(manifest: dict[str, Any]) -> None:
        for effect in manifest["effects"]:
            for row in effect["models"]:
                if row["file"] == file:
                    row["sha256"] = hashlib.sha256(content).hexdigest()

    edit_manifest(folder, sign)
