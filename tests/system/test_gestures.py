"""No gesture is missed, doubled or wrong: drawn maps and gestures, bounce, renders."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import write_bank
from tests.system import gesture_model as model
from tests.system.gesture_model import Press, Row
from tests.system.rig import play
from tests.system.stage import engine_missing

LATE = 25 * model.RATE_HZ // 1000  # samples: bounce, debounce of a release, grid
FIRST_MS = 300
MANY = 10_000
IN_ONE_RENDER = 250

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    return write_bank(tmp_path_factory.mktemp("bank") / "night-set")


def draw_map(draw: random.Random) -> list[Row]:
    """Every kind of map of two switches that can be told apart by foot."""
    rows = []
    chord = draw.random() < 0.5
    for switch in model.SWITCHES:
        if not chord and draw.randrange(4) == 0:
            rows.append(Row("momentary", switch, has_off=True))
            continue
        plain = draw.choice(["", "press", "latch"])
        if plain:
            again = plain == "latch" or draw.random() < 0.5
            rows.append(Row(plain, switch, again))
        for kind in ("long", "double"):
            if draw.random() < 0.5:
                rows.append(Row(kind, switch, draw.random() < 0.5))
    if chord:
        rows.append(Row("chord", "+".join(model.SWITCHES), draw.random() < 0.5))
    return rows


def draw_gesture(draw: random.Random) -> list[Press]:
    """One gesture from 0 on, on either side of each window by at least 10 ms."""
    one, other = draw.sample(model.SWITCHES, 2)

    def tap() -> int:
        return draw.randint(40, 250)

    def hold() -> int:
        return draw.randint(520, 700)

    match draw.randrange(8):
        case 0:
            return [Press(one, 0, tap())]
        case 1:  # too long for a double, too short for a long
            return [Press(one, 0, draw.randint(315, 475))]
        case 2:
            return [Press(one, 0, hold())]
        case 3:  # a double
            gap = draw.randint(90, 285)
            first = Press(one, 0, draw.randint(40, gap - 45))
            return [first, Press(one, gap, gap + tap())]
        case 4:  # too slow for a double
            gap = draw.randint(320, 500)
            return [Press(one, 0, tap()), Press(one, gap, gap + tap())]
        case 5:  # a chord
            gap, held = draw.randint(0, 50), draw.choice([tap, hold])()
            return [Press(one, 0, held), Press(other, gap, gap + held)]
        case 6:  # too slow for a chord
            gap = draw.randint(75, 250)
            return [Press(one, 0, tap()), Press(other, gap, gap + tap())]
        case _:  # one is held, the other tapped meanwhile
            at = draw.randint(100, 300)
            return [Press(one, 0, hold()), Press(other, at, at + tap())]


def in_a_row(acts: Sequence[Sequence[Press]], draw: random.Random) -> list[Press]:
    """One gesture after the other, so soon that two may be another one together."""
    presses: list[Press] = []
    end = FIRST_MS
    for act in acts:
        while True:
            now = end + draw.randint(*model.GAPS_MS)
            moved = [Press(p.switch, p.down + now, p.up + now) for p in act]
            if all(model.is_off_edges(a, b) for a in presses[-4:] for b in moved):
                break
        presses += moved
        end = max(p.up for p in moved)
    return presses


def assert_all_heard(
    bank, draw: random.Random, count: int, spoil: Callable = list
) -> Counter[str]:
    """Renders drawn gestures and compares each echo; returns what fired how often.

    Also "double, press" and the like: of two that fired within half a second.
    spoil: changes what the feet do behind the model's back.
    """
    rows, acts = draw_map(draw), [draw_gesture(draw) for _ in range(count)]
    presses = in_a_row(acts, draw)
    score = model.setting(rows, 16) + model.contacts(spoil(presses), draw)
    length = (max(p.up for p in presses) + 700) * model.RATE_HZ // 1000
    silence = np.zeros(length, np.float32)
    period = draw.choice([16, 64, 128, 1024])
    take = play(silence, bank, "clean", bypass=True, period=period, score=score)
    assert not take.times("/echo/rejected", "/echo/bypass", "/echo/effect")
    wanted = model.expected(rows, presses)
    for param in model.PARAMS.values():
        told = [
            (row["at"], row["args"][4])
            for row in take.echoes
            if row["address"] == "/echo/param" and row["args"][3] == param
        ]
        wish = [echo for echo in wanted if echo.param == param]
        found = [value for _, value in told]
        assert found == [echo.value for echo in wish], f"{param} under {rows}"
        for (at, _), echo in zip(told, wish, strict=True):
            late = at - echo.at_ms * model.RATE_HZ // 1000
            assert 0 <= late < LATE, f"{echo} came {late} samples late under {rows}"
    fired = [(at, row.kind) for at, row, _ in model.fired(rows, presses)]
    kinds = Counter(kind for _, kind in fired)
    for (at, kind), (next_at, next_kind) in pairwise(fired):
        kinds[f"{kind}, {next_kind}"] += next_at - at < model.LONG_MS
    return kinds


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_each_gesture_of_any_map_means_what_it_says(bank, seed):
    assert_all_heard(bank, random.Random(seed), 30)


def test_ten_thousand_gestures_are_each_heard_once(bank):
    fired: Counter[str] = Counter()
    for seed in range(MANY // IN_ONE_RENDER):
        fired += assert_all_heard(bank, random.Random(seed), IN_ONE_RENDER)
    print(f"{MANY} gestures fired {dict(fired)}")
    assert min(fired[kind] for kind in model.VALUES) > 100
    for kind in ("double", "chord", "long", "momentary"):
        assert fired[f"{kind}, press"] + fired[f"{kind}, latch"] > 20, kind


@pytest.mark.parametrize(
    "spoil",
    [
        lambda presses: presses[1:],
        lambda presses: [*presses, replace(presses[-1], down=1, up=60)],
        lambda presses: [replace(p, down=p.down + 30) for p in presses],
    ],
    ids=["missed", "doubled", "late"],
)
def test_a_gesture_that_goes_wrong_would_be_found(bank, spoil):
    with pytest.raises(AssertionError):
        assert_all_heard(bank, random.Random(2), 20, spoil)
