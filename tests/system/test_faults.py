"""What goes wrong is heard as dry guitar, never as silence or noise."""

import numpy as np
import pytest

from pedal import bank as banks
from pedal import demo
from pedal.paths import FACTORY_BANK
from tests.system.rig import RATE_HZ, message, play
from training.loudness import integrated_lufs
from training.virtual.guitar import stock_clip

FACTORY = banks.load(FACTORY_BANK)
AT = 22050  # where the fault strikes
K20_MS = 882


def db(samples: np.ndarray) -> float:
    """RMS in dBFS."""
    return 10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-20)


@pytest.mark.parametrize("fault", ["nan", "overload"])
@pytest.mark.parametrize("effect", FACTORY.ids)
def test_a_fault_is_dry_within_20_ms_and_raises_an_alarm(effect, fault) -> None:
    samples = demo.loop()[: 3 * RATE_HZ]
    score = [message(AT, "/fault/inject", fault)]
    # Block 16 is the cheaper model of each effect, so nothing is left but dry.
    take = play(samples, FACTORY_BANK, effect, block=16, score=score)
    assert np.isfinite(take.out).all()
    dry = slice(AT + K20_MS, AT + RATE_HZ)
    late = FACTORY.delay(16)
    assert np.array_equal(take.out[dry], samples[dry.start - late : dry.stop - late])
    alarms = [row for row in take.echoes if row["address"] == "/alarm"]
    assert [row["args"][3] for row in alarms] == [fault]
    assert alarms[0]["at"] - AT <= K20_MS


@pytest.mark.parametrize("effect", FACTORY.ids)
def test_a_fault_steps_to_the_cheaper_model_without_a_gap(effect) -> None:
    samples = demo.loop()[: 2 * RATE_HZ]
    score = [message(AT, "/fault/inject", "nan")]
    take = play(samples, FACTORY_BANK, effect, block=1, score=score)
    spare = play(samples, FACTORY_BANK, effect, block=16)
    later = slice(AT + RATE_HZ // 2, len(samples))
    difference = take.out[later] - spare.out[later]
    assert db(difference) < db(spare.out[later]) - 40
    for start in range(AT - 441, AT + 4410, 220):
        assert db(take.out[start : start + 220]) > db(samples[start : start + 220]) - 12


@pytest.mark.parametrize("effect", [*FACTORY.ids, "clean"])
@pytest.mark.parametrize("block", [1, 16])
def test_an_effect_idles_below_minus_90_dbfs(effect, block) -> None:
    silence = np.zeros(4 * RATE_HZ, np.float32)
    idle = play(silence, FACTORY_BANK, effect, block=block).out
    assert np.abs(idle).max() < 10 ** (-90 / 20)
    burst = np.concatenate([demo.loop()[:RATE_HZ], silence])
    settled = play(burst, FACTORY_BANK, effect, block=block).out[-RATE_HZ:]
    print(
        f"{effect} block {block}: idle {db(idle):.0f}, settled {db(settled):.0f} dBFS"
    )
    assert np.abs(settled).max() < 10 ** (-90 / 20)


def test_every_effect_and_clean_are_as_loud_as_bypass() -> None:
    samples = stock_clip()
    dry = integrated_lufs(samples)
    for block in (1, 16):
        for effect in (*FACTORY.ids, "clean"):
            heard = play(samples, FACTORY_BANK, effect, block=block).out
            louder = integrated_lufs(heard) - dry
            print(f"{effect} block {block}: {louder:+.2f} LU")
            assert abs(louder) <= 0.5
