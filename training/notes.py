"""EGFxSet's folders: which file is which note, and what in them is not as named.

The set (Pedroza, Meza and Roman 2022, CC BY 4.0) holds, for each effect and for Clean,
five pick-ups of 138 notes: `TubeScreamer/Bridge/1-0.wav` is string 1 (high E), fret 0.
Some names are odd; each is put right by what is heard, or left out, and said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import audio
from training.errors import AudioError

Audio = NDArray[np.float32]
OPEN_STRINGS = {1: 64, 2: 59, 3: 55, 4: 50, 5: 45, 6: 40}  # MIDI notes
FRETS = 22
PICKUPS = ("Bridge", "Bridge-Middle", "Middle", "Middle-Neck", "Neck")
NAME = re.compile(r"([1-6])([-.])(\d{1,2})")
LISTEN_SECONDS = (0.15, 1.35)  # of a note, when its pitch is asked for
OVERTONES = 8


@dataclass(frozen=True, order=True)
class Note:
    """A note of the guitar: pick-up, string 1..6, fret 0..22."""

    pickup: str
    string: int
    fret: int

    @property
    def midi(self) -> int:
        """Its pitch; 64 is the open high E."""
        return OPEN_STRINGS[self.string] + self.fret

    def __str__(self) -> str:
        return f"{self.pickup}/{self.string}-{self.fret}"


@dataclass
class Folder:
    """One effect's notes, those that a name may have shifted, and remarks on both."""

    files: dict[Note, Path]
    doubtful: set[Note]
    remarks: list[str]


def plain(name: str) -> str:
    """A folder's name without case, spaces, hyphens and underscores."""
    return re.sub(r"[\s_-]", "", name).casefold()


def find_folder(root: Path, effect: str) -> Path:
    """The effect's folder in the tree, a zip's own folder within included.

    Raises AudioError when there is none.
    """
    if not root.is_dir():
        raise AudioError(f"{root}: expected EGFxSet's folder, found none")
    for depth in (root, *sorted(path for path in root.iterdir() if path.is_dir())):
        for path in sorted(depth.iterdir()) if depth.is_dir() else ():
            if path.is_dir() and plain(path.name) == plain(effect):
                inner = path / path.name
                return inner if inner.is_dir() else path
    found = ", ".join(sorted(p.name for p in root.iterdir() if p.is_dir())) or "none"
    raise AudioError(f'{root}: expected a folder "{effect}", found {found}')


def read_folder(folder: Path) -> Folder:
    """Names to notes. Raises AudioError when there are none."""
    files: dict[Note, Path] = {}
    doubtful: set[Note] = set()
    remarks: list[str] = []
    for pickup in sorted(path for path in folder.iterdir() if path.is_dir()):
        for string in OPEN_STRINGS:
            frets = dict(names(pickup, string, remarks))
            where = f"{folder.name}/{pickup.name}, string {string}"
            shift = FRETS + 1 if frets and min(frets) > FRETS else 0
            if shift:
                remarks.append(f"{where}: frets {shift} and up, taken as 0 and up")
            notes = {
                Note(pickup.name, string, fret - shift): path
                for fret, path in frets.items()
            }
            strange = shift or any(note.fret > FRETS for note in notes)
            if strange:
                doubtful |= set(notes)
            files |= notes
    if not files:
        raise AudioError(f"{folder}: expected notes such as Bridge/1-0.wav, found none")
    return Folder(files, doubtful, remarks)


def names(pickup: Path, string: int, remarks: list[str]) -> Iterator[tuple[int, Path]]:
    """(fret, file) of a string. Odd names are said once a string, others passed."""
    odd = 0
    for path in sorted(pickup.iterdir()):
        match = NAME.fullmatch(path.stem)
        if path.suffix.lower() != ".wav" or path.name.startswith(".") or not match:
            continue
        if int(match[1]) == string:
            odd += match[2] != "-"
            yield int(match[3]), path
    if odd:
        where = f"{pickup.parent.name}/{pickup.name}, string {string}"
        remarks.append(f"{where}: {odd} names with a dot, taken as hyphens")


def semitones_off(heard: Audio, midi: int, reach: int = 3) -> int:
    """How many semitones a note lies above what it should be, -reach..reach.

    heard: (N,). The pitch whose overtones hold most, in a long spectrum.
    """
    start, stop = (int(t * audio.RATE_HZ) for t in LISTEN_SECONDS)
    piece = heard[min(start, len(heard) // 4) : stop].astype(float)
    size = 1 << 17
    level = np.sqrt(np.abs(np.fft.rfft(piece * np.hanning(len(piece)), size)))
    hz = audio.RATE_HZ / size
    scores = []
    for step in range(-reach, reach + 1):
        first = 440.0 * 2.0 ** ((midi + step - 69) / 12.0)
        tones = [k * first for k in range(1, OVERTONES + 1) if k * first < 9000.0]
        scores.append(
            sum(
                level[int(t * 0.985 / hz) : int(t * 1.015 / hz) + 2].max() / (k + 2)
                for k, t in enumerate(tones)
            )
        )
    return int(np.argmax(scores)) - reach


def checked(folder: Folder) -> Folder:
    """The same with each note under the name of the pitch that is heard.

    A doubtful note that sounds one or two frets off is renamed; any other note that
    does not sound as named is left out. All is said in the remarks.
    """
    files: dict[Note, Path] = {}
    remarks, moved, dropped = list(folder.remarks), [], []
    for note, path in sorted(folder.files.items()):
        off = semitones_off(audio.read(path), note.midi)
        true = replace(note, fret=note.fret + off)
        if off and note not in folder.doubtful:
            dropped.append(f"{note} by {off:+d}")
        elif not 0 <= true.fret <= FRETS or true in files:
            dropped.append(f"{note}")
        else:
            files[true] = path
            moved += [f"{note} is {true.string}-{true.fret}"] if off else []
    if moved:
        remarks.append(f"renamed by pitch: {listed(moved)}")
    if dropped:
        remarks.append(f"left out, other pitch than named: {listed(dropped)}")
    return Folder(files, set(), remarks)


def listed(items: list[str], most: int = 4) -> str:
    """The first few, and how many more."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more
