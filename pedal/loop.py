"""The virtual loop-back: the engine offline, two periods late as a board is.

What goes in at a sample comes out 2 periods and the model's frame later, as through a
cable from a board's output to its input without the converters.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from pedal import bank
from pedal.arrival import Array, middle
from pedal.engine import Settings, command, run_to_end
from pedal.latency import (
    LEAST,
    RATE_HZ,
    Budget,
    Delays,
    Kind,
    measure,
    pulses,
    sweeps,
    traces,
)
from pedal.performance import Event
from pedal.protocol.protocol import FOOTSWITCHES

BYPASS = "bypass"
PLAIN = (BYPASS, bank.CLEAN)  # without a model
ROOM_S = 0.3  # beyond what is expected, until an answer has died away
FOOT_TIMES = 24
FOOT_STEP = round(0.4 * RATE_HZ) | 1  # odd, so that every place in a frame is met
FOOT_HELD = round(0.1 * RATE_HZ)
FOOT_FIRST = RATE_HZ
FOOT_SPAN = round(0.2 * RATE_HZ)  # after a press, in which the new sound is looked for


@dataclass(frozen=True)
class Route:
    """What the sound goes through. effect: an id, clean or bypass."""

    effect: str
    block: int
    period: int
    bank: Path

    def budget(self) -> Budget:
        """What it should be late."""
        return Budget(self.period, bank.path_delay(self.bank, self.block))


def play(route: Route, samples: Array, score: Sequence[Event] = ()) -> Array:
    """samples: (N,).   returns: (N,), what comes back through the loop.

    Raises EngineError.
    """
    plain = route.effect == BYPASS
    settings = Settings(
        bank=route.bank.absolute(),
        effect=bank.CLEAN if plain else route.effect,
        bypass=plain,
        model_block=route.block,
    )
    with tempfile.TemporaryDirectory(prefix="pedal-") as name:
        source, target, events = (Path(name) / file for file in FILES)
        soundfile.write(source, samples.astype(np.float32), RATE_HZ, subtype="FLOAT")
        events.write_text(json.dumps(list(score)), encoding="utf-8")
        options = ["--in", str(source), "--out", str(target), "--loop"]
        options += ["--performance", str(events)]
        run_to_end(command(route.period, "wav", options), settings)
        heard, _ = soundfile.read(target, dtype="float32")
    return heard


FILES = ("in.wav", "out.wav", "score.json")


def round_trip(route: Route, times: int = LEAST) -> tuple[Delays, Delays]:
    """By pulse and by sweep. Raises EngineError and LatencyError."""
    room_s = route.budget().total() / RATE_HZ + ROOM_S
    pulse = pulses if route.effect in PLAIN else traces
    probes = (pulse(times, room_s), sweeps(times, room_s))
    first, second = (measure(probe, play(route, probe.samples)) for probe in probes)
    return first, second


def foot_to_sound(route: Route, switch: str, times: int = FOOT_TIMES) -> Delays:
    """From a press to the middle of the new sound.

    switch: "bypass", which leaves and takes the route's effect, or "effect", which goes
    through the bank from its first. Raises EngineError and BankError.
    """
    ids = (*bank.load(route.bank).ids, bank.CLEAN)
    sounds = (route.effect, BYPASS) if switch == "bypass" else ids
    presses = [FOOT_FIRST + FOOT_STEP * number for number in range(times)]
    samples = chord(presses[-1] + FOOT_STEP)
    alone = {name: _alone(route, name, samples) for name in sounds}
    start = Route(sounds[0], route.block, route.period, route.bank)
    out = play(start, samples, _steps(switch, presses))
    delays = []
    for number, at in enumerate(presses):
        old, new = (alone[sounds[(number + k) % len(sounds)]] for k in (0, 1))
        here = slice(at, at + FOOT_SPAN)
        delays.append(float(middle(out[here], old[here], new[here])))
    return Delays(Kind.FOOT, tuple(delays))


def chord(count: int) -> Array:
    """(N,): three sines, so that two effects always differ."""
    time_s = np.arange(count) / RATE_HZ
    tones = [np.sin(2 * np.pi * hertz * time_s) for hertz in (82.4, 247.1, 659.3)]
    return 0.15 * sum(tones, np.zeros(count))


def _alone(route: Route, effect: str, samples: Array) -> Array:
    """One sound that plays from the start."""
    return play(Route(effect, route.block, route.period, route.bank), samples)


def _steps(switch: str, presses: Sequence[int]) -> list[Event]:
    """The score of a foot."""
    pin = FOOTSWITCHES[switch]
    levels = ((0, pin.pressed), (FOOT_HELD, 1 - pin.pressed))
    return [
        {"at": at + wait, "digital": {"channel": pin.digital, "value": level}}
        for at in presses
        for wait, level in levels
    ]
