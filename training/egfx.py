"""EGFxSet as material: notes paired by name, split by pitch before anything is cut.

The set plays each note through each pedal at one knob setting, so no knob is learned.
Letters: N samples.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import align, audio, notes
from training.errors import AlignmentError, AudioError
from training.material import SHARES, Material, Part
from training.notes import Note

Audio = NDArray[np.float32]
RATE_HZ = audio.RATE_HZ
CLEAN = "Clean"
LICENCE = "CC BY 4.0"
SOURCE = "EGFxSet (Pedroza, Meza, Roman 2022), zenodo.org/record/7044411"
MOST_SECONDS = 1200.0  # of each side; more notes are cut shorter
LEAST_SECONDS = 0.3  # of a note
SILENCE = 1e-3  # peak, -60 dBFS
JOINED, NOTE_SECONDS = 24, 2.0  # notes that a delay is found on, and of each
LEAST_LIKENESS = 4.0


@dataclass
class Set:
    """The pairs of one effect, and remarks on what was put right or left out."""

    pairs: dict[Note, tuple[Path, Path]]
    remarks: list[str]


def read(root: Path, effect: str, pickups: tuple[str, ...] = ()) -> Set:
    """Pairs of clean and effect, by name once names are checked by pitch.

    Raises AudioError when a folder is missing or fewer than three pitches pair.
    """
    clean, wet = (
        notes.read_folder(notes.find_folder(root, name)) for name in (CLEAN, effect)
    )
    for folder in (clean, wet):
        chosen = {n: p for n, p in folder.files.items() if n.pickup in pickups}
        folder.files = chosen if pickups else folder.files
    clean, wet = notes.checked(clean), notes.checked(wet)
    both = sorted(clean.files.keys() & wet.files.keys())
    remarks = clean.remarks + wet.remarks
    for one, other, name in ((clean, wet, effect), (wet, clean, CLEAN)):
        alone = sorted(str(n) for n in one.files.keys() - other.files.keys())
        if alone:
            remarks.append(f"no {name} for {notes.listed(alone)}: left out")
    if len({note.midi for note in both}) < len(SHARES):
        raise AudioError(
            f"{root}: found {len(both)} pairs of {CLEAN} and {effect}, expected at "
            f"least {len(SHARES)} of unlike pitch; {'; '.join(remarks) or 'add notes'}"
        )
    return Set({note: (clean.files[note], wet.files[note]) for note in both}, remarks)


def split(found: list[Note], seed: int) -> dict[str, list[Note]]:
    """Notes to parts by pitch: a pitch is in one part only, on whatever string.

    Sizes follow SHARES as nearly as whole pitches can.
    """
    pitches = sorted({note.midi for note in found})
    order = np.random.default_rng(seed).permutation(pitches)
    count = len(order)
    test = max(1, round(SHARES["test"] * count))
    validate = max(1, round(SHARES["validate"] * count))
    part_of = {int(p): "test" for p in order[:test]}
    part_of |= {int(p): "validate" for p in order[test : test + validate]}
    parts: dict[str, list[Note]] = {name: [] for name in SHARES}
    for note in found:
        parts[part_of.get(note.midi, "train")].append(note)
    return parts


def load(paths: tuple[Path, Path], seconds: float) -> tuple[Audio, Audio]:
    """Both sides of a note, equally long, (N,) each."""
    dry, wet = (audio.read(path) for path in paths)
    size = min(len(dry), len(wet), int(seconds * RATE_HZ))
    return dry[:size], wet[:size]


def common_delay(found: Set) -> tuple[int, int]:
    """The delay of wet and its polarity, the same for all notes.

    Raises AlignmentError when no delay fits notes from all over the neck.
    """
    chosen = list(found.pairs)[:: max(1, len(found.pairs) // JOINED)]
    sides = [load(found.pairs[note], NOTE_SECONDS) for note in chosen]
    dry, wet = (np.concatenate(side) for side in zip(*sides, strict=True))
    aligned = align.align(dry, wet)
    if aligned.likeness < LEAST_LIKENESS:
        raise AlignmentError(
            f"clean and wet notes: found a likeness of {aligned.likeness:.1f}, "
            f"expected {LEAST_LIKENESS:g} or more; is this EGFxSet"
        )
    return round(aligned.samples), aligned.polarity


def material(
    found: Set,
    seed: int = 0,
    known: tuple[int, int] | None = None,
    most_seconds: float = MOST_SECONDS,
) -> tuple[Material, list[str]]:
    """What a run learns from, and what the player is told.

    known: delay and polarity of wet, where they need not be found. most_seconds: of
    all notes together; each is cut to its share.
    Raises AudioError when a part would hold no sounding note.
    """
    delay, polarity = known or common_delay(found)
    remarks = [*found.remarks, f"wet is {delay} samples late: undone"]
    if polarity < 0:
        remarks.append("wet has the other polarity: undone")
    seconds = most_seconds / len(found.pairs)
    parts, silent = {}, []
    for name, chosen in split(list(found.pairs), seed).items():
        pieces = []
        for note in chosen:
            dry, wet = align.shifted(*load(found.pairs[note], seconds), delay)
            if len(dry) < LEAST_SECONDS * RATE_HZ or np.abs(dry).max() < SILENCE:
                silent.append(str(note))
                continue
            pieces.append((audio.faded(dry), audio.faded(polarity * wet)))
        if not pieces:
            raise AudioError(f"{name} notes: found silence, expected played notes")
        dry, wet = (np.concatenate(side) for side in zip(*pieces, strict=True))
        parts[name] = Part(dry.astype(np.float32), wet.astype(np.float32)[None])
    if silent:
        remarks.append(f"silent or too short, left out: {notes.listed(silent)}")
    made = Material(**parts, settings=np.zeros((1, 0), np.float32))
    return made, remarks
