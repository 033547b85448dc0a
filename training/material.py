"""What a run learns from: dry audio, one target a knob setting, split by time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import pots, whole
from training.errors import TrainingError
from training.virtual import circuits, signals

Audio = NDArray[np.float32]
RATE_HZ = 44100
GUARD_SECONDS = 1.0
SHARES = {"train": 0.78, "validate": 0.08, "test": 0.14}
SYNTHETIC_SHARE = 0.2
DRIVES = (0.0, 25.0, 50.0, 75.0, 100.0)  # %; five settings of a knob are enough
TONES = DRIVES  # %; with three of them the screamer's error between them is 5 %


@dataclass
class Part:
    """audio: (N,); targets: (S, N), one row a knob setting."""

    audio: Audio
    targets: Audio

    @property
    def seconds(self) -> float:
        """Length of the audio."""
        return len(self.audio) / RATE_HZ


@dataclass
class Material:
    """Three parts that share no moment of any recording, and the knob settings.

    settings: (S, K), 0..1; K is 0 for a model without knobs.
    """

    train: Part
    validate: Part
    test: Part
    settings: Audio
    conditioning: list[str] = field(default_factory=list)

    @property
    def turned(self) -> pots.Knobs:
        """The same settings in %."""
        rows = [tuple(round(100.0 * float(v), 3) for v in row) for row in self.settings]
        return pots.Knobs(tuple(self.conditioning), tuple(rows))

    def save(self, path: Path) -> None:
        """Writes all of it as one NPZ file, whole or not at all; makes its folder."""
        arrays = {
            "settings": self.settings,
            "conditioning": np.array(self.conditioning),
        }
        for name in SHARES:
            part: Part = getattr(self, name)
            arrays |= {f"{name}_audio": part.audio, f"{name}_targets": part.targets}
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole.aside(path) as new, new.open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> "Material":
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            parts = {
                name: Part(kept[f"{name}_audio"], kept[f"{name}_targets"])
                for name in SHARES
            }
            names = [str(name) for name in kept["conditioning"]]
            return cls(**parts, settings=kept["settings"], conditioning=names)


def split_by_time(
    length: int, guard: int = int(GUARD_SECONDS * RATE_HZ)
) -> dict[str, slice]:
    """Cuts `length` samples into train, validate and test with a gap between.

    Raises TrainingError when a part would be shorter than half the guard.
    """
    cuts = (SHARES["train"], SHARES["train"] + SHARES["validate"])
    first, second = (int(length * cut) for cut in cuts)
    parts = {
        "train": slice(0, first - guard),
        "validate": slice(first, second - guard),
        "test": slice(second, length),
    }
    if any(part.stop - part.start < guard // 2 for part in parts.values()):
        needed = 1.5 * guard / RATE_HZ / SHARES["validate"]
        raise TrainingError(
            f"recordings: found {length / RATE_HZ:.1f} s, expected {needed:.0f} s"
        )
    return parts


def split_sources(sources: Sequence[Audio]) -> dict[str, Audio]:
    """Splits each source by itself and joins like parts: each is heard in all."""
    pieces: dict[str, list[Audio]] = {name: [] for name in SHARES}
    for source in sources:
        for name, where in split_by_time(len(source)).items():
            pieces[name].append(source[where])
    return {name: np.concatenate(found) for name, found in pieces.items()}


def virtual_material(
    pedal: str,
    dry: dict[str, Audio],
    drives: Sequence[float] = DRIVES,
    seed: int = 0,
    advance: Callable[[], None] = lambda: None,
    synthetic: float = SYNTHETIC_SHARE,
    tones: Sequence[float] = (pots.MIDDLE,),
) -> Material:
    """Plays the dry parts through a simulated pedal at each drive and each tone (%).

    dry: "train", "validate", "test" -> (N,). Synthetic signals are added to the first
    one, until they are that share of it, below 1. A single drive, or tone, gives a
    model without that knob. advance: called after each setting.
    """
    if synthetic > 0.0:
        extra = len(dry["train"]) / RATE_HZ * synthetic / (1.0 - synthetic)
        more = signals.synthetic(extra, seed)
        dry = dict(dry, train=np.concatenate((dry["train"], more)))
    turned = pots.board({"drive": drives, "tone": tones})
    parts = {
        name: Part(audio, np.empty((len(turned.settings), len(audio)), np.float32))
        for name, audio in dry.items()
    }
    for row, setting in enumerate(turned.settings):
        for part in parts.values():
            where = turned.positions(setting)
            part.targets[row] = circuits.render(pedal, part.audio, **where)
        advance()
    return Material(**parts, settings=turned.inputs, conditioning=list(turned.names))
