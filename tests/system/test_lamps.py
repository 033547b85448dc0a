"""The lamps follow the sound within 50 ms and never lead it, whatever is pressed.

The expected lamps are the README's section on them, with the times of leds.h.
"""

import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from pedal import bank, demo
from pedal.paths import FACTORY_BANK
from tests.system.rig import RATE_HZ, Take, play

FOLLOW = 50 * RATE_HZ // 1000  # samples
EFFECTS = bank.load(FACTORY_BANK).ids
FLASH_S, EVERY_S, PAUSE_S = 0.15, 0.3, 0.6
SECONDS = 20


@dataclass(frozen=True)
class Sound:
    """What sounds from sample `start` on, as echoed."""

    start: int
    effect: str
    bypass: bool


def presses(draw: random.Random, samples: int) -> list[dict]:
    """Both footswitches, never at rest for long."""
    events = []
    for channel in (0, 1):
        at = 3000
        while (at := at + draw.randrange(4000, 40000)) < samples - 8000:
            for when, level in ((at, 0), (at + draw.randrange(1500, 3500), 1)):
                events.append(
                    {"at": when, "digital": {"channel": channel, "value": level}}
                )
    return events


def sounds(take: Take) -> list[Sound]:
    """The echoes as a list of what sounded."""
    found = [Sound(0, EFFECTS[0], False)]
    for row in take.echoes:
        effect, bypass = found[-1].effect, found[-1].bypass
        if row["address"] == "/echo/effect":
            effect = row["args"][3]
        elif row["address"] == "/echo/bypass":
            bypass = bool(row["args"][3])
        else:
            continue
        found.append(Sound(row["at"], effect, bypass))
    return found


def on_lamp(sound: Sound, _: int) -> int:
    """Lit: the effect sounds; dark: bypass."""
    return int(not sound.bypass)


def effect_lamp(sound: Sound, time: int) -> int:
    """n short flashes and a pause: the n-th effect of the bank; steady: clean."""
    if sound.effect == "clean":
        return 1
    number = EFFECTS.index(sound.effect) + 1
    time_s = (time / RATE_HZ) % (number * EVERY_S + PAUSE_S)
    return int(time_s < number * EVERY_S and time_s % EVERY_S < FLASH_S)


LAMPS: dict[str, Callable[[Sound, int], int]] = {"on": on_lamp, "effect": effect_lamp}


def is_edge(time: int) -> bool:
    """Where two clocks may round to different sides of a flash's edge."""
    step = FLASH_S * RATE_HZ
    return min(time % step, step - time % step) < 2


def assert_follows(take: Take, period: int, name: str) -> None:
    """At each end of a period the lamp shows a sound of the last 50 ms."""
    heard = sounds(take)
    changes = [(at, level) for at, lamp, level in take.lamps if lamp == name]
    starts, times = [s.start for s in heard], [at for at, _ in changes]
    for last in range(period - 1, len(take.out), period):
        past = bisect_right(times, last)
        level = changes[past - 1][1] if past else 0
        newest = bisect_right(starts, last)
        oldest = max(bisect_right(starts, last - FOLLOW), 1)
        allowed = {LAMPS[name](s, last + 1) for s in heard[oldest - 1 : newest]}
        assert level in allowed or is_edge(last + 1), f"{name} at {last}"


@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize("period", [16, 128, 1024])
def test_the_lamps_follow_within_50_ms_and_never_lead(block, period) -> None:
    samples = np.resize(demo.loop(), SECONDS * RATE_HZ)
    score = presses(random.Random(block), len(samples))
    take = play(samples, FACTORY_BANK, block=block, period=period, score=score)
    bypasses = take.times("/echo/bypass")
    turns = [at for at, lamp, _ in take.lamps if lamp == "on"][1:]  # lit at the start
    assert len(bypasses) == len(turns) >= 20
    assert len(take.times("/echo/effect")) >= 20
    late = [turn - echo for turn, echo in zip(turns, bypasses, strict=True)]
    print(f"period {period}: the lamp is {1000 * max(late) / RATE_HZ:.1f} ms late")
    assert min(late) >= 0
    assert max(late) < min(period, FOLLOW)
    for name in LAMPS:
        assert_follows(take, period, name)


def test_a_lamp_that_leads_or_lags_would_be_found() -> None:
    samples = np.resize(demo.loop(), 5 * RATE_HZ)
    score = presses(random.Random(3), len(samples))
    take = play(samples, FACTORY_BANK, period=16, score=score)
    for shift in (-200, FOLLOW + 200):
        lamps = [(at + shift, name, level) for at, name, level in take.lamps]
        wrong = Take(take.out, take.echoes, take.summary, lamps)
        with pytest.raises(AssertionError):
            assert_follows(wrong, 16, "on")
