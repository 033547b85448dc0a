"""A training run on disk: written aside and renamed, so there is a whole one or none.

Its file name is a hash of all that decides the outcome: what it is found by, it fits.
"""

import hashlib
import os
import pickle
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training import whole
from training.errors import CheckpointError
from training.material import SHARES, Material

FORMAT = 1
SUFFIX = ".checkpoint"
KEPT_DAYS = 30
UNREADABLE = (OSError, RuntimeError, EOFError, KeyError, ValueError, TypeError)
UNREADABLE += (AttributeError, pickle.UnpicklingError, zipfile.BadZipFile)


def folder() -> Path:
    """Where runs are kept: $PEDAL_DATA/training, or in the user's data."""
    data = os.environ.get("PEDAL_DATA")
    return Path(data or Path.home() / ".local/share/pedal") / "training"


def fingerprint(material: Material, *decisions: object) -> str:
    """16 digits of a hash of the audio and of everything else that decides."""
    digest = hashlib.sha256(repr((FORMAT, torch.__version__, *decisions)).encode())
    arrays = [material.settings]
    for name in SHARES:
        part = getattr(material, name)
        arrays += [part.audio, part.targets]
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes the state of a run. Raises CheckpointError, leaving what was there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole.aside(path) as new, new.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"{path}: cannot be written: {reason}; the run goes on, "
            "but a kill would lose it"
        ) from error


def load(path: Path) -> dict[str, Any]:
    """The state of a run, all on the CPU, wherever it was saved.

    Raises CheckpointError when the file is not a whole one.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except UNREADABLE as error:
        raise CheckpointError(
            f"{path}: found no whole checkpoint, so the run starts over"
        ) from error
    if not isinstance(state, dict):
        raise CheckpointError(
            f"{path}: found a {type(state).__name__}, expected a run; it starts over"
        )
    return state


def prune(kept: Path) -> None:
    """Removes runs that nobody has taken up for a month."""
    oldest = time.time() - KEPT_DAYS * 86400
    for path in kept.glob(f"*{SUFFIX}"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:
            continue
