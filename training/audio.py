"""Audio files in and out: mono float32 at 44,100 Hz, whatever the file holds."""

import io
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from pedal.errors import AudioError
from training import whole

Audio = NDArray[np.float32]
RATE_HZ = 44100
SILENCE = 1e-4  # peak, -80 dBFS
SUFFIXES = (".wav", ".flac", ".aif", ".aiff", ".ogg")


def channels(path: Path, precision: str) -> tuple[NDArray[np.floating], int]:
    """The file as it is, (N, channels), and its rate in Hz.

    precision: "float32" or "float64". Raises AudioError when there is no such file, it
    cannot be read, is empty or is not finite.
    """
    if not path.is_file():
        raise AudioError(f"{path}: found no such file; look at its name and folder")
    try:
        audio, rate_hz = soundfile.read(path, dtype=precision, always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        cause = getattr(error, "error_string", str(error)).rstrip(".")
        raise AudioError(
            f"{path}: cannot be read: {cause}; export it as WAV or FLAC"
        ) from error
    if len(audio) == 0:
        raise AudioError(f"{path}: found no samples, expected audio; export it again")
    if not np.isfinite(audio).all():
        raise AudioError(f"{path}: found samples that are not finite; export it again")
    return audio, rate_hz


def read(path: Path) -> Audio:
    """The file as (N,), channels averaged, resampled to 44,100 Hz.

    Raises AudioError as `channels` does.
    """
    audio, rate_hz = channels(path, "float32")
    mono = audio.mean(axis=1)
    return mono if rate_hz == RATE_HZ else soxr.resample(mono, rate_hz, RATE_HZ, "VHQ")


def write(path: Path, audio: NDArray[np.floating]) -> None:
    """Writes (N,) as a mono float32 WAV at 44,100 Hz, whole or not at all.

    Raises AudioError when the file cannot be written.
    """
    content = io.BytesIO()  # libsndfile itself calls a full disk "System error"
    soundfile.write(content, audio, RATE_HZ, format="WAV", subtype="FLOAT")
    try:
        with whole.aside(path) as new:
            new.write_bytes(content.getbuffer())
    except OSError as error:
        raise AudioError(
            f"{path}: cannot be written: {error.strerror}; make room or name another "
            "place"
        ) from error


def files(folder: Path) -> list[Path]:
    """All recordings below a folder, in the order of their names."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)


def gather(
    folder: Path, seconds: float | None = None, peak: float | None = None
) -> Audio:
    """All recordings below a folder in the order of their names, joined.

    seconds: take about that much, the same share of each file's start; peak: scale the
    whole to it.   returns: (N,).
    Raises AudioError when there are none or they are silent.
    """
    paths = files(folder)
    if not paths:
        raise AudioError(f"{folder}: found no audio files, expected WAV or FLAC")
    taken = each(seconds, len(paths))
    audio = np.concatenate([faded(read(path)[:taken]) for path in paths])
    loudest = float(np.abs(audio).max())
    if loudest < SILENCE:
        raise AudioError(f"{folder}: found silence, expected a played guitar")
    return audio * np.float32(peak / loudest) if peak else audio


def each(seconds: float | None, files: int) -> int | None:
    """Samples that `gather` takes of each of so many files; None for all of them."""
    return int(seconds * RATE_HZ / max(files, 1)) if seconds else None


def faded(audio: Audio) -> Audio:
    """The same with 10 ms faded at its end, so that joined takes do not click."""
    size = min(len(audio), RATE_HZ // 100)
    fade = np.ones(len(audio), np.float32)
    fade[len(audio) - size :] = np.linspace(1.0, 0.0, size)
    return audio * fade
