"""Every switch against the ideal crossfade, at hundreds of random moments."""

from itertools import combinations

import numpy as np
import pytest

from pedal import bank as banks
from pedal import demo
from pedal.paths import FACTORY_BANK
from tests.system.rig import RATE_HZ, message, play
from tests.system.switching import Verdict, judge

SWITCHES = 200  # in each direction
BYPASS = "bypass"
SOUNDS = (*banks.load(FACTORY_BANK).ids, "clean", BYPASS)


def moments(seed: int) -> list[int]:
    """Random samples, 60 to 80 ms apart, for switching to and fro."""
    random = np.random.default_rng(seed)
    return list(6000 + np.cumsum(random.integers(2646, 3528, 2 * SWITCHES)))


LENGTH = moments(0)[-1] + 12000


def source(name: str) -> np.ndarray:
    """(N,): plucked strings, or a 220 Hz sine at -12 dBFS."""
    if name == "sine":
        return 0.25 * np.sin(2 * np.pi * 220 * np.arange(LENGTH) / RATE_HZ)
    loop = demo.loop()
    return np.tile(loop, LENGTH // len(loop) + 1)[:LENGTH]


@pytest.fixture(scope="module")
def always() -> dict:
    """Each sound running all the time, by (source, sound, block)."""
    return {}


def running(always: dict, name: str, sound: str, block: int) -> np.ndarray:
    """One sound from beginning to end, rendered once."""
    key = (name, sound, block)
    if key not in always:
        always[key] = start(name, sound, block, []).out
    return always[key]


def start(name: str, sound: str, block: int, score: list):
    """Plays from `sound` on; under bypass the bank's first effect lies ready."""
    off = sound == BYPASS
    effect = "" if off else sound
    return play(
        source(name), FACTORY_BANK, effect, block=block, score=score, bypass=off
    )


def order(sound: str, at: int) -> list[dict]:
    """The messages that bring a sound."""
    if sound == BYPASS:
        return [message(at, "/bypass", 1)]
    return [message(at, "/effect/select", sound), message(at, "/bypass", 0)]


def switch_to_and_fro(always: dict, name: str, pair: tuple, block: int) -> Verdict:
    """The worst of 400 switches between two sounds."""
    score = []
    for turn, at in enumerate(moments(len(pair[0]) + block)):
        score += order(pair[(turn + 1) % 2], int(at))
    take = start(name, pair[0], block, score)
    times = sorted(set(take.times("/echo/effect", "/echo/bypass")))
    changes = [t for t in times if t > 1000]
    assert len(changes) == 2 * SWITCHES
    return judge(take.out, [running(always, name, s, block) for s in pair], changes)


@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize("name", ["guitar", "sine"])
@pytest.mark.parametrize("pair", list(combinations(SOUNDS, 2)), ids="-".join)
def test_a_switch_is_the_ideal_crossfade(always, name, pair, block) -> None:
    verdict = switch_to_and_fro(always, name, pair, block)
    print(f"{name} {pair} block {block}: {verdict}")
    assert verdict.click_db <= (1.0 if block == 1 else 1.5)
    assert verdict.gap_db <= 1.0


@pytest.mark.parametrize("name", ["guitar", "sine"])
@pytest.mark.parametrize("sound", SOUNDS)
def test_the_model_block_changes_without_a_click(always, name, sound) -> None:
    score = [
        message(int(at), "/model/block", (16, 1)[turn % 2])
        for turn, at in enumerate(moments(7))
    ]
    take = start(name, sound, 1, score)
    changes = take.times("/echo/block")
    assert len(changes) == 2 * SWITCHES
    sounds = [running(always, name, sound, block) for block in (1, 16)]
    verdict = judge(take.out, sounds, changes)
    print(f"{name} {sound} blocks: {verdict}")
    assert verdict.click_db <= 1.5
    assert verdict.gap_db <= 1.0
