"""The same bytes whatever the period, with events and without."""

import numpy as np
import pytest

from pedal import demo
from pedal.bank import path_delay
from pedal.paths import FACTORY_BANK
from tests.system.rig import RATE_HZ, message, play

PERIODS = (1, 2, 7, 16, 17, 64, 100, 256, 1024)


def edits() -> list[dict]:
    """Edits of the setlist and the foot map, several of them within one period."""
    rows = [
        message(2000, "/preset/save", "a", "A"),
        message(2003, "/preset/save", "b", "B"),
        message(2040, "/preset/move", "b", 0),
        message(2041, "/param/keep", "tone", 1),
        message(2100, "/gesture/set", "a", "press", "effect", "/bypass 1", ""),
        message(2101, "/gesture/set", "", "long", "bypass", "/effect/clean", ""),
        message(2130, "/preset/load", "a"),
        message(2160, "/gesture/set", "nonesuch", "press", "effect", "", ""),
        message(2170, "/presets/backup"),
        message(2180, "/presets/export", "x"),
        message(2900, "/expression/calibrate", 1),
        message(2950, "/expression/calibrate", 0),
        message(3000, "/presets/restore", '{"format": 1, "presets": []}'),
        message(3040, "/presets/get"),
    ]
    return rows + [
        {"at": 3100 + 37 * n, "analog": {"channel": 3, "value": n / 40}}
        for n in range(30)
    ]


def everything() -> list[dict]:
    """Every kind of event, at samples that no period favours."""
    at = iter(range(3001, 10**6, 2801))
    return [
        message(next(at), "/effect/next"),
        {"at": next(at), "analog": {"channel": 0, "value": 0.7}},
        {"at": next(at), "digital": {"channel": 1, "value": 0}},
        {"at": next(at), "digital": {"channel": 1, "value": 1}},
        message(next(at), "/param/set", "tone", -4.5),
        message(next(at), "/model/block", 16),
        {"at": next(at), "digital": {"channel": 0, "value": 0}},
        {"at": next(at), "digital": {"channel": 0, "value": 1}},
        message(next(at), "/bypass", 0),
        message(next(at), "/param/set", "gate", -50.0),
        message(next(at), "/fault/inject", "nan"),
        message(next(at), "/model/block", 1),
        {
            "at": (late := next(at)),
            "gui": {"address": "/effect/clean", "args": [0, late]},
        },
        {"at": next(at), "cable": {"pulled": True}},
        {"at": next(at), "cable": {"pulled": False}},
        message(next(at), "/effect/select", "rodent"),
    ]


@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize(
    "score", [[], everything(), edits()], ids=["plain", "events", "edits"]
)
def test_the_output_does_not_depend_on_the_period(block, score) -> None:
    samples = demo.loop()[: RATE_HZ + 5555]
    takes = [
        play(samples, FACTORY_BANK, block=block, period=period, score=score)
        for period in PERIODS
    ]
    for period, take in zip(PERIODS, takes, strict=True):
        assert take.out.tobytes() == takes[0].out.tobytes(), f"period {period}"
        assert take.echoes == [
            row | {"args": [take.echoes[0]["args"][0], *row["args"][1:]]}
            for row in takes[0].echoes
        ]
    if len(score) == len(everything()):
        addresses = {row["address"] for row in takes[0].echoes}
        assert {"/echo/effect", "/echo/bypass", "/echo/block", "/alarm"} <= addresses


def test_bypass_is_the_input_itself() -> None:
    samples = demo.loop()[:RATE_HZ]
    for block in (1, 16):
        take = play(samples, FACTORY_BANK, block=block, bypass=True)
        delay = path_delay(FACTORY_BANK, block)
        assert np.array_equal(take.out[delay:], samples[: len(samples) - delay])
