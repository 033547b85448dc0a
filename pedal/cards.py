"""The sound cards of this machine, as the engine's audio library sees them."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pedal.engine import last_words
from pedal.errors import EngineError
from pedal.paths import engine_path

RATE_HZ = 44100


@dataclass(frozen=True)
class CardChoice:
    """Which card plays, "" for the usual. Channels count from 1.

    driver: alsa, jack, pulse, core or wasapi. Devices: number or part of the name.
    """

    driver: str = ""
    input_device: str = ""
    output_device: str = ""
    input_channel: int = 1
    output_channel: int = 1

    def words(self) -> list[str]:
        """As options of the engine."""
        named = (
            ("--driver", self.driver),
            ("--input-device", self.input_device),
            ("--output-device", self.output_device),
        )
        return [
            *(word for name, value in named if value for word in (name, value)),
            *("--input-channel", str(self.input_channel)),
            *("--output-channel", str(self.output_channel)),
        ]


USUAL_CARD = CardChoice()


def cards() -> list[dict[str, Any]]:
    """Every device: driver, number, name, inputs, outputs, rates_hz.

    Raises EngineError when the engine is not built, or cannot say.
    """
    line = [str(engine_path()), "--cards"]
    try:
        done = subprocess.run(
            line, capture_output=True, text=True, errors="replace", timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise EngineError(
            f"engine {line[0]}: cannot list the cards: {cause}"
        ) from cause
    if done.returncode:
        raise EngineError(last_words(done.stderr, done.returncode))
    rows = json.loads(done.stdout)
    return rows if isinstance(rows, list) else []


def card_rows(found: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """As text: driver, number, name, inputs, outputs, rate."""
    return [
        (
            str(row["driver"]),
            str(row["number"]),
            str(row["name"]),
            str(row["inputs"]),
            str(row["outputs"]),
            rate_text(row["rates_hz"]),
        )
        for row in found
    ]


def rate_text(rates_hz: Sequence[int]) -> str:
    """At which rate the pedal would play on a card that can do these."""
    if RATE_HZ in rates_hz:
        return f"{RATE_HZ} Hz"
    above = [rate for rate in rates_hz if rate > RATE_HZ]
    return f"{min(above)} Hz, resampled" if above else "too low"
