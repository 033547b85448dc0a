"""Replayed, re-ordered, foreign reports in any order: each dropped and counted once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as some

from pedal.console.session import WINDOW, Drop, Pedal, reduce
from tests.pedal.simulated import KEY, telemetry

ARRIVALS = some.lists(
    some.tuples(
        some.integers(1, 2 * WINDOW),
        some.sampled_from([KEY, KEY, KEY, KEY + 1]),
        some.sampled_from(["boot-1", "boot-1", "boot-1", "boot-0"]),
    ),
    max_size=80,
)


class Model:
    """What must come of each report, in plain words."""

    def __init__(self) -> None:
        self.boot, self.ended = "", set()
        self.seen: set[int] = set()
        self.taken = 0
        self.drops: Counter[Drop] = Counter()

    def arrive(self, number: int, key: int, boot: str) -> None:
        top = max(self.seen, default=0)
        if key != KEY:
            self.drops[Drop.WRONG_KEY] += 1
        elif boot in self.ended:
            self.drops[Drop.REPLAYED] += 1
        elif boot != self.boot:
            self.ended |= {self.boot} - {""}
            self.boot, self.seen = boot, {number}
            self.taken += 1
        elif number > top:
            self.seen.add(number)
            self.taken += 1
        elif number in self.seen or top - number >= WINDOW:
            self.drops[Drop.REPLAYED] += 1
        else:
            self.seen.add(number)
            self.drops[Drop.REORDERED] += 1


@given(ARRIVALS)
def test_each_report_is_taken_once_or_counted_as_dropped(arrivals):
    pedal, model = Pedal("stage", KEY, 0.0), Model()
    for at_s, (number, key, boot) in enumerate(arrivals):
        report = telemetry(number, key=key, boot_id=boot)
        pedal = reduce(pedal, report, at_s * 0.05)
        model.arrive(number, key, boot)
    assert dict(pedal.drops) == dict(model.drops)
    assert pedal.received == model.taken
    assert pedal.received + sum(pedal.drops.values()) == len(arrivals)


@given(some.permutations(range(1, 41)), some.integers(0, 40))
def test_only_what_never_came_is_lost(numbers, missing):
    pedal = Pedal("stage", KEY, 0.0)
    came = [number for number in numbers if number != missing]
    for at_s, number in enumerate(came):
        pedal = reduce(pedal, telemetry(number), at_s * 0.05)
    assert pedal.lost == max(came) - len(came)
    assert pedal.report.sequence == max(came)
