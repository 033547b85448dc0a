"""`pedal latency` in the virtual loop: exact to the sample, whatever the path."""

import json
import subprocess
import sys

import pytest

from pedal import bank as banks
from pedal.latency import Kind, to_ms
from pedal.loop import PLAIN, Route, foot_to_sound, round_trip
from pedal.paths import FACTORY_BANK
from tests.system.stage import engine_missing

pytestmark = pytest.mark.skipif(bool(engine_missing()), reason=engine_missing())

FACTORY = banks.load(FACTORY_BANK)
FOOT_MS = 15.0  # at period 16, both periods of the board in it


@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize("period", [16, 64, 128, 1024])
@pytest.mark.parametrize("effect", [*PLAIN, *FACTORY.ids])
def test_the_virtual_loop_is_measured_to_the_sample(effect, period, block) -> None:
    pulse, sweep = round_trip(Route(effect, block, period, FACTORY_BANK))
    expected = 2 * period + FACTORY.delay(block)
    assert len(pulse.samples) >= 20
    assert len(sweep.samples) >= 20
    # A model is no minimum phase, and a fuzz with two clippers least of all.
    colour = 0.01 if effect in PLAIN else 2.0 if effect == "fuzz" else 1.2
    assert pulse.spread() == pytest.approx((expected,) * 3, abs=0.01)
    assert sweep.spread() == pytest.approx((expected,) * 3, abs=colour)
    if effect not in PLAIN:
        assert pulse.kind is Kind.TRACE
    assert not pulse.inverted
    assert pulse.drift_ppm == sweep.drift_ppm == 0


@pytest.mark.parametrize("switch", ["bypass", "effect"])
@pytest.mark.parametrize("block", [1, 16])
def test_a_foot_is_heard_within_15_ms_at_period_16(block, switch) -> None:
    found = foot_to_sound(Route("screamer", block, 16, FACTORY_BANK), switch)
    least, _, most = (to_ms(value) for value in found.spread())
    assert len(found.samples) >= 20
    assert least > to_ms(32)  # never before the sound of that moment is out
    assert most <= FOOT_MS
    longer = foot_to_sound(Route("screamer", block, 128, FACTORY_BANK), switch)
    added = to_ms(longer.spread()[1]) - to_ms(found.spread()[1])
    assert added == pytest.approx(to_ms(2 * (128 - 16)), abs=0.1)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pedal.cli", "latency", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_command_tells_the_same_as_json_and_as_a_table() -> None:
    words = ["--effect", "bypass", "--model-block", "16", "--period", "64"]
    row = json.loads(command(*words, "--json").stdout)[0]
    assert row["computed"]["samples"] == 128  # the factory's block 16 is not late
    assert row["computed"]["ms"] == row["pulse"]["median_ms"] == 2.902
    assert row["sweep"]["times"] == row["pulse"]["times"] == 20
    table = command(*words)
    assert table.returncode == 0
    assert "2.90  2.90  2.90" in table.stdout


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--times", "3"], "--times: expected 20 to 1000, found 3"),
        (["--period", "0"], "--period: expected 1 to 2048, found 0"),
        (["--model-block", "7"], "--model-block: expected 1 or 16, found 7"),
        (["--effect", "wah"], 'no effect "wah"'),
        (["--minus", "3"], "--minus: expected 0 to 1000 ms, with --card"),
        (["--foot", "--card"], "--foot: measured in the virtual loop"),
        (["--foot", "--effect", "bypass"], "--foot: expected an --effect of the bank"),
    ],
)
def test_what_cannot_be_meant_is_one_line(words, part) -> None:
    done = command(*words)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert part in done.stderr
