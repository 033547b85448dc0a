"""Long recordings as material: split by time, cut into fragments, silence dropped.

The split comes first and leaves a gap of a second, so that a riff which goes on over a
cut stands on one side only. Letters: N samples.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.audio import RATE_HZ, SUFFIXES
from training.errors import AudioError, TrainingError
from training.material import SHARES, Material, Part, split_by_time

Audio = NDArray[np.float32]
FRAGMENT_SECONDS = 1.0
SILENCE = 1e-3  # peak of dry, -60 dBFS; a fragment below is left out
FOLDERS = ("dry", "wet")


def pair_files(folder: Path) -> list[tuple[Path, Path]]:
    """The recordings of folder/dry and folder/wet, paired by name.

    Raises AudioError when a folder is missing or a file has no partner.
    """
    sides = []
    for name in FOLDERS:
        inner = folder / name
        if not inner.is_dir():
            raise AudioError(
                f'{folder}: expected folders "dry" and "wet", found no "{name}"'
            )
        files = {p.stem: p for p in inner.iterdir() if p.suffix.lower() in SUFFIXES}
        sides.append({k: p for k, p in files.items() if not k.startswith(".")})
    dry, wet = sides
    alone = sorted(dry.keys() ^ wet.keys())
    if alone or not dry:
        found = f'"{alone[0]}" in one only' if alone else "no recordings"
        raise AudioError(
            f"{folder}: expected equal names in dry and wet, found {found}"
        )
    return [(dry[name], wet[name]) for name in sorted(dry)]


def cut(
    dry: Audio, wet: Audio, seconds: float = FRAGMENT_SECONDS
) -> list[tuple[Audio, Audio]]:
    """Equal fragments of an aligned pair (N,), those without a note left out."""
    size = int(seconds * RATE_HZ)
    starts = range(0, len(dry) - size + 1, size)
    pieces = [(dry[s : s + size], wet[s : s + size]) for s in starts]
    return [piece for piece in pieces if np.abs(piece[0]).max() >= SILENCE]


def material(
    pairs: Sequence[tuple[Audio, Audio]], seconds: float = FRAGMENT_SECONDS
) -> Material:
    """What a run learns from: aligned pairs of (N,) each, all heard in all parts.

    Raises TrainingError when one is too short or a part holds silence alone.
    """
    if not 0.1 <= seconds <= 10.0:
        raise TrainingError(f"fragments: found {seconds:g} s, expected 0.1 to 10 s")
    pieces: dict[str, list[tuple[Audio, Audio]]] = {name: [] for name in SHARES}
    for dry, wet in pairs:
        for name, where in split_by_time(len(dry)).items():
            pieces[name] += cut(dry[where], wet[where], seconds)
    parts = {}
    for name, found in pieces.items():
        if not found:
            raise TrainingError(
                f"recordings: the {100 * SHARES[name]:.0f} % of time to {name} on are "
                f"silent or shorter than {seconds:g} s; play through to the end"
            )
        one, two = (np.concatenate(side) for side in zip(*found, strict=True))
        parts[name] = Part(one.astype(np.float32), two.astype(np.float32)[None])
    return Material(**parts, settings=np.zeros((1, 0), np.float32))
