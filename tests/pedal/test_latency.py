"""Delays out of recordings whose delay is known: noise, colour, polarity, clocks."""

import numpy as np
import pytest

from pedal.arrival import RATE_HZ, middle
from pedal.errors import LatencyError
from pedal.latency import (
    Budget,
    Kind,
    Probe,
    measure,
    pulses,
    sweeps,
    to_ms,
    traces,
)

MAKERS = [pulses, sweeps]
NEAR = 0.1 * RATE_HZ / 1000 / 2  # samples: what rounds to the same 0.1 ms, at worst


def delayed(samples: np.ndarray, delay: float) -> np.ndarray:
    """(N,), later by a number of samples that need not be whole."""
    size = 1 << (len(samples) + 4096).bit_length()
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size) * delay)
    turn[-1] = turn[-1].real
    return np.fft.irfft(np.fft.rfft(samples, size) * turn, size)[: len(samples)]


def noise(count: int, level: float) -> np.ndarray:
    return level * np.random.default_rng(7).standard_normal(count)


def coloured(samples: np.ndarray) -> np.ndarray:
    """An amplifier's low-pass of 3 kHz and high-pass of 80 Hz, both minimum phase."""
    slow = RATE_HZ / (2 * np.pi)
    low, high = np.exp(-3000 / slow), np.exp(-80 / slow)
    frequency = np.exp(-2j * np.pi * np.fft.rfftfreq(1 << 21))
    response = (1 - low) / (1 - low * frequency)
    response = response * (1 - frequency) / (1 - high * frequency)
    return np.fft.irfft(np.fft.rfft(samples, 1 << 21) * response)[: len(samples)]


def assert_late(probe: Probe, recording: np.ndarray, delay: float, by=0.5) -> None:
    found = measure(probe, recording)
    assert len(found.samples) >= 20
    assert found.spread() == pytest.approx((delay,) * 3, abs=by)
    assert not found.inverted
    assert found.drift_ppm == 0


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("delay", [0, 47, 287, 2063, 11000])
def test_a_delay_of_whole_samples_is_found_to_the_sample(make, delay):
    probe = make()
    assert_late(probe, delayed(probe.samples, delay), delay, by=0.01)


@pytest.mark.parametrize("make", MAKERS)
def test_a_delay_between_samples_is_found(make):
    probe = make()
    assert_late(probe, delayed(probe.samples, 441.37), 441.37, by=0.2)


@pytest.mark.parametrize("make", MAKERS)
def test_noise_and_a_weak_return_cost_less_than_a_tenth_of_a_ms(make):
    probe = make()
    recording = 0.3 * delayed(probe.samples, 500)
    assert_late(probe, recording + noise(len(recording), 1e-3), 500, by=NEAR)


@pytest.mark.parametrize("make", MAKERS)
def test_the_colour_of_an_amplifier_is_not_taken_for_delay(make):
    probe = make()
    recording = coloured(delayed(probe.samples, 500))
    assert_late(probe, recording + noise(len(recording), 1e-4), 500, by=1.0)


def test_harmonics_of_a_distortion_do_not_mislead_a_sweep():
    probe = sweeps()
    recording = np.tanh(20 * delayed(probe.samples, 300))
    assert_late(probe, recording, 300)


@pytest.mark.parametrize("make", MAKERS)
def test_an_upside_down_return_is_told(make):
    probe = make()
    found = measure(probe, -delayed(probe.samples, 300))
    assert found.inverted
    assert found.spread() == pytest.approx((300,) * 3, abs=0.1)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("ppm", [-80.0, 25.0])
def test_two_clocks_are_told_and_taken_out(make, ppm):
    probe = make()
    when = np.arange(len(probe.samples)) * (1 - 1e-6 * ppm)
    recording = np.interp(when, np.arange(len(when)), delayed(probe.samples, 300))
    found = measure(probe, recording)
    assert found.drift_ppm == pytest.approx(ppm, abs=2)
    least, _, most = found.spread()
    assert most - least < NEAR
    first = 300 + probe.starts[0] * 1e-6 * ppm
    assert found.samples[0] == pytest.approx(first, abs=NEAR)


def test_a_lost_block_shows_in_the_spread_and_is_not_called_drift():
    probe = pulses()
    late = delayed(probe.samples, 300)
    half = len(late) // 2
    recording = np.concatenate([late[:half], np.zeros(128), late[half:-128]])
    found = measure(probe, recording)
    assert found.drift_ppm == 0
    assert (found.spread()[0], found.spread()[2]) == pytest.approx((300, 428), abs=0.1)


@pytest.mark.parametrize("make", [*MAKERS, traces])
@pytest.mark.parametrize("level", [0.0, 1e-3])
def test_no_cable_is_told(make, level):
    probe = make()
    with pytest.raises(LatencyError, match="came back; check the cable"):
        measure(probe, noise(len(probe.samples), level))


def test_a_cable_that_was_pulled_on_the_way_is_told():
    probe = pulses()
    recording = delayed(probe.samples, 300)
    recording[probe.starts[13] :] = 0
    with pytest.raises(LatencyError, match="13 of 20 times a pulse came back"):
        measure(probe, recording)


@pytest.mark.parametrize("delay", [0, 15, 2063])
def test_the_first_trace_is_exact_behind_any_colour_and_ripple(delay):
    probe = traces()
    recording = np.tanh(30 * coloured(probe.samples))
    recording = np.concatenate([np.zeros(delay), recording])[: len(recording)]
    recording += 1e-6 * np.sin(np.arange(len(recording)))
    assert measure(probe, recording).spread() == (delay,) * 3


def test_probes_meet_every_place_in_a_frame_and_traces_only_its_first():
    for make in MAKERS:
        assert {start % 16 for start in make().starts} == set(range(16))
    assert {start % 16 for start in traces().starts} == {0}


def test_fewer_than_20_times_is_no_measurement():
    with pytest.raises(LatencyError, match="expected 20 or more, found 3"):
        pulses(3)


def test_a_budget_is_two_periods_the_model_and_the_converters():
    assert Budget(128, 15).total() == 271
    assert to_ms(Budget(16, 0, 38).total()) == pytest.approx(1.587, abs=1e-3)


def test_the_middle_of_a_crossfade_is_where_both_sounds_weigh_the_same():
    rng = np.random.default_rng(3)
    old, new = rng.standard_normal((2, 4000))
    fade = np.clip((np.arange(4000) - 1000) / 441, 0, 1)
    fade = np.sin(np.pi / 2 * fade) ** 2
    assert middle(old + fade * (new - old), old, new) == pytest.approx(1220, abs=25)


def test_a_kind_names_what_is_looked_for():
    assert [probe.kind for probe in (pulses(), sweeps(), traces())] == [
        Kind.PULSE,
        Kind.SWEEP,
        Kind.TRACE,
    ]
