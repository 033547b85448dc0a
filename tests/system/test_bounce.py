"""From the first contact of a bouncing switch to the middle of the new sound."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from pedal.arrival import middle
from pedal.loop import chord
from pedal.paths import FACTORY_BANK
from tests.system import gesture_model as model
from tests.system.gesture_model import Press
from tests.system.rig import RATE_HZ, play
from tests.system.stage import engine_missing

MIDDLE_MS = 15
PERIOD = 16
PRESSES = 50
FIRST_MS, APART_MS, HELD_MS = 500, 361, 120  # APART_MS: every place between grid points
ROUND = ("screamer", "blues", "rodent", "fuzz", "clean")  # as the switch "effect" goes
Contact = Callable[[Press, random.Random], list[dict]]

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())


def clean(press: Press, _: random.Random) -> list[dict]:
    return pins(press, [0])


def drawn(press: Press, draw: random.Random) -> list[dict]:
    """The bounce of the ten thousand gestures."""
    return model.contacts([press], draw)


def hard(press: Press, draw: random.Random) -> list[dict]:
    """A short touch, and nothing more for almost 5 ms."""
    return pins(press, [0, draw.randint(1, 4), model.BOUNCE - draw.randint(1, 20)])


def pins(press: Press, changes: list[int]) -> list[dict]:
    """The contact changes so many samples after its first touch; let go clean."""
    at, channel = press.down * RATE_HZ // 1000, model.SWITCHES.index(press.switch)
    rows = [(at + offset, number % 2) for number, offset in enumerate(changes)]
    rows.append((press.up * RATE_HZ // 1000, 1))
    return [
        {"at": when, "digital": {"channel": channel, "value": open_}}
        for when, open_ in rows
    ]


@pytest.mark.parametrize("contact", [clean, drawn, hard])
@pytest.mark.parametrize("block", [1, 16])
def test_a_bouncing_press_is_a_new_sound_within_15_ms(block, contact: Contact) -> None:
    draw = random.Random(block)
    downs = [FIRST_MS + APART_MS * number for number in range(PRESSES)]
    presses = [Press("effect", down, down + HELD_MS) for down in downs]
    score = [event for press in presses for event in contact(press, draw)]
    samples = chord((downs[-1] + APART_MS) * RATE_HZ // 1000).astype(np.float32)

    def sound(effect: str, events=()) -> np.ndarray:
        settings = {"block": block, "period": PERIOD, "score": events}
        return play(samples, FACTORY_BANK, effect, **settings).out

    alone = [sound(effect) for effect in ROUND]
    out = sound(ROUND[0], score)
    late_ms = []
    for number, down in enumerate(downs):
        at = down * RATE_HZ // 1000
        piece = slice(at, at + RATE_HZ // 4)
        old, new = (alone[(number + step) % len(ROUND)][piece] for step in (0, 1))
        late_ms.append(1000 * middle(out[piece], old, new) / RATE_HZ)
    half = sorted(late_ms)[PRESSES // 2]
    print(
        f"block {block}, {contact.__name__}: {half:.2f}, at most {max(late_ms):.2f} ms"
    )
    assert min(late_ms) > 2
    assert max(late_ms) <= MIDDLE_MS


def test_sparks_and_bouncing_presses_sound_the_same_at_every_period() -> None:
    draw = random.Random(3)
    presses = [Press("effect", down, down + 60) for down in range(100, 900, 200)]
    sparks = [Press("bypass", down, down + 1) for down in range(50, 900, 70)]
    score = [event for press in presses for event in drawn(press, draw)]
    score += [event for spark in sparks for event in pins(spark, [0, 3])]
    samples = chord(RATE_HZ).astype(np.float32)
    takes = [
        play(samples, FACTORY_BANK, ROUND[0], period=period, score=score)
        for period in (1, 16, 100, 1024)
    ]
    assert all(take.out.tobytes() == takes[0].out.tobytes() for take in takes)
    assert len(takes[0].times("/echo/effect")) == len(presses)
    assert not takes[0].times("/echo/bypass")
