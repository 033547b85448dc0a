"""The same dry takes, played through a pedal at several settings of its knobs.

Letters: N samples, S settings.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import pots
from training.checks import Report
from training.errors import AudioError, TrainingError
from training.pots import Knobs

Audio = NDArray[np.float32]
Pair = tuple[Path, Path]
Aligned = tuple[Report, Audio, Audio]  # dry and wet (N,) at the same moments


def settings_of(
    pairs: Sequence[Pair], positions: Mapping[str, Sequence[float]]
) -> tuple[Knobs, list[list[int]]]:
    """Which settings there are, and for each take the place of its pair at each.

    positions: of each knob, in %, one a pair in their order; none for no knobs.
    Raises TrainingError where a value or a take of a setting is missing, or is twice.
    """
    rows = rows_of(len(pairs), positions)
    found = pots.of_rows(rows)
    if not found.names:
        return found, [[place] for place in range(len(pairs))]
    takes: dict[str, dict[pots.Setting, int]] = {}  # by what dry holds
    for place, (dry, wet) in enumerate(pairs):
        setting = pots.setting_of(rows[place], found.names)
        take = takes.setdefault(digest(dry), {})
        if setting in take:
            raise TrainingError(
                f"{found.told(setting)}: expected one recording of {dry.name}, found "
                f"two: {pairs[take[setting]][1].name} and {wet.name}"
            )
        take[setting] = place
    for take in takes.values():
        for setting in found.settings:
            if setting not in take:
                name = pairs[next(iter(take.values()))][0].name
                raise TrainingError(
                    f"{found.told(setting)}: expected the dry recordings of the other "
                    f"settings, found none of {name}; send the very same file through "
                    "the pedal at every setting"
                )
    return found, [[take[s] for s in found.settings] for take in takes.values()]


def rows_of(
    count: int, positions: Mapping[str, Sequence[float]]
) -> list[dict[str, float]]:
    """Where the knobs stood at each pair. Raises TrainingError for a wrong count."""
    for name, values in positions.items():
        if len(values) != count:
            raise TrainingError(
                f"--{name}: expected {count} values, one for each pair in their "
                f"order, found {len(values)}"
            )
    return [
        {name: values[place] for name, values in positions.items()}
        for place in range(count)
    ]


def digest(path: Path) -> str:
    """What tells a file's content. Raises AudioError for one that cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise AudioError(f"{path}: cannot be read: {error.strerror}") from error


def over_one_time(aligned: Sequence[Aligned]) -> tuple[Audio, Audio]:
    """One take at S settings, cut to the moments that all of them have.

    returns: dry (N,), wet (S, N).
    """
    starts = [max(0, -report.delay) for report, _, _ in aligned]  # as align.shifted
    begin = max(starts)
    sides = [(start, *pair[1:]) for start, pair in zip(starts, aligned, strict=True)]
    end = min(start + len(dry) for start, dry, _ in sides)
    dry = aligned[0][1][begin - starts[0] : end - starts[0]]
    return dry, np.stack([wet[begin - start : end - start] for start, _, wet in sides])


def remarks(
    found: Knobs, places: Sequence[Sequence[int]], aligned: Sequence[Aligned]
) -> list[str]:
    """What is worth telling of settings, one line each."""
    said = [
        f"{name} stands at {at:g} % in all recordings: no knob of the model"
        for name, at in found.held.items()
    ]
    if not found.names:
        return said
    said.append(
        f"{len(places)} dry recordings at {len(found.settings)} settings: "
        + "; ".join(map(found.told, found.settings))
    )
    for take in places:
        turns = {aligned[place][0].polarity for place in take}
        if len(turns) > 1:
            said.append(
                f"{aligned[take[0]][0].dry}: the polarity is not the same at all "
                "settings; undone, but look whether one was recorded otherwise"
            )
    return said


def sources(
    pairs: Sequence[Pair], positions: Mapping[str, Sequence[float]]
) -> list[dict[str, Any]]:
    """Each file once, for the provenance, and where the knobs stood."""
    rows: dict[Path, dict[str, Any]] = {}
    for place, (dry, wet) in enumerate(pairs):
        where = {f"{name}_percent": way[place] for name, way in positions.items()}
        rows.setdefault(Path(dry), owned(dry))
        rows.setdefault(Path(wet), owned(wet) | where)
    return list(rows.values())


def owned(path: Path) -> dict[str, Any]:
    """A recording of the player's."""
    return {"source": Path(path).name, "licence": "the player's own"}
