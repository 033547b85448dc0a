"""Recordings to material: read, checked, aligned; and what the player is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from training import egfx, fragments, plain, takes
from training.checks import Report, examine, examine_files, files
from training.errors import CheckError
from training.material import Material, Part
from training.pots import Knobs

if TYPE_CHECKING:
    from training.fetch import Advance

EGFX_EXCUSED = frozenset(("level", "clipping", "noise", "delay"))  # of single notes
EGFX_NOTES, EGFX_SECONDS = 20, 4.0  # joined notes that are checked, at most of each


@dataclass
class Recorded:
    """Checked recordings: reports, remarks, and what a run learns from, once made."""

    reports: list[Report]
    remarks: list[str] = field(default_factory=list)
    recordings: list[dict[str, str]] = field(default_factory=list)
    data: str = ""
    material: Material | None = None
    files: list[Path] = field(default_factory=list)
    egfx: dict[str, Any] = field(default_factory=dict)  # as `held_out_notes` takes it
    knobs: Knobs = field(default_factory=Knobs)

    def origin(self) -> dict[str, Any]:
        """What the provenance says."""
        said = {
            "circuit": "recorded",
            "recordings": self.recordings,
            "data": ", ".join(filter(None, (self.data, self.knobs.summary()))),
        }
        said |= self.knobs.provenance()
        return said | ({"egfx": self.egfx} if self.egfx else {})

    def insist(self) -> None:
        """Raises CheckError for the first bad pair."""
        for report in self.reports:
            report.insist()

    def show(self, console: Console, as_json: bool) -> None:
        """Prints tables and remarks, or one JSON object, on standard output."""
        if as_json:
            rows = [report.as_json() for report in self.reports]
            good = all(row["good"] for row in rows)
            print(plain.dumps({"good": good, "pairs": rows, "remarks": self.remarks}))
            return
        for report in self.reports:
            console.print(report.table())
        for remark in self.remarks:
            console.print(remark, markup=False, highlight=False)
        if all(report.verdict is None for report in self.reports):
            for report in self.reports:
                console.print(report.line(), markup=False, highlight=False)


def from_pairs(
    pairs: Sequence[tuple[Path, Path]],
    only_check: bool,
    positions: Mapping[str, Sequence[float]] | None = None,
) -> Recorded:
    """One or more pairs of long recordings, in fragments.

    positions: of the pedal's knobs, in %, one a pair; see takes.py.
    Raises AudioError when a file cannot be read, TrainingError for what is wrong with
    positions. Without only_check also CheckError for the first bad pair, and
    TrainingError when a part of the time is silent.
    """
    knobs, places = takes.settings_of(pairs, positions or {})
    aligned: list[takes.Aligned] = []
    for dry, wet in pairs:
        report, one, two = examine_files(Path(dry), Path(wet))
        aligned.append((report, one.astype(np.float32), two.astype(np.float32)))
        if not only_check:
            report.insist()
    made = Recorded(
        [report for report, _, _ in aligned],
        takes.remarks(knobs, places, aligned),
        recordings=takes.sources(pairs, positions or {}),
        data="held-out time of the same recordings",
        files=list(dict.fromkeys(Path(path) for pair in pairs for path in pair)),
        knobs=knobs,
    )
    if not only_check:
        joined = [takes.over_one_time([aligned[p] for p in take]) for take in places]
        made.material = fragments.material(joined, knobs=knobs)
    return made


def from_egfx(
    root: Path,
    effect: str,
    pickups: tuple[str, ...] = (),
    download: bool = False,
    address: str | None = None,
    seed: int = 0,
    advance: "Advance" = lambda _got, _all: None,
) -> Recorded:
    """EGFxSet where it lies, downloaded first if asked for, from address or Zenodo.

    Raises DownloadError, or AudioError for what is missing.
    """
    if download:
        from training import fetch  # needs pooch, which recordings do without

        for name in (egfx.CLEAN, effect):
            fetch.effect(root, name, address or fetch.ADDRESS, advance=advance)
    found = egfx.read(root, effect, pickups)
    material, remarks = egfx.material(found, seed)
    return Recorded(
        [examine_notes(found, effect)],
        [f"{len(found.pairs)} pairs of notes", *remarks],
        [{"source": f"{egfx.SOURCE}: {effect}", "licence": egfx.LICENCE}],
        "held-out pitches of the same set",
        material,
        [path for pair in found.pairs.values() for path in pair],
        {"effect": effect, "pickups": list(pickups), "seed": seed},
    )


def held_out_notes(root: Path, trained: Mapping[str, Any]) -> Part:
    """The notes of EGFxSet that a training left out.

    trained: "effect", "pickups" and "seed", as its provenance has them.
    Raises AudioError for what is missing.
    """
    found = egfx.read(root, trained["effect"], tuple(trained["pickups"]))
    return egfx.material(found, trained["seed"])[0].test


def examine_notes(found: egfx.Set, effect: str) -> Report:
    """The checks of joined notes; what is not about the pair is only noted."""
    chosen = list(found.pairs.values())[:: max(1, len(found.pairs) // EGFX_NOTES)]
    sides = [egfx.load(paths, EGFX_SECONDS) for paths in chosen]
    size = int(np.median([len(dry) for dry, _ in sides]))
    joined = [
        np.concatenate(
            [np.pad(side[:size], (0, max(0, size - len(side)))) for side in s]
        )
        for s in zip(*sides, strict=True)
    ]
    return examine(
        files.recording(egfx.CLEAN, "dry", joined[0].astype(float), files.RATE_HZ),
        files.recording(effect, "wet", joined[1].astype(float), files.RATE_HZ),
        least_seconds=0.0,
        note=size,
        excused=EGFX_EXCUSED,
    )[0]


def verdict_of(made: Recorded) -> None:
    """Raises CheckError with the first bad pair's line, and how many more there are."""
    bad = [report for report in made.reports if report.verdict]
    if bad:
        more = f" (and {len(bad) - 1} pairs more)" if len(bad) > 1 else ""
        raise CheckError(bad[0].line() + more)
