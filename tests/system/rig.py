"""Plays signals through the real engine, with a score, and tells when each echo came.

Letters: N samples.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from pedal.engine import Settings, command, run_to_end
from pedal.protocol.protocol import LEDS

RATE_HZ = 44100
Array = np.ndarray


def message(at: int, address: str, *args: str | int | float) -> dict[str, Any]:
    """An OSC message at sample `at`, as the engine's score has it."""
    return {"at": at, "osc": {"address": address, "args": [*args, 0, at]}}


@dataclass(frozen=True)
class Take:
    """What came out. out: (N,); echoes: every message of the engine with its sample.

    lamps: (sample, LED, 0 or 1), each change; all are dark before the first.
    """

    out: Array
    echoes: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)
    lamps: list[tuple[int, str, int]] = field(default_factory=list)

    def times(self, *addresses: str) -> list[int]:
        """The samples at which one of these was echoed."""
        return [row["at"] for row in self.echoes if row["address"] in addresses]


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Environment variables that hold inside the block only."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def play(
    samples: Array,
    bank: Path,
    effect: str = "",
    *,
    block: int = 1,
    period: int = 64,
    score: Sequence[dict[str, Any]] = (),
    raw: bool = False,
    bypass: bool = False,
    params: dict[str, float] | None = None,
    data: Path | None = None,
    banks: tuple[Path, ...] = (),
) -> Take:
    """samples: (N,) at 44.1 kHz.   returns: a Take of N samples, delay left in.

    data: folder of presets, which a render reads and never writes. banks: folders of
    banks for /bank/load.
    """
    with tempfile.TemporaryDirectory(prefix="pedal-test-") as name:
        folder = Path(name)
        soundfile.write(folder / "in.wav", samples, RATE_HZ, subtype="FLOAT")
        events = sorted(score, key=lambda event: event["at"])
        (folder / "score.json").write_text(json.dumps(events))
        options = ["--in", str(folder / "in.wav"), "--out", str(folder / "out.wav")]
        options += ["--performance", str(folder / "score.json")]
        options += ["--summary", str(folder / "summary.json")]
        options += ["--trace", str(folder / "trace")]
        settings = Settings(
            bank=bank,
            effect=effect,
            bypass=bypass,
            model_block=block,
            raw=raw,
            params=params or {},
            data=data,
            banks=banks,
        )
        timeline = folder / "timeline"
        with environment(PEDAL_TIMELINE=str(timeline)):
            run_to_end(command(period, "wav", options), settings)
        out, _ = soundfile.read(folder / "out.wav", dtype="float32")
        echoes = [json.loads(line) for line in timeline.read_text().splitlines()]
        summary = json.loads((folder / "summary.json").read_text())
        lamps = lamps_of((folder / "trace").read_text())
    return Take(out, echoes, summary, lamps)


def lamps_of(trace: str) -> list[tuple[int, str, int]]:
    """(sample, LED, level), from the engine's --trace."""
    names = {led.digital: name for name, led in LEDS.items()}
    rows = [json.loads(line) for line in trace.splitlines()]
    return [
        (row["at"], names[row["digital"]["channel"]], row["digital"]["value"])
        for row in rows
    ]
