"""Reads a recording as the engine wants it (mono, 44.1 kHz) and measures one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from pedal.errors import AudioError

RATE_HZ = 44100
SILENT_DBFS = -200.0  # stands for silence, whose level has no number


@dataclass(frozen=True)
class Recording:
    """samples: (T,) float32 in -1..1 at 44.1 kHz; rate_hz is what the file had."""

    samples: np.ndarray
    rate_hz: int


def read(path: Path, channel: int | None = None) -> Recording:
    """A recording of any PCM or float format, its rate converted by soxr (HQ).

    channel: 1 is left; needed where there are several. Raises AudioError for a file
    that is missing, empty, no recording, of several channels, or not finite.
    """
    samples, rate_hz = _read_file(path)
    samples = _pick(path, samples, channel)  # (T,)
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples, rate_hz, RATE_HZ, quality="HQ")
    if not len(samples):
        raise AudioError(f"{path}: too short to resample from {rate_hz} Hz")
    return Recording(np.ascontiguousarray(samples, dtype=np.float32), rate_hz)


def _read_file(path: Path) -> tuple[np.ndarray, int]:
    """Samples (T, C) and the rate in Hz, checked."""
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise AudioError(f"{path}: expected a recording, found {found}")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty")
    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError, RuntimeError) as cause:
        raise AudioError(f"{path}: not a recording that libsndfile reads") from cause
    if not len(samples):
        raise AudioError(f"{path}: the recording has no samples")
    wrong = np.flatnonzero(~np.isfinite(samples).all(axis=1))
    if len(wrong):
        raise AudioError(f"{path}: sample {wrong[0]} is not a finite number")
    return samples, int(rate_hz)


def _pick(path: Path, samples: np.ndarray, channel: int | None) -> np.ndarray:
    """One channel of (T, C)."""
    count = samples.shape[1]
    if channel is None:
        if count != 1:
            raise AudioError(
                f"{path}: expected 1 channel, found {count}; pick one with --channel 1"
            )
        channel = 1
    if not 1 <= channel <= count:
        raise AudioError(f"{path}: --channel: expected 1 to {count}, found {channel}")
    return samples[:, channel - 1]


def write_float(path: Path, samples: np.ndarray) -> None:
    """Writes (T,) as a mono float32 WAV at 44.1 kHz. Raises AudioError."""
    try:
        soundfile.write(path, samples, RATE_HZ, subtype="FLOAT", format="WAV")
    except (soundfile.SoundFileError, OSError, RuntimeError) as cause:
        raise AudioError(f"{path}: cannot be written: {cause}") from cause


def dbfs(value: float) -> float:
    """20 log10 of an amplitude; SILENT_DBFS for silence."""
    return float(20.0 * np.log10(value)) if value > 1e-10 else SILENT_DBFS


def rms_and_peak_dbfs(samples: np.ndarray) -> tuple[float, float]:
    """Root mean square and peak of (T,), in dB below full scale."""
    if not len(samples):
        return SILENT_DBFS, SILENT_DBFS
    exact = samples.astype(np.float64)
    return dbfs(float(np.sqrt(np.mean(exact**2)))), dbfs(float(np.max(np.abs(exact))))
