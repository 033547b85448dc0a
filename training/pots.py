"""Where the knobs of a pedal stood: the settings that models are trained and tested at.

Positions are in % of a knob's way. Letters: S settings, K knobs.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAMES = ("drive", "tone")  # those that a training can turn; ids of params.toml
MIDDLE = 50.0  # where a knob of the pedal stands until somebody turns it
Setting = tuple[float, ...]  # a position of each knob that is turned


@dataclass(frozen=True)
class Knobs:
    """names: the K knobs that are turned, through S settings; held: those that stay."""

    names: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ((),)
    held: Mapping[str, float] = field(default_factory=dict, hash=False)

    def positions(self, setting: Setting) -> dict[str, float]:
        """Where every known knob stands at a setting, by name."""
        return {**self.held, **self.row(setting)}

    def row(self, setting: Setting) -> dict[str, float]:
        """The same of those that are turned."""
        return dict(zip(self.names, setting, strict=True))

    @property
    def inputs(self) -> NDArray[np.float32]:
        """What a network is told, 0..1, (S, K)."""
        rows = [[value / 100.0 for value in setting] for setting in self.settings]
        return np.array(rows, np.float32).reshape(len(self.settings), len(self.names))

    @property
    def middle(self) -> Setting:
        """The setting nearest to the middle of all knobs."""
        return min(self.settings, key=lambda s: sum(abs(v - MIDDLE) for v in s))

    @property
    def between(self) -> tuple[Setting, ...]:
        """Settings that no training had, of `board`: half-way between neighbours.

        Of two knobs those are the fields that it left out.
        """
        ways = [sorted(set(column)) for column in zip(*self.settings, strict=True)]
        if len(ways) != 1:
            return tuple(s for s in itertools.product(*ways) if s not in self.settings)
        return tuple(((a + b) / 2.0,) for a, b in pairwise(ways[0]))

    def told(self, setting: Setting) -> str:
        """A setting in words, such as `drive 50 %, tone 0 %`."""
        return ", ".join(f"{n} {v:g} %" for n, v in self.row(setting).items())

    def summary(self) -> str:
        """What a figure over all settings is the mean of, or where knobs stood."""
        if not self.names:
            return ", ".join(f"{name} {at:g} %" for name, at in self.held.items())
        return f"mean of {len(self.settings)} {' and '.join(self.names)} settings"

    def provenance(self) -> dict[str, float]:
        """What a bank says of the knobs that are held."""
        return {f"{name}_percent": at for name, at in self.held.items()}

    def rows(self) -> list[dict[str, float]]:
        """The settings for bank.json, in their order."""
        return [self.row(setting) for setting in self.settings]


def way(asked: float | str, positions: Sequence[float]) -> Sequence[float]:
    """The positions of a knob that is asked for as "knob", "fixed", or one of them."""
    if asked == "knob":
        return positions
    return (MIDDLE if asked == "fixed" else float(asked),)


def board(positions: Mapping[str, Sequence[float]]) -> Knobs:
    """The settings to train a simulated pedal at; a knob of one position is held.

    Of two knobs every second field, as of one colour of a chess board: half of all
    fields, and each one left out has trained ones on all sides.
    """
    turned = {name: way for name, way in positions.items() if len(way) > 1}
    held = {name: way[0] for name, way in positions.items() if len(way) == 1}
    fields = itertools.product(*(enumerate(way) for way in turned.values()))
    settings = [
        tuple(place for _, place in field)
        for field in fields
        if len(turned) < 2 or sum(number for number, _ in field) % 2 == 0
    ]
    return Knobs(tuple(turned), tuple(settings), held)


def of_rows(rows: Sequence[Mapping[str, float]]) -> Knobs:
    """The settings of recordings, sorted; a knob that stands still is held.

    rows: where each knob stood at each recording, by name, all with the same names.
    """
    ways = {name: {row[name] for row in rows} for name in rows[0]}
    turned = tuple(name for name, way in ways.items() if len(way) > 1)
    held = {name: way.pop() for name, way in ways.items() if name not in turned}
    return Knobs(turned, tuple(sorted({setting_of(row, turned) for row in rows})), held)


def held_in(origin: Mapping[str, Any]) -> dict[str, float]:
    """The knobs that a provenance says stood still, as `provenance` told it."""
    told = {name: origin.get(f"{name}_percent") for name in NAMES}
    return {name: float(at) for name, at in told.items() if at is not None}


def first(inputs: NDArray[np.floating]) -> NDArray[np.floating]:
    """Where the engine's knobs stand when new, but within what was trained.

    inputs: (S, K), 0..1.   returns: (K,).
    """
    return np.clip(0.01 * MIDDLE, inputs.min(axis=0), inputs.max(axis=0))


def setting_of(row: Mapping[str, float], names: Sequence[str]) -> Setting:
    """A row as a setting of these knobs."""
    return tuple(row[name] for name in names)
