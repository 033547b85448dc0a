"""Evaluates a bank on audio that no training has heard, through the engine itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import audio, figures, loudness
from training.errors import TrainingError
from training.material import DRIVES, Part
from training.virtual import circuits, guitar

Audio = NDArray[np.float32]
# One model as it is deployed: audio (N,) and parameters in, audio (N,) and ns a sample.
Deployed = Callable[[Audio, Mapping[str, float]], tuple[Audio, float]]
HELD_OUT_S = 20.0
HELD_OUT_SEED = 1_000_003  # of the simulated guitar; trainings take seed + 1
UNSEEN_DRIVES = (12.5, 37.5, 62.5, 87.5)  # %: half-way between those trained at
DEFAULT_DRIVE = 50.0


@dataclass(frozen=True)
class Subject:
    """A model to evaluate: its row of the bank, and the way to play it."""

    effect: str
    block: int
    conditioning: tuple[str, ...]
    row: Mapping[str, Any]
    play: Deployed


@dataclass(frozen=True)
class Truth:
    """Held-out audio and what the effect makes of it at each setting (% of drive)."""

    source: str
    dry: Audio
    wet: Mapping[float, Audio]
    trained: tuple[float, ...]
    circuit: Callable[[Audio], Audio] | None = None  # at the middle setting

    @property
    def middle(self) -> float:
        """The setting that is listened to: 50 %, or the only one."""
        return DEFAULT_DRIVE if DEFAULT_DRIVE in self.wet else self.trained[0]


@dataclass(frozen=True)
class Result:
    """All figures of one model. Levels in dBFS, images in dB, ESR as a ratio."""

    effect: str
    block: int
    source: str
    seconds: float
    esr: float
    esr_unseen: float | None
    mse: float
    dc: float
    stft: float | None
    by_setting: Mapping[float, float]
    by_level: Sequence[tuple[float, float, float]]
    levels: Sequence[float]  # of the output, at figures.TRACKED_DBFS
    target_levels: Sequence[float]  # none where nobody can ask the original
    images: Mapping[int, float]
    target_images: Mapping[int, float]
    idle_dbfs: float
    loudness_lu: float  # the model's against the target's
    gain_db: float  # the bank's, that brings the stock clip to dry's loudness
    stock_lufs: tuple[float, float]  # of the stock clip: dry, and through the model
    mac: float
    ns: float
    heard: Audio = field(repr=False, compare=False)
    wanted: Audio = field(repr=False, compare=False)
    dry: Audio = field(repr=False, compare=False)

    def as_row(self) -> dict[str, Any]:
        """Plain figures, without the audio, for JSON."""
        hidden = ("heard", "wanted", "dry", "levels", "target_levels")
        plain = {name: x for name, x in vars(self).items() if name not in hidden}
        return plain | {"tracking": self.tracking}

    @property
    def tracking(self) -> list[tuple[float, float, float | None]]:
        """Of a sine at rising levels: its peak, the model's and the original's output.

        In dBFS; the outputs are RMS.
        """
        wanted = self.target_levels or [None] * len(self.levels)
        return list(zip(figures.TRACKED_DBFS, self.levels, wanted, strict=True))


def held_out() -> tuple[str, Audio]:
    """Guitar that no training has heard: its source in words, and (N,)."""
    return "simulated guitar, another seed", guitar.play(HELD_OUT_S, HELD_OUT_SEED)


def virtual_truth(
    effect: str,
    source: str,
    dry: Audio,
    has_knob: bool,
    drive: float = DEFAULT_DRIVE,
) -> Truth:
    """A simulated pedal's own output, at trained and unseen drives.

    drive: where a model without a knob was trained, %.
    """
    trained = DRIVES if has_knob else (drive,)
    wet = {one: circuits.render(effect, dry, one) for one in trained}
    return circuit_truth(effect, source, dry, wet)


def seen_truth(
    effect: str, source: str, dry: Audio, has_knob: bool, drive: float = DEFAULT_DRIVE
) -> Truth:
    """The same at trained drives alone, and without the circuit's own images."""
    trained = DRIVES if has_knob else (drive,)
    wet = {one: circuits.render(effect, dry, one) for one in trained}
    return Truth(source, dry, wet, trained)


def circuit_truth(
    effect: str, source: str, dry: Audio, wet: Mapping[float, Audio]
) -> Truth:
    """What the circuit made of dry where it was trained; the unseen drives are added.

    wet: by drive in %; a single one is of a model without a knob.
    """
    trained = tuple(wet)
    unseen = UNSEEN_DRIVES if len(trained) > 1 else ()
    added = {drive: circuits.render(effect, dry, drive) for drive in unseen}
    truth = Truth(source, dry, {**wet, **added}, trained)
    return replace(
        truth, circuit=lambda audio: circuits.render(effect, audio, truth.middle)
    )


def pair_truth(source: str, part: Part) -> Truth:
    """The part of a recorded pair that its training left out."""
    wet = {DEFAULT_DRIVE: part.targets[0]}
    return Truth(source, part.audio, wet, (DEFAULT_DRIVE,))


def evaluate(subject: Subject, truth: Truth) -> Result:
    """Measures one model. Raises TrainingError where its output is not finite."""
    heard: dict[float, Audio] = {}
    ns = []
    for drive in truth.wet:
        heard[drive], cost_ns = subject.play(truth.dry, params(subject, drive))
        ns.append(cost_ns)
        if not np.isfinite(heard[drive]).all():
            raise TrainingError(
                f"{subject.effect}, block {subject.block}: found an output that is no "
                f"number at drive {drive:g} %, expected audio; train it anew"
            )
    errors = {
        drive: figures.error_to_signal(heard[drive], wanted)
        for drive, wanted in truth.wet.items()
    }
    unseen = [error for drive, error in errors.items() if drive not in truth.trained]
    middle = truth.middle
    mine, wanted = heard[middle], truth.wet[middle]

    def play(x: Audio) -> Audio:
        return subject.play(x, params(subject, middle))[0]

    def tones(source: figures.Play) -> dict[int, float]:
        return {hz: figures.images_db(source, hz) for hz in figures.TONES_HZ}

    return Result(
        effect=subject.effect,
        block=subject.block,
        source=truth.source,
        seconds=len(truth.dry) / audio.RATE_HZ,
        esr=float(np.mean([errors[drive] for drive in truth.trained])),
        esr_unseen=float(np.mean(unseen)) if unseen else None,
        mse=figures.mean_square(mine, wanted),
        dc=figures.offset(mine, wanted),
        stft=spectral(mine, wanted),
        by_setting=errors,
        by_level=figures.errors_by_level(truth.dry, mine, wanted),
        levels=figures.levels_through(play),
        target_levels=figures.levels_through(truth.circuit) if truth.circuit else (),
        images=tones(play),
        target_images=tones(truth.circuit) if truth.circuit else {},
        idle_dbfs=figures.idle_dbfs(play),
        loudness_lu=loudness.integrated_lufs(mine) - loudness.integrated_lufs(wanted),
        gain_db=float(subject.row["gain_db"]),
        stock_lufs=(
            float(subject.row["dry_loudness_lufs"]),
            float(subject.row["loudness_lufs"]),
        ),
        mac=float(subject.row["cost_mac_per_sample"]),
        ns=float(np.median(ns)),
        heard=mine,
        wanted=wanted,
        dry=truth.dry,
    )


def params(subject: Subject, drive: float) -> dict[str, float]:
    """The parameters of a setting: none for a model without a knob."""
    return {"drive": drive} if "drive" in subject.conditioning else {}


def spectral(heard: Audio, wanted: Audio) -> float | None:
    """The multi-resolution STFT loss; None where auraloss is not installed."""
    try:
        return figures.spectral_distance(heard, wanted)
    except ModuleNotFoundError:
        return None
