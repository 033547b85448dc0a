"""Plays a recording through the very program that runs on the board, offline.

The result is mono float32 at 44.1 kHz and as long as the input plus the delay of the
path (0 samples, or 15 with block 16), which is left in. It appears whole or not at all.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import soundfile

from pedal import audio, bank, performance
from pedal.engine import (
    BLOCKS,
    MAX_PERIOD,
    OWN_BACKEND,
    Settings,
    command,
    read_summary,
    run_to_end,
)
from pedal.errors import AudioError, BankError, UsageError
from pedal.messages import read as read_message
from pedal.paths import FACTORY_BANK
from pedal.protocol.protocol import PARAMS

BYPASS = "bypass"


@dataclass(frozen=True)
class Job:
    """One rendering. effect: an id, "clean", "bypass", or "" for the bank's first.

    params: values by parameter id, in their units, set before the first sample.
    """

    source: Path
    target: Path
    effect: str = ""
    model_block: int = 1
    period: int = 128
    bank: Path = FACTORY_BANK
    raw: bool = False
    channel: int | None = None
    score: Path | None = None
    params: Mapping[str, float] = field(default_factory=dict)
    backend: str = OWN_BACKEND


@dataclass(frozen=True)
class Figures:
    """What `pedal render --json` prints. delay_samples is left in the output.

    block_us: what a period took on this machine, median. notes: what another back end
    could not play.
    """

    seconds: float
    rms_dbfs: float
    peak_dbfs: float
    delay_samples: int
    dropped: int
    alarms: list[Any]
    input_rate_hz: int
    block_us: float
    notes: list[str]


def render(job: Job) -> Figures:
    """Renders a job. Raises Audio-, Bank-, Performance-, Engine- and UsageError."""
    _check_options(job)
    events = _events(job)
    settings = _settings(job)
    recording = audio.read(job.source, job.channel)
    delay = bank.path_delay(job.bank, job.model_block)
    with tempfile.TemporaryDirectory(prefix="pedal-") as folder:
        heard = Path(folder) / "in.wav"
        score = Path(folder) / "score.json"
        summary_file = Path(folder) / "summary.json"
        partial = job.target.with_name(f".{job.target.name}.{os.getpid()}.partial")
        audio.write_float(heard, recording.samples)
        score.write_text(json.dumps(events), encoding="utf-8")
        options = ["--in", str(heard), "--out", str(partial), "--tail", str(delay)]
        options += ["--performance", str(score), "--summary", str(summary_file)]
        options += ["--backend", job.backend]
        try:
            notes = run_to_end(command(job.period, "wav", options), settings)
            summary = read_summary(summary_file)
            figures = _figures(partial, summary, delay, recording.rate_hz, notes)
            partial.replace(job.target)
        except OSError as cause:
            raise AudioError(
                f"{job.target}: cannot be written: {cause.strerror}"
            ) from cause
        finally:
            partial.unlink(missing_ok=True)
    return figures


def _settings(job: Job) -> Settings:
    """The program's settings; bypass is a state of the chain, not an effect."""
    params: dict[str, float] = {}
    for name, value in job.params.items():
        reading = read_message("/param/set", [name, value])
        if reading.clamped:
            low, high = PARAMS[name].min, PARAMS[name].max
            raise UsageError(f"--param {name}: expected {low} to {high}, found {value}")
        params[name] = value
    return Settings(
        bank=job.bank.absolute(),
        effect=bank.CLEAN if job.effect == BYPASS else job.effect,
        bypass=job.effect == BYPASS,
        model_block=job.model_block,
        raw=job.raw,
        params=params,
    )


def _check_options(job: Job) -> None:
    """Raises before anything is read or written."""
    if not 1 <= job.period <= MAX_PERIOD:
        raise UsageError(f"--period: expected 1 to {MAX_PERIOD}, found {job.period}")
    if job.model_block not in BLOCKS:
        raise UsageError(f"--model-block: expected 1 or 16, found {job.model_block}")
    folder = job.target.absolute().parent
    if not folder.is_dir():
        raise AudioError(
            f"{job.target}: the folder {folder} does not exist; make it first"
        )
    if not os.access(folder, os.W_OK):
        raise AudioError(f"{job.target}: the folder {folder} cannot be written to")
    if job.target.is_dir():
        raise AudioError(f"{job.target}: expected a file name, found a folder")


def _events(job: Job) -> list[performance.Event]:
    """What happens while the recording plays; checks effect and bank on the way."""
    effects = _effects(job)
    if job.score is None:
        return []
    return sorted(performance.load(job.score, effects), key=lambda event: event["at"])


def _effects(job: Job) -> tuple[str, ...]:
    """The effects that may be selected; only bypass and clean do without a bank."""
    plain = job.effect in (BYPASS, bank.CLEAN)
    if plain and job.raw:
        raise UsageError(f"--raw: expected an effect with a model, found {job.effect}")
    try:
        loaded = bank.load(job.bank)
    except BankError:
        if plain:
            return ()
        raise
    if not plain:
        effect = loaded.effect(job.effect) if job.effect else loaded.effects[0]
        if job.raw and effect.model(job.model_block) is None:
            blocks = ", ".join(str(model.block) for model in effect.models)
            raise UsageError(
                f'--model-block: effect "{effect.id}" has models of block {blocks}, '
                f"found {job.model_block}"
            )
    return (*loaded.ids, bank.CLEAN)


def _figures(
    path: Path, summary: dict[str, Any], delay: int, rate_hz: int, notes: list[str]
) -> Figures:
    """Measures what came out."""
    program = summary.get("program") or {}
    samples, _ = soundfile.read(path, dtype="float32")
    rms, peak = audio.rms_and_peak_dbfs(samples)
    return Figures(
        seconds=len(samples) / audio.RATE_HZ,
        rms_dbfs=round(rms, 3),
        peak_dbfs=round(peak, 3),
        delay_samples=delay,
        dropped=int(program.get("dropped_messages", 0)),
        alarms=list(program.get("alarms", [])),
        input_rate_hz=rate_hz,
        block_us=float(program.get("p50_us", 0.0)),
        notes=notes,
    )
