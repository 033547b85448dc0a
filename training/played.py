"""Material that a pedal has played, kept on disk: found by all that decides about it.

So a cache that serves two plans, or one whose recordings, pedals or figures changed,
never gives one the other's sound.
"""

import contextlib
import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training import audio
from training.errors import TrainingError
from training.material import Material

UNREADABLE = (OSError, EOFError, KeyError, TypeError, ValueError)
UNREADABLE += (zipfile.BadZipFile, zlib.error)
OF_ROWS = ("folder", "seconds", "peak")  # what of a plan's recordings is heard


def place(
    kept: Path, name: str, plan: Mapping[str, Any], recordings: Path, *decisions: object
) -> Path:
    """kept/NAME-HASH.npz, of the plan's dry guitar and of what else decides.

    recordings: the folder that the plan's lie in. Raises OSError where one cannot be
    read.
    """
    rows = [[row[key] for key in OF_ROWS] for row in plan["recordings"]]
    told = (name, rows, plan["simulated_seconds"], plan["seed"], decisions)
    digest = hashlib.sha256(repr(told).encode())
    heard = [path for folder, *_ in rows for path in audio.files(recordings / folder)]
    for path in (*heard, *sources()):
        digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
    return kept / f"{name}-{digest.hexdigest()[:16]}.npz"


def sources() -> list[Path]:
    """The code that plays."""
    here = Path(__file__).parent
    named = [here / f"{name}.py" for name in ("audio", "material", "pots")]
    return [*named, *sorted(here.glob("virtual/*.py"))]


def load(path: Path) -> Material:
    """What Material.save wrote. Raises TrainingError for what it did not, and removes
    that, so that the next run plays it anew."""
    try:
        return Material.load(path)
    except UNREADABLE as error:
        with contextlib.suppress(OSError):
            path.unlink()
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TrainingError(
            f"{path}: found no whole material ({reason}), thrown away; run it again"
        ) from error
