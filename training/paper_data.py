"""Notes and phrases through one pedal, to compare what is learned from either.

Simulated ones are put on disk as EGFxSet and a player's fragments lie, and read from
there by the same code as real ones. Letters: N samples.
"""

import json
import math
import shutil
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from training import audio, bankfile, egfx, fragments, notes, recorded
from training.audio import RATE_HZ
from training.errors import TrainingError
from training.material import SHARES, Material, Part
from training.notes import Note
from training.virtual import circuits, guitar

Audio = NDArray[np.float32]
FORMAT = 1
SET_RATE_HZ = 48000  # of EGFxSet
PICKUP = "Neck"  # the one that the paper learned from
DRIVE = 50.0  # %
GAIN = 0.5  # of what the circuits give, so that nothing clips in 24 bits
GUITAR_SEED = 77
LEAST_NOTE_S = 1.5  # fewer notes are played, rather than shorter ones
MOST_HELD_OUT_S = 30.0  # of each kind
KINDS = ("notes", "phrases")


@dataclass(frozen=True)
class Source:
    """What to learn from. egfx: EGFxSet's folder, "" for a simulated one.

    phrases: a folder with dry/ and wet/ of the same pedal, beside a real set; seconds:
    of audio of each kind, at most, that a training hears.
    """

    effect: str
    egfx: str = ""
    phrases: str = ""
    seconds: float = 180.0

    @property
    def simulated(self) -> bool:
        """True where we play it ourselves."""
        return not self.egfx

    @property
    def whole_s(self) -> float:
        """Seconds of a kind, of which a part is learned from."""
        return self.seconds / SHARES["train"]

    @property
    def kinds(self) -> tuple[str, ...]:
        """notes, and phrases where there are any."""
        return KINDS if self.simulated or self.phrases else KINDS[:1]


@dataclass(frozen=True)
class Data:
    """What trainings learn from, on disk. border: in the held-out audio, where notes
    end and phrases begin, samples."""

    folder: Path
    border: int
    remarks: tuple[str, ...]
    figures: dict[str, float]

    def material(self, kind: str) -> Material:
        """The material of a kind. Raises TrainingError where its file is not whole."""
        path = self.folder / f"{kind}.npz"
        try:
            return Material.load(path)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise TrainingError(
                f"{path}: found no whole material; remove {self.folder}, run it again"
            ) from error


def prepare(folder: Path, source: Source) -> Data:
    """Plays, reads and keeps all data, unless a run before did.

    Raises AudioError, CheckError or TrainingError for what cannot be learned from, and
    for a folder of somebody else's, which stays.
    """
    told, asked = folder / "data.json", {"format": FORMAT, **asdict(source)}
    kept = known(told)
    if kept.get("asked") != asked:
        empty = folder.is_dir() and not any(folder.iterdir())
        if "asked" not in kept and folder.exists() and not empty:
            raise TrainingError(
                f"{folder}: expected nothing or data of `pedal evaluate paper`, found "
                "something else; name another folder by -o"
            )
        shutil.rmtree(folder, ignore_errors=True)
        try:
            remember(told, {"asked": None})  # so a run that is killed knows it again
            kept = gather(folder, source) | {"asked": asked}
            remember(told, kept)
        except OSError as error:
            raise TrainingError(
                f"{folder}: cannot be written: {error.strerror}; make room"
            ) from error
    return Data(folder, kept["border"], tuple(kept["remarks"]), kept["figures"])


def remember(path: Path, what: dict[str, Any]) -> None:
    """Writes what `known` reads."""
    bankfile.write_aside(path, json.dumps(what, indent=1).encode())


def known(path: Path) -> dict[str, Any]:
    """What a run before has left, or nothing."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def gather(folder: Path, source: Source) -> dict[str, Any]:
    """Writes the material of each kind.   returns: border, remarks and lengths."""
    if source.simulated:
        found, remarks = simulated(simulate(folder / "set", source), source.effect)
    else:
        found, remarks = recordings(source)
    size = {
        name: min(len(getattr(one, name).audio) for one in found.values())
        for name in SHARES
    }
    size["train"] = min(size["train"], round(source.seconds * RATE_HZ))
    size["test"] = min(size["test"], round(MOST_HELD_OUT_S * RATE_HZ))
    held = {
        name: joined([cut(getattr(one, name), size[name]) for one in found.values()])
        for name in ("validate", "test")
    }
    for kind, one in found.items():
        train = cut(one.train, size["train"])
        Material(train, **held, settings=one.settings).save(folder / f"{kind}.npz")
    return {
        "border": size["test"],
        "remarks": remarks,
        "figures": {f"{name}_s": size[name] / RATE_HZ for name in SHARES},
    }


def simulated(root: Path, effect: str) -> tuple[dict[str, Material], list[str]]:
    """Our own tree, which has no delay: none is looked for, so both kinds agree."""
    of_notes, remarks = egfx.material(egfx.read(root, effect, (PICKUP,)), known=(0, 1))
    ((dry, wet),) = fragments.pair_files(root / "phrases")
    of_phrases = fragments.material([(audio.read(dry), audio.read(wet))])
    return {"notes": of_notes, "phrases": of_phrases}, remarks


def recordings(source: Source) -> tuple[dict[str, Material], list[str]]:
    """EGFxSet, and phrases where there are any, each checked and aligned by itself."""
    notes_of = egfx.read(Path(source.egfx), source.effect, (PICKUP,))
    of_notes, remarks = egfx.material(notes_of, most_seconds=source.whole_s)
    found = {"notes": of_notes}
    if source.phrases:
        pairs = fragments.pair_files(Path(source.phrases))
        made = recorded.from_pairs(pairs, only_check=False)
        assert made.material is not None
        found["phrases"] = made.material
        remarks += [report.line() for report in made.reports]
        remarks += [
            f"phrases: wet was {one.delay} samples late" for one in made.reports
        ]
    return found, remarks


def cut(part: Part, size: int) -> Part:
    """The first `size` samples of a part."""
    return Part(part.audio[:size], part.targets[:, :size])


def joined(parts: list[Part]) -> Part:
    """One part after the other."""
    return Part(
        np.concatenate([part.audio for part in parts]),
        np.concatenate([part.targets for part in parts], axis=1),
    )


def simulate(root: Path, source: Source) -> Path:
    """Renders a small tree: notes from all over the neck, a recording of phrases.

    Raises TrainingError for a pedal that is not simulated.
    """
    if source.effect not in circuits.CIRCUITS:
        raise TrainingError(
            f'effect "{source.effect}": expected a simulated pedal '
            f"({', '.join(circuits.CIRCUITS)}), or EGFxSet's folder by --egfx DIR"
        )
    rng = np.random.default_rng(GUITAR_SEED)
    whole = source.whole_s
    neck = [(s, f) for s in notes.OPEN_STRINGS for f in range(notes.FRETS + 1)]
    chosen = neck[:: math.ceil(len(neck) * LEAST_NOTE_S / whole)]
    for string, fret in chosen:
        hz = 440.0 * 2.0 ** ((Note(PICKUP, string, fret).midi - 69) / 12.0)
        force, bright = rng.uniform(0.4, 0.8), rng.uniform(0.5, 0.9)
        pluck = guitar.Pluck(hz, whole / len(chosen), force, bright, palm=False)
        played = guitar.pluck(pluck, rng).astype(np.float32)
        for name, heard in sides(source.effect, played, egfx.CLEAN):
            put(root / name / PICKUP / f"{string}-{fret}.wav", heard)
    phrases = guitar.play(whole + 4.0, GUITAR_SEED)  # what the gaps of a split take
    for name, heard in zip(
        fragments.FOLDERS, dict(sides(source.effect, phrases, "")).values(), strict=True
    ):
        put(root / "phrases" / name / "phrases.wav", heard)
    return root


def sides(effect: str, dry: Audio, clean: str) -> list[tuple[str, Audio]]:
    """What goes into a pedal and what comes out, by the names of their folders."""
    return [(clean, dry), (effect, GAIN * circuits.render(effect, dry, DRIVE))]


def put(path: Path, heard: Audio) -> None:
    """Writes (N,) at 44.1 kHz as EGFxSet has it: 48 kHz, 24 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wide = soxr.resample(heard, RATE_HZ, SET_RATE_HZ, "VHQ")
    soundfile.write(path, np.clip(wide, -1.0, 1.0), SET_RATE_HZ, subtype="PCM_24")
