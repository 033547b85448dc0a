"""Evaluates a bank on audio that no training has heard, through the engine itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pedal import bank as banks
from training import audio, figures, loudness, pots
from training.errors import TrainingError
from training.material import DRIVES, Part
from training.pots import Knobs, Setting
from training.virtual import circuits, guitar

Audio = NDArray[np.float32]
# One model as it is deployed: audio (N,) and parameters in, audio (N,) and ns a sample.
Deployed = Callable[[Audio, Mapping[str, float]], tuple[Audio, float]]
HELD_OUT_S = 20.0
HELD_OUT_SEED = 1_000_003  # of the simulated guitar; trainings take seed + 1


@dataclass(frozen=True)
class Subject:
    """A model to evaluate: its row of the bank, and the way to play it."""

    effect: str
    block: int
    conditioning: tuple[str, ...]
    row: Mapping[str, Any]
    play: Deployed

    def trained(self, held: Mapping[str, float]) -> Knobs:
        """The settings it was trained at. held: where its effect's other knobs stood,
        in %, for a model that doesn't tell its own.

        Banks that don't tell the settings are of five drives.
        """
        names = tuple(name for name in self.conditioning if name in pots.NAMES)
        quality = self.row.get("quality", {})
        rows, held = quality.get("settings"), quality.get("held", held)
        if rows is None or not names:
            return replace(pots.board(dict.fromkeys(names, DRIVES)), held=held)
        settings = [[row.get(name, pots.MIDDLE) for name in names] for row in rows]
        return Knobs(names, tuple(map(tuple, settings)), held)


@dataclass(frozen=True)
class Truth:
    """Held-out audio and what the effect makes of it at each setting.

    knobs: those of the model, and the settings that it was trained at.
    """

    source: str
    dry: Audio
    wet: Mapping[Setting, Audio]
    knobs: Knobs
    circuit: Callable[[Audio], Audio] | None = None  # at the middle setting

    @property
    def middle(self) -> Setting:
        """The setting that is listened to: nearest to the middle, trained if it can."""
        known = tuple(s for s in self.knobs.settings if s in self.wet)
        return replace(self.knobs, settings=known or tuple(self.wet)).middle


@dataclass(frozen=True)
class Result:
    """All figures of one model. Levels in dBFS, images in dB, ESR as a ratio."""

    effect: str
    block: int
    source: str
    seconds: float
    esr: float  # at the trained settings; where there are none of them, at all
    esr_unseen: float | None
    mse: float
    dc: float
    stft: float | None
    knobs: Knobs
    middle: Setting
    by_setting: Mapping[Setting, float]
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
        hidden = ("heard", "wanted", "dry", "knobs", "middle", "by_setting")
        hidden += ("levels", "target_levels")
        row = {name: value for name, value in vars(self).items() if name not in hidden}
        row["by_setting"] = [
            {**self.knobs.row(setting), "esr": error, "trained": self.knows(setting)}
            for setting, error in sorted(self.by_setting.items())
        ]
        return row | {"tracking": self.tracking}

    def knows(self, setting: Setting) -> bool:
        """True for a setting that the model was trained at."""
        return setting in self.knobs.settings

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


def virtual_truth(effect: str, source: str, dry: Audio, knobs: Knobs) -> Truth:
    """A simulated pedal's own output, at trained and unseen settings."""
    return circuit_truth(effect, source, dry, virtual_wet(effect, dry, knobs), knobs)


def seen_truth(effect: str, source: str, dry: Audio, knobs: Knobs) -> Truth:
    """The same at trained settings alone, and without the circuit's own images."""
    return Truth(source, dry, virtual_wet(effect, dry, knobs), knobs)


def virtual_wet(effect: str, dry: Audio, knobs: Knobs) -> dict[Setting, Audio]:
    """What the circuit makes of dry at the trained settings."""
    return {
        setting: circuits.render(effect, dry, **at(knobs, setting))
        for setting in knobs.settings
    }


def circuit_truth(
    effect: str, source: str, dry: Audio, wet: Mapping[Setting, Audio], knobs: Knobs
) -> Truth:
    """What the circuit made of dry where it was trained; unseen settings are added."""
    added = {
        setting: circuits.render(effect, dry, **at(knobs, setting))
        for setting in knobs.between
    }
    truth = Truth(source, dry, {**wet, **added}, knobs)
    heard = at(knobs, truth.middle)
    return replace(truth, circuit=lambda x: circuits.render(effect, x, **heard))


def at(knobs: Knobs, setting: Setting) -> dict[str, float]:
    """Where a circuit's pots stand, in %; what nobody told is in the middle."""
    return {"drive": pots.MIDDLE, **knobs.positions(setting)}


def pair_truth(
    source: str, part: Part, told: Knobs | None = None, trained: Knobs | None = None
) -> Truth:
    """The held-out part of recordings.

    told: where the pedal's knobs stood at them; trained: the knobs and settings of the
    model, the same unless given. Raises TrainingError where the two don't fit.
    """
    told = told or Knobs()
    trained = trained or told
    wet = {}
    for setting, heard in zip(told.settings, part.targets, strict=True):
        where = told.positions(setting)
        for name in trained.names:
            if name not in where:
                raise TrainingError(
                    f"recordings: expected where the {name} knob of the model stood, "
                    f"found nothing; name it by --{name}, in %, one a pair"
                )
        wet[pots.setting_of(where, trained.names)] = heard
    if len(wet) < len(told.settings):
        raise TrainingError(
            f"recordings: found {len(told.settings)} settings of "
            f"{' and '.join(told.names)}, expected those of the model's knobs: "
            f"{' and '.join(trained.names) or 'none'}"
        )
    return Truth(source, part.audio, wet, trained)


def evaluate(subject: Subject, truth: Truth) -> Result:
    """Measures one model. Raises TrainingError where its output is not finite."""
    heard: dict[Setting, Audio] = {}
    ns = []
    for setting in truth.wet:
        heard[setting], cost_ns = subject.play(truth.dry, params(truth.knobs, setting))
        ns.append(cost_ns)
        if not np.isfinite(heard[setting]).all():
            where = truth.knobs.told(setting)
            raise TrainingError(
                f"{subject.effect}, block {subject.block}: found an output that is no "
                f"number{f' at {where}' if where else ''}, expected audio; train it "
                "anew"
            )
    errors = {
        setting: figures.error_to_signal(heard[setting], wanted)
        for setting, wanted in truth.wet.items()
    }
    trained = [error for s, error in errors.items() if s in truth.knobs.settings]
    unseen = [error for s, error in errors.items() if s not in truth.knobs.settings]
    middle = truth.middle
    mine, wanted = heard[middle], truth.wet[middle]

    def play(x: Audio) -> Audio:
        return subject.play(x, params(truth.knobs, middle))[0]

    def tones(source: figures.Play) -> dict[int, float]:
        return {hz: figures.images_db(source, hz) for hz in figures.TONES_HZ}

    return Result(
        effect=subject.effect,
        block=subject.block,
        source=truth.source,
        seconds=len(truth.dry) / audio.RATE_HZ,
        esr=float(np.mean(trained or unseen)),
        esr_unseen=float(np.mean(unseen)) if unseen else None,
        mse=figures.mean_square(mine, wanted),
        dc=figures.offset(mine, wanted),
        stft=spectral(mine, wanted),
        knobs=truth.knobs,
        middle=middle,
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


def params(knobs: Knobs, setting: Setting) -> dict[str, float]:
    """The parameters of a setting, in their units: none for a model without a knob."""
    return {name: banks.value_at(name, v) for name, v in knobs.row(setting).items()}


def spectral(heard: Audio, wanted: Audio) -> float | None:
    """The multi-resolution STFT loss; None where auraloss is not installed."""
    try:
        return figures.spectral_distance(heard, wanted)
    except ModuleNotFoundError:
        return None
