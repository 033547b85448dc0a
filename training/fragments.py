"""Long recordings as material: split by time, cut into fragments, silence dropped.

The split comes first and leaves a gap of a second, so that a riff which goes on over a
cut stands on one side only. Letters: N samples, S knob settings.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.audio import RATE_HZ, SUFFIXES
from training.errors import AudioError, TrainingError
from training.material import SHARES, Material, Part, split_by_time
from training.pots import Knobs

Audio = NDArray[np.float32]
FRAGMENT_SECONDS = 1.0
SILENCE = 1e-3  # peak of dry, -60 dBFS; a fragment below is left out
FOLDERS = ("dry", "wet")


def pair_files(folder: Path) -> list[tuple[Path, Path]]:
    """The recordings of folder/dry and folder/wet, paired by name.

    Raises AudioError when a folder is missing or a file has no partner.
    """
    if folder.is_file():
        raise AudioError(
            f"{folder}: found the same file twice, expected a dry and a wet one"
        )
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


def cut(dry: Audio, wet: Audio, size: int) -> list[tuple[Audio, Audio]]:
    """Fragments of `size` samples of dry (N,) and wet (S, N), the silent ones left out.

    What is silent is told by dry, so all settings have the same moments.
    """
    starts = range(0, len(dry) - size + 1, size)
    pieces = [(dry[s : s + size], wet[:, s : s + size]) for s in starts]
    return [piece for piece in pieces if np.abs(piece[0]).max() >= SILENCE]


def material(
    pairs: Sequence[tuple[Audio, Audio]],
    seconds: float = FRAGMENT_SECONDS,
    knobs: Knobs | None = None,
) -> Material:
    """What a run learns from: aligned pairs, all heard in all parts.

    pairs: dry (N,) and wet (N,), or (S, N) at the settings of knobs. seconds: of a
    fragment; shorter where a part is.

    Raises TrainingError when one is too short or a part holds silence alone.
    """
    if not 0.1 <= seconds <= 10.0:
        raise TrainingError(f"fragments: found {seconds:g} s, expected 0.1 to 10 s")
    splits = [split_by_time(len(dry)) for dry, _ in pairs]
    shortest = min(s.stop - s.start for split in splits for s in split.values())
    size = min(int(seconds * RATE_HZ), shortest)
    pieces: dict[str, list[tuple[Audio, Audio]]] = {name: [] for name in SHARES}
    for (dry, wet), split in zip(pairs, splits, strict=True):
        for name, where in split.items():
            pieces[name] += cut(dry[where], np.atleast_2d(wet)[:, where], size)
    parts = {}
    for name, found in pieces.items():
        if not found:
            raise TrainingError(
                f"recordings: the {100 * SHARES[name]:.0f} % of time to {name} on are "
                "silent; play through to the end"
            )
        dry, wet = zip(*found, strict=True)
        one, two = np.concatenate(dry), np.concatenate(wet, axis=1)
        parts[name] = Part(one.astype(np.float32), two.astype(np.float32))
    turned = knobs or Knobs()
    return Material(**parts, settings=turned.inputs, conditioning=list(turned.names))
