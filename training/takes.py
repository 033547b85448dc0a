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
    delays = [report.delay for report, _, _ in aligned]
    first = [max(0, -delay) for delay in delays]  # moment of dry; see align.shifted
    heard = [
        start + delay - undone
        for start, delay, undone in zip(first, delays, undone_of(delays), strict=True)
    ]
    sizes = [len(dry) for _, dry, _ in aligned]
    begin = max(*first, *heard)
    end = min(
        start + size for start, size in zip(first + heard, sizes * 2, strict=True)
    )
    wet = [
        side[begin - start : end - start]
        for start, (_, _, side) in zip(heard, aligned, strict=True)
    ]
    return aligned[0][1][begin - first[0] : end - first[0]], np.stack(wet)


def undone_of(delays: Sequence[int]) -> list[int]:
    """The delay that is undone at each setting: one, where they are a sample apart.

    A pedal's filters move with its knobs, and what is found by less than a sample; but
    a knob must not be learned as a delay.
    """
    if max(delays) - min(delays) > 1:
        return list(delays)
    return [sorted(delays)[len(delays) // 2]] * len(delays)


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
        delays = [aligned[place][0].delay for place in take]
        if undone_of(delays) != delays:
            said.append(
                f"{aligned[take[0]][0].dry}: delays a sample apart are taken for one: "
                f"{undone_of(delays)[0]} samples at all settings"
            )
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
