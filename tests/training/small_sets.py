"""Small trees in the layouts of EGFxSet and of fragments, played by the own guitar."""

import io
import zipfile
from pathlib import Path

import numpy as np
import soundfile
import soxr

from training import notes
from training.virtual import guitar

RATE_HZ = 48000
SECONDS = 1.5
CHOSEN = [(s, f) for s in (6, 5, 4, 3) for f in (0, 3, 5, 7)]  # strings and frets


def clip(audio: np.ndarray) -> np.ndarray:
    """A pedal that clips, 0.1 ms late."""
    late = np.concatenate((np.zeros(5, audio.dtype), audio))[: len(audio)]
    return 0.4 * np.tanh(8.0 * late)


def note(string: int, fret: int) -> np.ndarray:
    """One plucked note at 48 kHz."""
    hz = 440.0 * 2.0 ** ((notes.OPEN_STRINGS[string] + fret - 69) / 12.0)
    rng = np.random.default_rng(100 * string + fret)
    pluck = guitar.Pluck(hz, SECONDS, force=0.6, bright=0.7, palm=False)
    return soxr.resample(guitar.pluck(pluck, rng), guitar.RATE_HZ, RATE_HZ)


def put(path: Path, audio: np.ndarray) -> None:
    """Writes a note as EGFxSet does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.clip(audio, -1, 1), RATE_HZ, subtype="PCM_24")


def plant(root: Path, effect: str = "TubeScreamer", pickup: str = "Bridge") -> Path:
    """Clean and one effect of one pick-up, CHOSEN notes."""
    for string, fret in CHOSEN:
        played = note(string, fret)
        put(root / "Clean" / pickup / f"{string}-{fret}.wav", played)
        put(root / effect / pickup / f"{string}-{fret}.wav", clip(played))
    return root


def zipped(folder: Path) -> bytes:
    """A folder as the set's own archives hold it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for path in sorted(folder.rglob("*.wav")):
            packed.write(path, path.relative_to(folder.parent))
    return content.getvalue()
